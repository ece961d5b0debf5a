import type { FetchContext } from './fetch/fetcher.ts'

/** How often to look whether there is time, in milliseconds. */
const EVERY_MS = 100

/**
 * Each slice becomes a part of the index that FTS5 merges with others later, so small ones cost more than they save: a slice must
 * have so many milliseconds, and so many texts.
 */
const LEAST_MS = 20
const LEAST_TEXTS = 250

/** What is indexed in a millisecond, in characters of JSON: about half of what this takes on the machines we know. */
const CHARACTERS_PER_MS = 10_000

/** More at a time would delay the end of the run, or a signal. */
const MOST_CHARACTERS = 4_000_000

/**
 * Fills the search index as long as the rate limit makes a run wait anyway, so that less is left for its end. A fault of the index
 * stops it; the filling at the end of the run meets the fault again, and reports it.
 */
export function indexWhileWaiting({ client, archive }: Pick<FetchContext, 'client' | 'archive'>): {
  readonly stop: () => void
} {
  const addSome = () => {
    const { idleMs } = client
    if (idleMs < LEAST_MS || archive.searchIndex.left() < LEAST_TEXTS) return
    const characters = Math.min(MOST_CHARACTERS, idleMs * CHARACTERS_PER_MS)
    try {
      archive.soon(() => archive.searchIndex.addSome(characters))
    } catch {
      stop()
    }
  }
  const timer = setInterval(addSome, EVERY_MS).unref()
  const stop = () => clearInterval(timer)
  return { stop }
}
