import { WorkerCount } from './worker-count.ts'

/** A source of items, such as a generator. Its return value is passed on. */
interface Source<T, R> {
  next(): IteratorResult<T, R> | Promise<IteratorResult<T, R>>
}

/**
 * Works through the items of a source with up to `concurrency` workers, as many as are worth it, and returns what the source
 * returned. An item is taken only when a worker is free for it, so a source that produces its items lazily never runs ahead.
 *
 * When a worker throws, no further item is taken, `onFailure` is called, the other workers are awaited, and the first
 * error is thrown.
 */
export async function workThrough<T, R>(
  source: Source<T, R>,
  concurrency: number,
  work: (item: T) => Promise<void>,
  onFailure: () => void = () => undefined,
): Promise<R> {
  const ends: R[] = []
  const failures: unknown[] = []
  const count = new WorkerCount(concurrency, () => fillUp())
  let working = 0
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const isOver = () => failures.length > 0 || ends.length > 0

  const worker = async () => {
    working++
    try {
      while (!isOver() && working <= count.worthIt) {
        const next = await source.next()
        // A generator gives its return value to the first caller only.
        if (next.done === true) ends.push(next.value)
        else await work(next.value)
      }
    } catch (thrown) {
      if (failures.push(thrown) === 1) onFailure()
    } finally {
      working--
      if (working === 0) end()
    }
  }
  const fillUp = () => {
    while (!isOver() && working < count.worthIt) void worker()
  }

  fillUp()
  await ended
  count.end()
  if (failures.length > 0) throw failures[0]
  return ends[0] as R
}
