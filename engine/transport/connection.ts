/**
 * What an engine needs of a way to a host: start a process there and talk to it. `ssh/` does it over ssh2, `local/` on this machine.
 * Everything above (the resident shell, facts, changes) is the same for both.
 */
export interface Connection {
  /** How a person names it: "root@10.0.0.5:22". */
  readonly target: string
  /**
   * Starts a command on the host. The command is one of a few constants of ours: what varies goes through stdin.
   * Resolves when the host has accepted it; rejects never.
   */
  start(command: string): Promise<Started>
  /** Resolves when the connection is gone, whoever ended it. Never rejects. */
  readonly gone: Promise<Gone>
  /** Ends it: politely first, then for sure. Takes at most a few seconds; can be called twice. `leave`: does not wait for the other side. */
  close(how?: 'leave'): Promise<void>
}

export type Started = { readonly ok: true; readonly process: RemoteProcess } | { readonly ok: false; readonly error: LinkError }

/** A process on the host, as three byte streams. Both outputs must be drained: they share one window. */
export interface RemoteProcess {
  /** Called with each chunk, in order, per stream. Set before the first byte can arrive: in the same tick as `start` resolved. */
  listen(handlers: { stdout(chunk: Buffer): void; stderr(chunk: Buffer): void }): void
  /** Resolves when the bytes were handed on (back-pressure kept), or at once when the process is gone: `ended` tells then. */
  write(bytes: Uint8Array): Promise<void>
  /** No more input. */
  end(): void
  /** Ends our side and drops the channel. The remote process may live on: kill what must die by other means. */
  destroy(): void
  /** Resolves once, when the process and its streams are done. Never rejects. */
  readonly ended: Promise<Ended>
}

/** `lost`: no exit status ever came, so what the process did is not known. */
export type Ended =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'lost'; readonly error: LinkError }

export interface Gone {
  /** Undefined when we closed it ourselves. */
  readonly error?: LinkError
}

/** Why a host cannot be reached (or no longer is), told apart because a person does different things about each. */
export interface LinkError {
  readonly reason:
    | 'refused' // nobody listens there, no such name
    | 'no-route' // the network knows no way to it
    | 'timeout' // silence
    | 'not-ssh' // something answered that is not an SSH server
    | 'host-key-unknown'
    | 'host-key-changed'
    | 'host-key-revoked'
    | 'auth' // the server takes none of our credentials: never retried
    | 'local-key' // a key or password of ours cannot be used: found before contact where possible
    | 'no-shell' // we got in, but there is no POSIX sh to talk to
    | 'become' // sudo refuses
    | 'limit' // the server limits sessions or connections
    | 'lost' // it was there and is gone
  /** One sentence: what happened, with the address. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  /** It may have been our own haste, and nothing was asked of the host yet: connect once more, which is done more carefully. */
  readonly again?: true
}
