/** A source of items, such as a generator. Its return value is passed on. */
interface Source<T, R> {
  next(): IteratorResult<T, R> | Promise<IteratorResult<T, R>>
}

/**
 * Works through the items of a source with `concurrency` workers and returns what the source returned. An item is taken
 * only when a worker is free for it, so a source that produces its items lazily never runs ahead.
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
  let hasFailed = false
  const worker = async (): Promise<R | undefined> => {
    while (!hasFailed) {
      const next = await source.next()
      if (next.done === true) return next.value
      await work(next.value)
    }
    return undefined
  }
  const workers = Array.from({ length: concurrency }, () => worker())
  try {
    // A generator gives its return value to the first caller only.
    const ends = await Promise.all(workers)
    return ends.find((end) => end !== undefined) as R
  } catch (thrown) {
    hasFailed = true
    onFailure()
    await Promise.allSettled(workers)
    throw thrown
  }
}
