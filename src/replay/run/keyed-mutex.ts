/**
 * Runs work with the same key one at a time, in the order of the calls. `p-limit` would not make this shorter: the map
 * of keys and its cleanup would remain, and it would be one more package at run time.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const previous = this.#last.get(key)
    const current = (async () => {
      await previous?.catch(() => undefined)
      return work()
    })()
    this.#last.set(key, current)
    try {
      return await current
    } finally {
      if (this.#last.get(key) === current) this.#last.delete(key)
    }
  }
}
