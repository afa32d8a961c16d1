/** "ENOENT": what the system calls an error of a file, a process or a socket; "unknown error" of any other. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error')
