import { defineFact, type Fact } from './fact.ts'

/** Which system a host runs, from /etc/os-release; '' for what that does not say. */
export interface OsState {
  /** "debian", "ubuntu", "raspbian", … */
  readonly id: string
  /** What it descends from: "debian" for most of those with apt. */
  readonly like: readonly string[]
  /** "12", "24.04"; '' on a rolling release. */
  readonly version: string
  /** "bookworm", "noble"; of what descends from Ubuntu, that of its Ubuntu. */
  readonly codename: string
  /** As Debian calls it: "amd64", "arm64". */
  readonly architecture: string
  /** It installs packages with apt. */
  readonly apt: boolean
}

/** `os()`: the host's system. */
export const os = (): Fact<OsState> => osFact([])

const osFact: (arg: readonly string[]) => Fact<OsState> = defineFact<readonly string[], OsState>({
  name: 'os',
  blank: { id: '', like: [], version: '', codename: '', architecture: '', apt: false },
  read: () => `cat /etc/os-release /usr/lib/os-release 2>/dev/null
command -v dpkg >/dev/null && echo "hw_arch=$(dpkg --print-architecture)"
command -v apt-get >/dev/null && echo hw_apt=1`,
  parse: (output) => {
    const text = output.toString()
    const field = (name: string) => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? ''
    return {
      id: field('ID'),
      like: field('ID_LIKE').split(' ').filter(Boolean),
      version: field('VERSION_ID'),
      codename: field('UBUNTU_CODENAME') || field('VERSION_CODENAME'),
      architecture: field('hw_arch'),
      apt: field('hw_apt') === '1',
    }
  },
})

/** True for this system and for those that descend from it. */
export const isLike = (os: OsState, id: string): boolean => os.id === id || os.like.includes(id)
