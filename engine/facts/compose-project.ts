import { readReference } from '../values/image-reference.ts'
import { quote } from '../values/quote.ts'
import { defineBatchFact, Unreadable, type Fact } from './fact.ts'
import { jsonLines, member, textOf, textsOf } from './json.ts'
import { unseenWithoutDaemon } from './docker-engine.ts'
import { readRecord, recordPath, type ProjectRecord } from './compose-record.ts'

/** A Compose project as it runs. */
export interface ProjectState {
  /** In the order of their names; those of `compose run` are left out. */
  readonly containers: readonly ComposeContainer[]
  /** Named volumes that exist, by the names the project file gives them. */
  readonly volumes: readonly string[]
  /** What it was last brought up from; undefined when that was never recorded. */
  readonly record: ProjectRecord | undefined
}

export interface ComposeContainer {
  readonly id: string
  readonly name: string
  readonly service: string
  /** The directory its project was brought up from. */
  readonly directory: string
  /** created, running, paused, restarting, removing, exited, dead. */
  readonly state: string
  /** healthy, unhealthy, starting; none: it has no health check. */
  readonly health: string
  readonly exitCode: number
  /** Reference and id of the image it was made from, and the id that the reference leads to now ('' when that is not known). */
  readonly image: string
  readonly imageId: string
  readonly imageNow: string
  /** Names of the networks that it is on. */
  readonly networks: readonly string[]
  /** Directories of the project, mounted read-only, that are others by now than those it was started with: it does not see what is written there. */
  readonly lostMounts: readonly string[]
}

export const NOTHING_RUNS: ProjectState = { containers: [], volumes: [], record: undefined }

const LABEL = 'com.docker.compose'

// `.ID`, not `.Id`: with a name that only the raw answer has, the docker command falls back to that, and a missing Health is an error there.
const CONTAINER =
  '{"id":{{json .ID}},"name":{{json .Name}},"imageId":{{json .Image}},"image":{{json .Config.Image}},"state":{{json .State.Status}},"exit":{{json .State.ExitCode}},' +
  '"networks":[{{range $name, $_ := .NetworkSettings.Networks}}{{json $name}},{{end}}null],' +
  '"health":{{with .State.Health}}{{json .Status}}{{else}}"none"{{end}},"labels":{{json .Config.Labels}}}' +
  `{{$c := .}}{{range .Mounts}}{{if and (eq .Type "bind") (not .RW)}}{{printf "\\n%%\\t%d\\t%s\\t%s\\t%s\\t%s" $c.State.Pid $c.ID (index $c.Config.Labels "${LABEL}.project.working_dir") .Source .Destination}}{{end}}{{end}}`

/**
 * Of the lines with mounts: those whose container sees another directory at that place than stands there now, by its own eyes (/proc/PID/root; for root
 * only). It was moved away, or removed and made again. That the place is a mount point makes sure that no link in the container leads astray.
 */
const LOST = `
printf '%s\\n' "$hw_seen" | while IFS='\t' read -r hw_mark hw_pid hw_id hw_project hw_source hw_place; do
  case $hw_mark:$hw_source/ in %:"$hw_project"/*) ;; *) continue ;; esac
  hw_inside=/proc/$hw_pid/root$hw_place
  [ -d "$hw_inside" ] && [ ! "$hw_inside" -ef "$hw_source" ] && grep -qF " $hw_place " "/proc/$hw_pid/mountinfo" && printf '%% %s %s\\n' "$hw_id" "$hw_source"
done`

/**
 * `composeProject('redis')`: what runs under the name of a project, and what it was made from. A few `docker` commands for all projects of
 * a batch; nothing runs where Docker is not installed.
 */
export const composeProject: (name: string) => Fact<ProjectState> = defineBatchFact<string, ProjectState>({
  name: 'composeProject',
  blank: NOTHING_RUNS,
  read: (names) => `
command -v docker >/dev/null || exit 0
${names.map((name) => `[ -f ${quote(recordPath(name))} ] && sed ${quote(`s/^/@ ${name} /`)} ${quote(recordPath(name))}`).join('\n')}
hw_ids=$(docker ps -aq --no-trunc --filter label=${LABEL}.project 2>&1) || { printf '%s\\n' "$hw_ids"; exit 0; }
[ -z "$hw_ids" ] || { hw_seen=$(docker inspect --type container --format '${CONTAINER}' $hw_ids 2>&1); printf '%s\\n' "$hw_seen" | sed '/^%/d'; ${LOST}
}
docker volume ls --filter label=${LABEL}.project --format '= {{.Label "${LABEL}.project"}} {{.Label "${LABEL}.volume"}}' 2>/dev/null
[ -z "$hw_ids" ] || docker images --no-trunc --format '~ {{.ID}} {{.Repository}}:{{.Tag}}' 2>/dev/null`,
  parse: (output, names) => {
    const { values, rest } = jsonLines(output)
    const words = rest.map((line) => line.split(' '))
    const images = new Map(words.flatMap(([mark, id = '', tag = '']) => (mark === '~' ? [[tag, id]] : [])))
    // A container that went away in between is no trouble; one that cannot be read would be taken for missing.
    const trouble = rest.find((line) => !/^[@=~%] /.test(line) && !/no such (?:container|object)/i.test(line))
    const unseen = unseenWithoutDaemon(rest)
    return names.map((name) => {
      if (unseen) return unseen
      if (trouble !== undefined) return new Unreadable(trouble)
      const record = rest.filter((line) => line.startsWith(`@ ${name} `)).map((line) => line.slice(name.length + 3))
      const isOwn = (container: unknown) => label(container, 'project') === name && label(container, 'oneoff') !== 'True'
      return {
        containers: values.filter(isOwn).map((each) => readContainer(each, images, rest)).sort((a, b) => (a.name < b.name ? -1 : 1)),
        volumes: words.flatMap(([mark, project, volume]) => (mark === '=' && project === name && volume ? [volume] : [])).sort(),
        record: record.length > 0 ? readRecord(record) : undefined,
      }
    })
  },
  beneath: (_, observed, known) =>
    known.ofKind('dockerNetwork').filter((fact) => known.isPredicted(fact)).reduce((project, fact) => withNetwork(project, String(fact.arg), textsOf(known.value(fact), 'containers')) ?? project, observed),
})

const label = (container: unknown, name: string) => textOf(container, 'labels', `${LABEL}.${name}`)

function readContainer(value: unknown, images: ReadonlyMap<string | undefined, string | undefined>, lines: readonly string[]): ComposeContainer {
  const lost = `% ${textOf(value, 'id')} `
  const image = textOf(value, 'image')
  const { name, tag, digest } = readReference(image)
  return {
    id: textOf(value, 'id'),
    name: textOf(value, 'name').replace(/^\//, ''),
    service: label(value, 'service'),
    directory: label(value, 'project.working_dir'),
    state: textOf(value, 'state'),
    health: textOf(value, 'health') || 'none',
    exitCode: Number(member(value, 'exit') ?? 0),
    image,
    imageId: textOf(value, 'imageId'),
    imageNow: digest === undefined ? (images.get(`${name}:${tag}`) ?? '') : '',
    networks: textsOf(value, 'networks').sort(),
    lostMounts: lines.filter((line) => line.startsWith(lost)).map((line) => line.slice(lost.length)),
  }
}

/** True for what this kind of fact holds; the model keeps it as unknown. */
function isProjectState(value: unknown): value is ProjectState {
  return Array.isArray(member(value, 'containers')) && Array.isArray(member(value, 'volumes'))
}

/** The same project once a reference leads to another image. */
export function withImage(project: unknown, reference: string, id: string): ProjectState | undefined {
  if (!isProjectState(project)) return undefined
  const { name, tag } = readReference(reference)
  const isMeant = (container: ComposeContainer) => {
    const own = readReference(container.image)
    return own.digest === undefined && own.name === name && own.tag === tag
  }
  return { ...project, containers: project.containers.map((each) => (isMeant(each) ? { ...each, imageNow: id } : each)) }
}

/** The same project once a network has these containers on it, by name or id; undefined when it has none of them, or had them before. */
export function withNetwork(project: unknown, network: string, containers: readonly string[]): ProjectState | undefined {
  if (!isProjectState(project)) return undefined
  const comes = ({ id, name, networks }: ComposeContainer) => !networks.includes(network) && (containers.includes(id) || containers.includes(name))
  if (!project.containers.some(comes)) return undefined
  return { ...project, containers: project.containers.map((each) => (comes(each) ? { ...each, networks: [...each.networks, network].sort() } : each)) }
}
