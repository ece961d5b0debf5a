import type { Archive } from '../archive/archive.ts'
import { openArchive } from '../archive/archive.ts'
import { countOverview, type Overview } from '../export/stats/count-overview.ts'

/** An overview, or how far its count is. */
export type OverviewState =
  { readonly overview: Overview } | { readonly counted: number; readonly total: number }

/** How long a request waits for a count, and for how long a count is good enough while the archive changes, in milliseconds. */
const PATIENCE = 400
const FRESH = 60_000

/** Counts the overview of an archive in the background, since a large one takes seconds. */
export class OverviewCount {
  readonly #stop = new AbortController()
  #last: { readonly overview: Overview; readonly version: string; readonly at: number } | undefined
  #running: Promise<unknown> | undefined
  #failure: { readonly thrown: unknown } | undefined
  #counted = 0
  #total = 0

  /** Returns the overview of the archive as it is, or as it was a minute ago; or how far the count is. Throws as a count does. */
  async read(path: string, version: string, now: Date): Promise<OverviewState> {
    const { overview, at = 0, version: known } = this.#last ?? {}
    const isGood = overview !== undefined && (known === version || now.getTime() - at < FRESH)
    if (isGood) return { overview }
    this.#running ??= this.#count(path, version, now).then(
      () => (this.#running = undefined),
      (thrown: unknown) => {
        this.#running = undefined
        this.#failure = { thrown } // for the next request, if this one waits no longer
      },
    )
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())])
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.thrown
    return this.#last === undefined
      ? { counted: this.#counted, total: this.#total }
      : { overview: this.#last.overview }
  }

  /** Stops a count that is running. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Uses a connection of its own, whose snapshot does not hold the pages back. */
  async #count(path: string, version: string, now: Date): Promise<void> {
    const archive: Archive = openArchive(path)
    try {
      const selection = { includeGone: true }
      this.#total = archive.conversations.count()
      const overview = await archive.snapshot(() =>
        countOverview(archive, selection, {
          today: now.toISOString().slice(0, 10),
          signal: this.#stop.signal,
          onProgress: ({ conversations }) => (this.#counted = conversations),
        }),
      )
      this.#last = { overview, version, at: now.getTime() }
    } finally {
      archive.close()
    }
  }
}
