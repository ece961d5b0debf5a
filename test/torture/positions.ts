import type { ReplayOptions } from '../../src/replay/plan/plan.ts'
import { switches, type Behaviour } from '../../src/sandbox/behaviour.ts'
import type { Random } from '../../src/sandbox/random.ts'

/** A target with these switches, and the replay options to use. */
export interface Combination extends Pick<ReplayOptions, 'mode' | 'tail' | 'rebuild'> {
  readonly behaviour: Behaviour
}

/** The values to try for switches that take a number; of the others, every choice is tried. */
const amounts: Partial<Record<keyof Behaviour, readonly number[]>> = {
  maxPageSize: [1, 3, 20, 100],
  listDelaySeconds: [0, 0.1],
  filterDelaySeconds: [0, 0.1],
  busySeconds: [0, 0.05],
  generatedFileSeconds: [0, 30 * 86_400],
}

const hows: { readonly [How in 'mode' | 'tail' | 'rebuild']: readonly Combination[How][] } = {
  mode: ['history', 'turns'],
  tail: ['auto', 'answer', 'nudge', 'prefix'],
  rebuild: ['keep', 'quiet'],
}

const names = Object.keys(switches) as (keyof Behaviour)[]

/** Every dial (a switch or a replay option), with its positions. */
const dials: readonly (readonly (string | number)[])[] = [...names.map(positionsOf), ...Object.values(hows)]

function positionsOf(name: keyof Behaviour): readonly (string | number)[] {
  const positions = amounts[name] ?? switches[name].choices
  if (positions.length === 0) throw new Error(`add the numbers to try for ${name} to positions.ts`)
  return positions
}

/** A combination as the index of each dial's position. */
export type Places = readonly number[]

/** How many candidates are compared for each combination. */
const CANDIDATES = 40

/**
 * Generates combinations. Each is the random candidate with the most new combinations of positions of four dials, so
 * that all of them are covered much sooner than by chance.
 */
export function* combinations(random: Random): Generator<Places, never> {
  const met = new Meetings(4)
  for (;;) {
    const candidates = Array.from({ length: CANDIDATES }, () => met.withUnmet(randomPlaces(random), random))
    const news = candidates.map((places) => met.news(places))
    const best = candidates[news.indexOf(Math.max(...news))] ?? randomPlaces(random)
    met.add(best)
    yield best
  }
}

function randomPlaces(random: Random): number[] {
  return dials.map(({ length }) => random.below(length))
}

/** Returns the switches and options at these positions. */
export function combinationAt(places: Places): Combination {
  const [words, how] = [places.slice(0, names.length), places.slice(names.length)]
  const at = (dial: number, place: number) => dials[dial]?.[place]
  return {
    behaviour: Object.fromEntries(words.map((place, i) => [names[i], at(i, place)])),
    ...Object.fromEntries(how.map((place, i) => [Object.keys(hows)[i], at(names.length + i, place)])),
  } as unknown as Combination
}

/** Counts which combinations of positions of `size` dials have been covered. */
export class Meetings {
  readonly total: number
  met = 0
  /** Each choice of dials, with the offset of its combinations in `#seen`. */
  readonly #groups: { readonly dials: readonly number[]; readonly offset: number }[] = []
  readonly #seen: Uint8Array
  /** All before this one are covered. */
  #firstUnmet = 0

  constructor(size: number) {
    let offset = 0
    for (const group of choose(size, dials.length)) {
      this.#groups.push({ dials: group, offset })
      offset += group.reduce((product, dial) => product * lengthOf(dial), 1)
    }
    this.total = offset
    this.#seen = new Uint8Array(offset)
  }

  add(places: Places): void {
    for (const group of this.#groups) {
      const at = indexIn(group, places)
      this.met += 1 - (this.#seen[at] ?? 1)
      this.#seen[at] = 1
    }
  }

  /** How many combinations these places would add. */
  news(places: Places): number {
    return this.#groups.reduce((sum, group) => sum + 1 - (this.#seen[indexIn(group, places)] ?? 1), 0)
  }

  /** Turns some dials to cover one that is not covered yet: near the end, chance would not find it. */
  withUnmet(places: number[], random: Random): Places {
    while (this.#seen[this.#firstUnmet] === 1) this.#firstUnmet++
    if (this.#firstUnmet === this.total) return places
    const from = this.#firstUnmet + random.below(this.total - this.#firstUnmet)
    const later = this.#seen.indexOf(0, from)
    this.#turn(places, later === -1 ? this.#firstUnmet : later)
    return places
  }

  #turn(places: number[], at: number): void {
    const group = this.#groups.findLast(({ offset }) => offset <= at)
    let rest = at - (group?.offset ?? 0)
    for (const dial of group?.dials.toReversed() ?? []) {
      places[dial] = rest % lengthOf(dial)
      rest = Math.floor(rest / lengthOf(dial))
    }
  }
}

function indexIn(group: { readonly dials: readonly number[]; readonly offset: number }, places: Places) {
  let at = 0
  for (const dial of group.dials) at = at * lengthOf(dial) + (places[dial] ?? 0)
  return group.offset + at
}

function lengthOf(dial: number): number {
  return dials[dial]?.length ?? 1
}

/** Every choice of `count` numbers below a limit, each in ascending order. */
function choose(count: number, limit: number): number[][] {
  if (count === 0) return [[]]
  return choose(count - 1, limit).flatMap((chosen) => {
    const from = (chosen.at(-1) ?? -1) + 1
    return Array.from({ length: limit - from }, (_, i) => [...chosen, from + i])
  })
}
