/** Where the workload stands on a host; removed before a fresh run. */
export const ROOT = '/srv/hostwright-bench'

/** What should be true on a host, in no tool's language: each engine of the bench says it in its own. */
export type Item =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: string }
  | { readonly kind: 'file'; readonly path: string; readonly mode: string; readonly content: string }
  | { readonly kind: 'template'; readonly path: string; readonly mode: string; readonly values: TemplateValues }
  | { readonly kind: 'line'; readonly path: string; readonly line: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** Run unless `makes` is there. */
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]]; readonly makes: string }

/** What conf.hbs is given; the file is a Jinja template too, and both tools render the same. */
export interface TemplateValues {
  readonly machine: string
  readonly service: string
  readonly listen: number
}

/** What conf.hbs renders to. */
export const rendered = ({ machine, service, listen }: TemplateValues): string => `# ${machine}\nname = ${service}\nport = ${listen}\n`

/** How many of each kind. */
export type Mixture = Readonly<Record<Item['kind'], number>>

/** As a role of any size has them. */
export const HUNDRED: Mixture = { directory: 40, file: 30, template: 10, line: 10, link: 5, command: 5 }
/** Half of it, for very many hosts. */
export const FIFTY: Mixture = { directory: 20, file: 15, template: 5, line: 5, link: 3, command: 2 }

const several = (count: number, item: (n: number) => Item) => Array.from({ length: count }, (_, n) => item(n))

/** The workload of one host: what stands in a file or directory comes after what holds it. */
export function items(host: string, { mixture = HUNDRED, root = ROOT }: { readonly mixture?: Mixture; readonly root?: string } = {}): Item[] {
  return [
    ...several(mixture.directory, (n) => ({ kind: 'directory', path: `${root}/d${n}`, mode: n % 2 === 0 ? '0755' : '0750' })),
    ...several(mixture.file, (n) => ({ kind: 'file', path: `${root}/d${n}/file`, mode: '0644', content: `file ${n}\n`.repeat(20 + n) })),
    ...several(mixture.template, (n) => ({ kind: 'template', path: `${root}/d${n}/conf`, mode: '0640', values: { machine: host, service: `service-${n}`, listen: 8000 + n } })),
    ...several(mixture.line, (n) => ({ kind: 'line', path: `${root}/d${n}/lines`, line: `option${n} = yes` })),
    ...several(mixture.link, (n) => ({ kind: 'link', path: `${root}/link${n}`, target: `${root}/d${n}` })),
    ...several(mixture.command, (n) => ({ kind: 'command', argv: ['touch', `${root}/d${n}/made`], makes: `${root}/d${n}/made` })),
  ]
}
