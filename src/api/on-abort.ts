/** Something to do when a signal fires; nothing once it is no longer wanted. */
interface Reaction {
  work: (() => void) | undefined
}

const reactions = new WeakMap<AbortSignal, Set<Reaction>>()

/**
 * Calls `work` when a signal fires; returns a function that ends this. A run shares one signal among all its requests, so there is
 * one listener for each signal.
 *
 * What is removed must not lead to the request any more. Both a signal and a Set leave a chain behind, from each dead part to the
 * next one. Once V8 holds one part for old, it does so with all that come after it; and with them the body of every response stayed
 * in memory until the next full collection.
 */
export function onAbort(signal: AbortSignal | undefined, work: () => void): () => void {
  if (signal === undefined) return () => undefined
  const reaction: Reaction = { work }
  const all = reactions.get(signal) ?? listenTo(signal)
  all.add(reaction)
  return () => {
    all.delete(reaction)
    reaction.work = undefined
  }
}

function listenTo(signal: AbortSignal): Set<Reaction> {
  const all = new Set<Reaction>()
  reactions.set(signal, all)
  signal.addEventListener('abort', () => {
    for (const { work } of all) work?.()
  })
  return all
}
