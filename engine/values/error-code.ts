/** "ENOENT": what the system calls an error of a file, a process or a socket; `otherwise` of any other. */
export const codeOf = (error: unknown, otherwise = 'unknown error'): string => (error instanceof Error && 'code' in error ? String(error.code) : otherwise)
