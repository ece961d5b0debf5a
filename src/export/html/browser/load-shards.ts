/** A conversation as the index has it: the path of its page in the site, its title, and what a list says about it. */
export type FoundRow = readonly [path: string, title: string, about: string]

/** What the index tells about its shards. */
interface IndexFacts {
  readonly count: number
  readonly rowsPerShard: number
  /** The first word of each shard of words. */
  readonly firsts: readonly string[]
}

/** The conversations of each word, by their numbers: differences in base 36. */
type Words = Readonly<Record<string, string>>

/** Loads the shards of an index when they are needed, each once. Each is a script that calls a function. */
export class Shards {
  readonly #folder: string
  readonly #page: Document
  readonly #loading = new Map<string, Promise<void>>()
  readonly #words = new Map<number, Words>()
  readonly #rows = new Map<number, readonly FoundRow[]>()
  #facts: IndexFacts = { count: 0, rowsPerShard: 1, firsts: [] }

  constructor(folder: string, page: Document) {
    this.#folder = folder
    this.#page = page
    Object.assign(globalThis, {
      hansardIndex: (facts: IndexFacts) => (this.#facts = facts),
      hansardWords: (number: number, words: Words) => this.#words.set(number, words),
      hansardRows: (number: number, rows: readonly FoundRow[]) => this.#rows.set(number, rows),
    })
  }

  /** The numbers of the conversations with a word, or with one that begins so, in order. */
  async numbersOf(word: string, isPrefix: boolean): Promise<number[]> {
    await this.#load('index.js')
    const { firsts } = this.#facts
    const from = Math.max(
      0,
      firsts.findLastIndex((first) => isInOrder(first, word)),
    )
    const last = isPrefix ? firsts.findLastIndex((first) => isInOrder(first, `${word}\u{10ffff}`)) : from
    const found = new Set<number>()
    for (let shard = from; shard <= Math.min(last, from + MAX_SHARDS); shard++) {
      await this.#load(`words-${shard}.js`)
      for (const [known, deltas] of Object.entries(this.#words.get(shard) ?? {}))
        if (known === word || (isPrefix && known.startsWith(word)))
          for (const number of numbersIn(deltas)) found.add(number)
    }
    return [...found].sort((left, right) => left - right)
  }

  async row(number: number): Promise<FoundRow | undefined> {
    const { rowsPerShard } = this.#facts
    const shard = Math.floor(number / rowsPerShard)
    await this.#load(`rows-${shard}.js`)
    return this.#rows.get(shard)?.[number % rowsPerShard]
  }

  #load(name: string): Promise<void> {
    const known = this.#loading.get(name)
    if (known !== undefined) return known
    const loading = new Promise<void>((resolve, reject) => {
      const script = this.#page.createElement('script')
      script.src = `${this.#folder}${name}`
      script.addEventListener('load', () => resolve())
      script.addEventListener('error', () => reject(new Error(`cannot load ${name}`)))
      this.#page.head.append(script)
    })
    this.#loading.set(name, loading)
    return loading
  }
}

/** Of a beginning that thousands of words have, the words of these many shards are enough to see that it must be longer. */
const MAX_SHARDS = 8

/** Compares code points, as the bytes of UTF-8 are sorted; `<` compares UTF-16, where emoji come before some letters. */
function isInOrder(left: string, right: string): boolean {
  const [ours, theirs] = [[...left], [...right]]
  const at = ours.findIndex((character, i) => character !== theirs[i])
  return at === -1 || (ours[at]?.codePointAt(0) ?? 0) < (theirs[at]?.codePointAt(0) ?? -1)
}

function numbersIn(deltas: string): number[] {
  let number = 0
  return deltas.split(' ').map((delta) => (number += Number.parseInt(delta, 36)))
}
