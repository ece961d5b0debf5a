import type { SeenRows } from '../../archive/content/seen-rows.ts'
import { nextWindow, startOf, windowAt, type FetchWindow, type Window } from './listing-window.ts'
import type { PageSize } from './page-size.ts'

/** A row of the listing, with a unique key. */
export interface ListedRow {
  readonly key: string
  readonly createdAt: string | undefined
}

/** Stores which rows were seen. The rank of a row is its place in the proven part, from 0. */
export type SeenKeys = Pick<SeenRows, 'rankOf' | 'note' | 'place' | 'forgetPlaces'>

/** Whether the listing is proven to have missed nothing that existed throughout, and if not, why. */
export interface ListingResult {
  readonly complete: boolean
  readonly reason: string | undefined
}

/** Options of a listing. */
export interface ListingOptions<Row> {
  /** Rows to request per page; the server may return fewer, or refuse. */
  readonly pageSize: PageSize
  /** Returns true for rows behind which nothing that the caller needs can follow: the listing ends there. */
  readonly isEnough?: ((rows: readonly Row[]) => boolean) | undefined
}

/** Windows without progress after which the proof is given up, because rows move faster than they can be listed. */
const MAX_STEPS_WITHOUT_PROGRESS = 40

/** How often the proof may restart after an assumption broke, since a single odd response should not prevent it. */
const MAX_RESTARTS = 2

/** Pages in a row without a new row after which an unproven listing ends. */
const MAX_PAGES_WITHOUT_NEW_ROWS = 3

/** Number of later pages with the rows of the first page after which the server counts as ignoring `page`. */
const MAX_REPEATED_FIRST_PAGES = 3

/** One row in this many is listed twice, so that the anchor is found even after rows before it were deleted. */
const OVERLAP_DIVISOR = 20

/** Below this size, windows of all sizes can begin or end at the same row. */
const SMALLEST_WINDOW = 3

/**
 * Lists all rows with overlapping windows. Yields each row once, in batches, and returns whether the listing is proven
 * complete; the README of this room has the proof.
 *
 * Rows move while they are listed: a new row pushes others down, a deletion pulls them up, and a row pulled across the
 * boundary of two pages is missed without a trace. So each window begins with rows already seen and counts only if it
 * contains one of them, the anchor.
 *
 * Two assumptions are made: the order of two rows never changes, and no response is older than the one before it. When a
 * response contradicts one of them, the proof restarts; after `MAX_RESTARTS` restarts the rest is listed unproven.
 */
export async function* listRows<Row extends ListedRow>(
  fetchWindow: FetchWindow<Row>,
  seen: SeenKeys,
  { pageSize, isEnough = () => false }: ListingOptions<Row>,
): AsyncGenerator<Row[], ListingResult, undefined> {
  let isBlamed = false
  for (;;) {
    let last: Window = { page: 0, size: pageSize.size }
    const fetch = (window: Window) => fetchWindow((last = window))
    try {
      return yield* listProven(fetch, seen, pageSize, isEnough)
    } catch (thrown) {
      // The refusal of a later page may withdraw the size without naming it, which is believed once.
      if (!pageSize.shrink(thrown, last.size, last.page === 0 || !isBlamed)) throw thrown
      isBlamed ||= last.page > 0
      // Pages of another size begin at other rows, so the proof restarts.
      seen.forgetPlaces()
    }
  }
}

async function* listProven<Row extends ListedRow>(
  fetchWindow: FetchWindow<Row>,
  seen: SeenKeys,
  pageSize: PageSize,
  isEnough: (rows: readonly Row[]) => boolean,
): AsyncGenerator<Row[], ListingResult, undefined> {
  const provenPart = new ProvenPart(seen)
  const top: Window = { page: 0, size: pageSize.size }
  let window = top
  let mostReturned = 0
  let stepsBack = 0
  let restartsLeft = MAX_RESTARTS

  const readWindow = async function* (at: Window): AsyncGenerator<Row[], Row[], undefined> {
    const rows = await fetchWindow(at)
    if (rows.length > at.size) provenPart.contradiction = 'the server ignores page_size'
    if (provenPart.isFirstPageAgain(rows, startOf(at))) provenPart.contradiction = 'the server ignores page'
    mostReturned = Math.max(mostReturned, Math.min(rows.length, at.size))
    yield rows.filter(({ key }) => seen.note(key))
    return rows
  }

  for (let stepsLeft = MAX_STEPS_WITHOUT_PROGRESS; stepsLeft > 0; stepsLeft--) {
    const size = { expected: Math.min(window.size, mostReturned || top.size), isGranted: mostReturned > 0 }
    const rows = yield* readWindow(window)
    const progress = provenPart.add(rows, startOf(window))
    if (progress !== 'unanchored' && provenPart.contradiction === undefined && isEnough(rows)) return proven
    const mayEnd = rows.length < size.expected || mostReturned < SMALLEST_WINDOW
    if (
      mayEnd &&
      progress !== 'unanchored' &&
      (yield* confirmEnd(rows, window, size, provenPart, readWindow))
    ) {
      // A short page tells what the server grants only if more rows follow it.
      if (mostReturned === top.size || provenPart.frontier >= mostReturned) pageSize.grant(mostReturned)
      return proven
    }

    if (provenPart.contradiction !== undefined) {
      if (restartsLeft-- === 0) break
      provenPart.restart()
      window = top
    } else if (progress === 'unanchored') {
      window = windowAt(startOf(window) - mostReturned * 2 ** stepsBack++, mostReturned)
    } else {
      if (progress === 'extended')
        stepsLeft = Math.max(stepsLeft, MAX_STEPS_WITHOUT_PROGRESS - provenPart.restarts)
      stepsBack = 0
      window = nextWindow(provenPart.frontier, mostReturned, Math.ceil(mostReturned / OVERLAP_DIVISOR)) ?? top
    }
  }
  yield* listUnproven(fetchWindow, seen, Math.max(mostReturned, 1))
  return {
    complete: false,
    reason: provenPart.contradiction ?? 'rows moved faster than they could be listed',
  }
}

const proven: ListingResult = { complete: true, reason: undefined }

/**
 * Confirms the end of the listing: reads the page behind the last window, which must be empty, and then the window again.
 * Both times the window must be shorter than a size that the server has returned, or contain the very same rows, which
 * then existed when nothing followed them.
 */
async function* confirmEnd<Row extends ListedRow>(
  rows: readonly Row[],
  window: Window,
  size: { readonly expected: number; readonly isGranted: boolean },
  provenPart: ProvenPart,
  readWindow: (at: Window) => AsyncGenerator<Row[], Row[], undefined>,
): AsyncGenerator<Row[], boolean, undefined> {
  const behind = yield* readWindow(
    window.page === 0 ? { page: 1, size: rows.length || 1 } : { ...window, page: window.page + 1 },
  )
  const again = yield* readWindow(window)
  if (provenPart.add(again, startOf(window)) === 'unanchored' || provenPart.contradiction !== undefined)
    return false
  const isShort = size.isGranted && again.length < size.expected
  const isUnmoved = keysOf(again) === keysOf(rows)
  if (behind.length === 0) return isShort || isUnmoved
  // New rows pushed others onto the page behind: rows that are proven, or that are in the second read.
  const inAgain = new Set(again.map(keyOf))
  const wasPushed = !isUnmoved && behind.every((row) => provenPart.knows(row) || inAgain.has(row.key))
  if (isShort && !wasPushed) provenPart.contradiction = 'a page was short although more rows follow'
  return false
}

/**
 * Lists page after page when nothing can be proven. Ends with an empty page, or after a few pages without a row that is
 * new to this listing, so that it makes hardly more requests than there are rows.
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

/** The proven part of the listing: rows with a known place, between which no row that existed throughout is missing. */
class ProvenPart {
  readonly #seen: SeenKeys
  #placed = 0
  #direction = 0
  #top: readonly string[] = []
  #topAgain = 0
  /** The index of the last row of the newest window. It has a place, so the next window may begin with it. */
  frontier = -1
  /** Which assumption a response has contradicted. */
  contradiction: string | undefined
  /** How often the proof has restarted. */
  restarts = 0

  constructor(seen: SeenKeys) {
    this.#seen = seen
  }

  /** Adds a window that begins at index `start`, if it is the first one or contains an anchor. */
  add(rows: readonly ListedRow[], start: number): 'extended' | 'nothing new' | 'unanchored' {
    const ranks = rows.map(({ key }) => this.#seen.rankOf(key))
    const last = ranks.findLastIndex((rank) => rank !== undefined)
    const lastRank = ranks[last]
    if (lastRank === undefined && start > 0) return 'unanchored'
    if (lastRank === undefined) this.forget()
    this.#check(rows, ranks.slice(0, last + 1))
    const fresh = rows.slice(last + 1)
    for (const { key } of fresh) this.#seen.place(key, this.#placed++)
    this.frontier = start + rows.length - 1
    return fresh.length > 0 ? 'extended' : 'nothing new'
  }

  /**
   * Returns whether too many later pages began with the rows of the first page. New rows can push those down and make it
   * look so once, but not each time by exactly as many rows as were skipped.
   */
  isFirstPageAgain(rows: readonly ListedRow[], start: number): boolean {
    if (start === 0) this.#top = rows.map(keyOf)
    else if (isSameBeginning(this.#top, rows)) this.#topAgain++
    return this.#topAgain >= MAX_REPEATED_FIRST_PAGES
  }

  /** Returns whether a row is in the proven part. */
  knows({ key }: ListedRow): boolean {
    return this.#seen.rankOf(key) !== undefined
  }

  /** Forgets all places, so that the proof restarts. */
  forget(): void {
    if (this.#placed > 0) this.restarts++
    this.#seen.forgetPlaces()
    this.#placed = 0
  }

  /** Forgets all places and the contradiction. */
  restart(): void {
    this.forget()
    this.contradiction = undefined
    this.#direction = 0
    this.#topAgain = 0
  }

  #check(rows: readonly ListedRow[], ranks: readonly (number | undefined)[]): void {
    if (new Set(rows.map(keyOf)).size < rows.length) this.contradiction = 'a page contains the same row twice'
    else if (!isInPlace(ranks)) this.contradiction = 'rows changed their order'
    else if (!this.#isByCreation(rows)) this.contradiction = 'the listing is not in order of creation'
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

/** From the first anchor to the last, each row must be known and come after the one before it. */
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
