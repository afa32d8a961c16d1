/** One app of the lab: an image `hostwright-lab/NAME` for each version. What it does is in `rootfs/app/NAME.py`. */
export interface LabApp {
  /** How it behaves, in a line. */
  readonly manner: string
  readonly versions: readonly string[]
}

const three = ['v1', 'v2', 'v3']

/** The demo's, a good one, and one for each bad manner that real apps have while they are replaced. */
export const apps = {
  web: { manner: 'the app of the demo; v3-broken is never healthy', versions: ['v1', 'v2', 'v3-broken'] },
  good: { manner: 'opens its port when it is ready, ends its requests before it goes', versions: three },
  early: { manner: 'listens at once, answers 503 for three seconds', versions: three },
  deaf: { manner: 'ignores SIGTERM', versions: three },
  hasty: { manner: 'exits at once on SIGTERM', versions: three },
  slow: { manner: 'every answer takes 0.5 to 3 s', versions: three },
  sockets: { manner: 'echoes websocket messages', versions: three },
  sick: { manner: 'v1 is well; v2 never healthy, v3 exits at once, v4 crashes after 1 s, v5 after 10 s', versions: ['v1', 'v2', 'v3', 'v4', 'v5'] },
} satisfies Readonly<Record<string, LabApp>>

export type AppName = keyof typeof apps
