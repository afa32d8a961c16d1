import type { AwsErrorKind } from './aws-errors.ts'

/** What SSM answers, beside what all services of AWS do. */
export const SSM_ERRORS: readonly AwsErrorKind[] = [
  { reason: 'denied', names: /^AccessDenied(Exception)?$/, what: 'access denied', quoted: true, hint: 'it takes ssm:GetParameters, ssm:GetParametersByPath, ssm:GetParameter and ssm:PutParameter on this path, and kms:Decrypt and kms:Encrypt on its key' },
  { reason: 'denied', names: /^(InvalidKeyId|KMS.*|NotFoundException)$/, what: 'the KMS key cannot be used', hint: 'it must exist in this region and be enabled, with kms:Decrypt and kms:Encrypt for you' },
  { reason: 'conflict', names: /^TooManyUpdates$/, what: 'somebody else writes the same parameter just now', hint: 'run it again' },
  { reason: 'conflict', names: /^ParameterMaxVersionLimitExceeded$/, what: 'the parameter has 100 versions, and the oldest has a label, so it cannot go', hint: 'remove that label' },
  { reason: 'conflict', names: /^(HierarchyTypeMismatch(Exception)?|ParameterAlreadyExists)$/, what: 'the parameter was made or changed in between', hint: 'run it again' },
  { reason: 'unsupported', names: /^(ParameterLimitExceeded|HierarchyLevelLimitExceeded(Exception)?|ParameterPatternMismatch(Exception)?|UnsupportedParameterType|ValidationException|PoliciesLimitExceededException)$/, what: 'SSM refuses this name or value', hint: 'names have at most 15 parts and do not begin with "aws" or "ssm"; values have at most 4096 bytes and no "{{ }}"' },
]
