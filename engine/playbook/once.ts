/** Things done once a run, by the first host that comes to them; the others wait for the result, and for the failure too. */
export class Once {
  readonly #works = new Map<string, { readonly host: string; readonly result: Promise<unknown> }>()

  do<T>(key: string, host: string, work: () => Promise<T>): Promise<T> {
    const known = this.#works.get(key)
    // One key, one piece of code: its result has that code's type.
    if (known) return known.result as Promise<T>
    const result = work()
    this.#works.set(key, { host, result })
    return result
  }
}
