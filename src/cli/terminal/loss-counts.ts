import { formatNumber, plural } from '../../model/plural.ts'
import { lossKinds, type Loss, type LossKind } from '../../replay/loss.ts'
import { formatPlace } from './plan-table.ts'
import { defuseLine, fit } from './terminal-text.ts'

/** Number of kinds of losses that are shown. */
const MAX_KINDS = 7

interface LossCount {
  times: number
  conversations: number
  readonly example: string
}

/** Counts the losses of many conversations by kind, with an example of each. */
export class LossCounts {
  readonly #counts = new Map<LossKind, LossCount>()

  /** Counts the losses of a conversation. */
  add(id: string, losses: readonly Loss[]): void {
    const counted = new Set<LossKind>()
    for (const loss of losses) {
      const count = this.#count(id, loss)
      count.times++
      if (!counted.has(loss.kind)) count.conversations++
      counted.add(loss.kind)
    }
  }

  /** Formats a heading and the most frequent kinds. */
  lines(noun: string, width: number): string[] {
    if (this.#counts.size === 0) return []
    const sorted = [...this.#counts].sort(([, a], [, b]) => b.times - a.times)
    const more = sorted.length - MAX_KINDS
    return [
      'losses (--verbose shows each)',
      ...sorted.slice(0, MAX_KINDS).map(([kind, { times, conversations, example }]) => {
        const where = `in ${plural(conversations, noun)}, such as ${example}`
        return fit(defuseLine(`  ${formatNumber(times)} × ${lossKinds[kind]}, ${where}`), width)
      }),
      ...(more > 0 ? [`  and ${plural(more, 'more kind')}`] : []),
    ]
  }

  #count(id: string, loss: Loss): LossCount {
    const known = this.#counts.get(loss.kind)
    if (known !== undefined) return known
    const count = { times: 0, conversations: 0, example: `${id} ${formatPlace(loss)}` }
    this.#counts.set(loss.kind, count)
    return count
  }
}
