import type { FetchContext } from './fetch/fetcher.ts'

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
 * Fills the search index whenever the rate limit makes a run wait anyway, so that less is left for its end. Looking at fixed times
 * would not do: with a limit of 40 a second, it can always be just before the next request. A fault of the index stops it; the
 * filling at the end of the run meets the fault again, and reports it.
 */
export function indexWhileWaiting({ client, archive }: Pick<FetchContext, 'client' | 'archive'>): {
  readonly stop: () => void
} {
  const addSome = () => {
    const { idleMs } = client
    if (isStopped || idleMs < LEAST_MS || archive.searchIndex.left() < LEAST_TEXTS) return
    const characters = Math.min(MOST_CHARACTERS, idleMs * CHARACTERS_PER_MS)
    try {
      archive.soon(() => archive.searchIndex.addSome(characters))
    } catch {
      stop()
    }
  }
  let isStopped = false
  // Not at once: responses that are there already come first.
  const off = client.onWait(() => setImmediate(addSome))
  const stop = () => {
    isStopped = true
    off()
  }
  return { stop }
}
