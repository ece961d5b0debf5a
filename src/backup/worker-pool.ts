/** Where workers take their items from; the value it returns at its end is handed on. */
interface Source<T, R> {
  next(): IteratorResult<T, R> | Promise<IteratorResult<T, R>>
}

/**
 * Lets `concurrency` workers take items from one source until it ends, and returns what it returned. The source is never
 * asked for more than they can work on. When one of them throws, `onFailure` is told, the others are waited for, and the
 * first error is thrown.
 */
export async function workThrough<T, R>(
  source: Source<T, R>,
  concurrency: number,
  work: (item: T) => Promise<void>,
  onFailure: () => void,
): Promise<R> {
  const worker = async (): Promise<R> => {
    for (;;) {
      const next = await source.next()
      if (next.done === true) return next.value
      await work(next.value)
    }
  }
  const workers = Array.from({ length: concurrency }, () => worker())
  try {
    // A generator that has ended answers `undefined` to all but the first who asks.
    const ends = await Promise.all(workers)
    return ends.find((end) => end !== undefined) as R
  } catch (thrown) {
    onFailure()
    await Promise.allSettled(workers)
    throw thrown
  }
}
