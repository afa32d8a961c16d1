import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2'

const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256']

/**
 * What is agreed to: no SHA-1, no CBC, no chacha20 (so the Terrapin attack has nothing to work on, and rekeys are rare).
 * Types of host key that are on record come first: a server asked for another type would show a key that looks changed.
 */
export function algorithms(knownTypes: readonly string[]): Algorithms {
  const known = (algorithm: ServerHostKeyAlgorithm): boolean => knownTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm)
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
    ],
    serverHostKey: [...HOST_KEYS.filter(known), ...HOST_KEYS.filter((algorithm) => !known(algorithm))],
    cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr', 'aes192-ctr', 'aes128-ctr'],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
    compress: ['none'],
  }
}
