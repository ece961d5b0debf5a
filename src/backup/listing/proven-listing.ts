import { nextWindow, startOf, windowAt, type Window } from './listing-window.ts'
import type { PageSize } from './page-size.ts'

/** A row of the listing, under a key that tells it from every other row. */
export interface ListedRow {
  readonly key: string
  readonly createdAt: string | undefined
}

/** Where the listing notes what it has seen; `rankOf` is the place in the proven part, from 0. */
export interface SeenKeys {
  rankOf(key: string): number | undefined
  /** Notes that a row was listed; false if it had been already. */
  note(key: string): boolean
  place(key: string, rank: number): void
  forgetPlaces(): void
}

/** Whether the listing can be shown to have missed nothing that existed throughout, and if not, why. */
export interface ListingResult {
  readonly complete: boolean
  readonly reason: string | undefined
}

/** How to list. */
export interface ListingOptions<Row> {
  /** How many rows to ask for; the server may grant fewer, or refuse. */
  readonly pageSize: PageSize
  /** Tells from the rows of a window that nothing which is looked for can stand behind them: there the listing ends. */
  readonly isEnough?: ((rows: readonly Row[]) => boolean) | undefined
}

type FetchWindow<Row> = (window: Window) => Promise<Row[]>

/** Attempts without progress after which the proof is given up: rows move faster than they can be listed. */
const MAX_STEPS_WITHOUT_PROGRESS = 40

/** How often the proof may begin again after an assumption broke: one odd answer is no reason to prove nothing. */
const MAX_RESTARTS = 2

/** Pages in a row that may bring nothing new before a listing that proves nothing ends. */
const MAX_PAGES_WITHOUT_NEW_ROWS = 3

/** Later pages that may hold the rows of the first one before `page` is taken to be ignored. */
const MAX_REPEATED_FIRST_PAGES = 3

/** One row in this many is listed twice, to find the anchor again after some rows before it were deleted. */
const OVERLAP_DIVISOR = 20

/** Below this size, windows of every size can begin or end at the same row. */
const SMALLEST_WINDOW = 3

/**
 * Lists all rows by anchored overlap; yields each row once, in batches, and returns the verdict.
 *
 * Rows move while they are listed: a creation pushes them down, a deletion pulls them up, and a row that is pulled past
 * the seam of two pages is missed without a trace. So each window begins on rows already seen, and counts only if it
 * holds one of them (the anchor): a window is one contiguous piece of the list at one moment, so whatever existed
 * throughout and stands between the anchor and the window's end is in the window. A window without an anchor proves
 * nothing; we step back until one has it, at the latest at the top, where nothing can stand before. The last window
 * holds an anchor and is shorter than a size that the server has granted before: nothing stood behind it. A page may
 * also be short because a row was left out of it, so the end is looked at twice, and the page behind it must be empty.
 *
 * This rests on two assumptions: the order of two rows never changes, and no answer is older than the one before it.
 * Where they are seen to break, the proof begins again; when they break again, the verdict says why it is not complete.
 * A row that every answer leaves out does not exist as far as a listing can tell.
 */
export async function* listRows<Row extends ListedRow>(
  fetchWindow: FetchWindow<Row>,
  seen: SeenKeys,
  { pageSize, isEnough = () => false }: ListingOptions<Row>,
): AsyncGenerator<Row[], ListingResult, undefined> {
  for (;;) {
    let last: Window = { page: 0, size: pageSize.size }
    const fetch = (window: Window) => fetchWindow((last = window))
    try {
      return yield* listProven(fetch, seen, pageSize.size, isEnough)
    } catch (thrown) {
      // A page of another size begins at another row, so the proof begins again.
      if (!pageSize.shrink(thrown, last.size, last.page === 0)) throw thrown
      seen.forgetPlaces()
    }
  }
}

async function* listProven<Row extends ListedRow>(
  fetchWindow: FetchWindow<Row>,
  seen: SeenKeys,
  pageSize: number,
  isEnough: (rows: readonly Row[]) => boolean,
): AsyncGenerator<Row[], ListingResult, undefined> {
  const provenPart = new ProvenPart(seen)
  const top: Window = { page: 0, size: pageSize }
  let window = top
  let granted = 0
  let stepsBack = 0
  let restartsLeft = MAX_RESTARTS

  const look = async function* (at: Window): AsyncGenerator<Row[], Row[], undefined> {
    const rows = await fetchWindow(at)
    if (rows.length > at.size) provenPart.broken = 'the server ignores page_size'
    if (provenPart.isFirstPageAgain(rows, startOf(at))) provenPart.broken = 'the server ignores page'
    granted = Math.max(granted, Math.min(rows.length, at.size))
    yield rows.filter(({ key }) => seen.note(key))
    return rows
  }

  for (let stepsLeft = MAX_STEPS_WITHOUT_PROGRESS; stepsLeft > 0; stepsLeft--) {
    const size = { expected: Math.min(window.size, granted || pageSize), isGranted: granted > 0 }
    const rows = yield* look(window)
    const progress = provenPart.take(rows, startOf(window))
    if (progress !== 'unanchored' && provenPart.broken === undefined && isEnough(rows)) return proven
    const mayEnd = rows.length < size.expected || granted < SMALLEST_WINDOW
    if (mayEnd && progress !== 'unanchored' && (yield* confirmEnd(rows, window, size, provenPart, look)))
      return proven

    if (provenPart.broken !== undefined) {
      if (restartsLeft-- === 0) break
      provenPart.beginAgain()
      window = top
    } else if (progress === 'unanchored') {
      window = windowAt(startOf(window) - granted * 2 ** stepsBack++, granted)
    } else {
      if (progress === 'further')
        stepsLeft = Math.max(stepsLeft, MAX_STEPS_WITHOUT_PROGRESS - provenPart.restarts)
      stepsBack = 0
      window = nextWindow(provenPart.frontier, granted, Math.ceil(granted / OVERLAP_DIVISOR)) ?? top
    }
  }
  yield* listUnproven(fetchWindow, seen, Math.max(granted, 1))
  return { complete: false, reason: provenPart.broken ?? 'rows moved faster than they could be listed' }
}

const proven: ListingResult = { complete: true, reason: undefined }

/**
 * Looks at what may be the end twice, and between the two at the page behind it, which must be empty. Either the window
 * is short both times, of a size that the server grants; or it held the very same rows both times: then they were there
 * when nothing stood behind them.
 */
async function* confirmEnd<Row extends ListedRow>(
  rows: readonly Row[],
  window: Window,
  size: { readonly expected: number; readonly isGranted: boolean },
  walk: ProvenPart,
  look: (at: Window) => AsyncGenerator<Row[], Row[], undefined>,
): AsyncGenerator<Row[], boolean, undefined> {
  const behind = yield* look(
    window.page === 0 ? { page: 1, size: rows.length || 1 } : { ...window, page: window.page + 1 },
  )
  const again = yield* look(window)
  if (walk.take(again, startOf(window)) === 'unanchored' || walk.broken !== undefined) return false
  const isShort = size.isGranted && again.length < size.expected
  const isUnmoved = keysOf(again) === keysOf(rows)
  if (behind.length === 0) return isShort || isUnmoved
  // Rows that were created meanwhile pushed others there: such as are proven, or stand in the second look.
  const inAgain = new Set(again.map(keyOf))
  const wasPushed = !isUnmoved && behind.every((row) => walk.knows(row) || inAgain.has(row.key))
  if (isShort && !wasPushed) walk.broken = 'pages came shorter than what follows them'
  return false
}

/**
 * Lists page after page, for a server whose answers prove nothing: the most that can be done. It ends on an empty page,
 * and after a few pages without a row that is new to this walk, so there are hardly more requests than rows.
 */
async function* listUnproven<Row extends ListedRow>(
  fetchWindow: FetchWindow<Row>,
  seen: SeenKeys,
  size: number,
): AsyncGenerator<Row[], void, undefined> {
  seen.forgetPlaces()
  let placed = 0
  let left = MAX_PAGES_WITHOUT_NEW_ROWS
  for (let page = 0; left > 0; page++) {
    const rows = await fetchWindow({ page, size })
    if (rows.length === 0) return
    const before = placed
    for (const { key } of rows) if (seen.rankOf(key) === undefined) seen.place(key, placed++)
    left = placed > before ? MAX_PAGES_WITHOUT_NEW_ROWS : left - 1
    yield rows.filter(({ key }) => seen.note(key))
  }
}

/** The proven part of the listing: rows whose places are known, without a gap that matters between them. */
class ProvenPart {
  readonly #seen: SeenKeys
  #placed = 0
  #direction = 0
  #top: readonly string[] = []
  #topAgain = 0
  /** The index of the last row of the newest window: it has a place, so the next window may begin on it. */
  frontier = -1
  /** Which assumption was seen to break. */
  broken: string | undefined
  /** How often the proof had to begin again. */
  restarts = 0

  constructor(seen: SeenKeys) {
    this.#seen = seen
  }

  /** Takes a window that begins at index `start`: as a beginning, or where it continues what is proven. */
  take(rows: readonly ListedRow[], start: number): 'further' | 'nowhere' | 'unanchored' {
    const ranks = rows.map(({ key }) => this.#seen.rankOf(key))
    const last = ranks.findLastIndex((rank) => rank !== undefined)
    const lastRank = ranks[last]
    if (lastRank === undefined && start > 0) return 'unanchored'
    if (lastRank === undefined) this.forget()
    this.#check(rows, ranks.slice(0, last + 1))
    const fresh = rows.slice(last + 1)
    for (const { key } of fresh) this.#seen.place(key, this.#placed++)
    this.frontier = start + rows.length - 1
    return fresh.length > 0 ? 'further' : 'nowhere'
  }

  /**
   * Whether too many pages that should begin further down began with the first page's rows. Rows that are created push
   * others down and can show the same once, but not each time by just as many as were skipped.
   */
  isFirstPageAgain(rows: readonly ListedRow[], start: number): boolean {
    if (start === 0) this.#top = rows.map(keyOf)
    else if (isSameBeginning(this.#top, rows)) this.#topAgain++
    return this.#topAgain >= MAX_REPEATED_FIRST_PAGES
  }

  /** Whether a row stands in the proven part. */
  knows({ key }: ListedRow): boolean {
    return this.#seen.rankOf(key) !== undefined
  }

  /** Takes all places back: the proof begins again. */
  forget(): void {
    if (this.#placed > 0) this.restarts++
    this.#seen.forgetPlaces()
    this.#placed = 0
  }

  /** Forgets what broke along with all places. */
  beginAgain(): void {
    this.forget()
    this.broken = undefined
    this.#direction = 0
    this.#topAgain = 0
  }

  #check(rows: readonly ListedRow[], ranks: readonly (number | undefined)[]): void {
    if (new Set(rows.map(keyOf)).size < rows.length) this.broken = 'a page held the same row twice'
    else if (!isInPlace(ranks)) this.broken = 'rows changed their order'
    else if (!this.#isByCreation(rows)) this.broken = 'the listing is not in order of creation'
  }

  #isByCreation(rows: readonly ListedRow[]): boolean {
    const times = rows.flatMap(({ createdAt }) => (createdAt === undefined ? [] : [Date.parse(createdAt)]))
    return times.every((time, i) => {
      const step = Math.sign(time - (times[i - 1] ?? time))
      if (this.#direction === 0 && !Number.isNaN(step)) this.#direction = step
      return step === 0 || Number.isNaN(step) || step === this.#direction
    })
  }
}

/** From the first anchor to the last, each row must be known, and stand after the one before it. */
function isInPlace(ranks: readonly (number | undefined)[]): boolean {
  const anchored = ranks.slice(ranks.findIndex((rank) => rank !== undefined))
  return anchored.every((rank, i) => rank !== undefined && (i === 0 || rank > (anchored[i - 1] ?? Infinity)))
}

function isSameBeginning(top: readonly string[], rows: readonly ListedRow[]): boolean {
  const length = Math.min(top.length, rows.length)
  return length > 0 && rows.slice(0, length).every(({ key }, i) => key === top[i])
}

function keysOf(rows: readonly ListedRow[]): string {
  return JSON.stringify(rows.map(keyOf))
}

function keyOf({ key }: ListedRow): string {
  return key
}
