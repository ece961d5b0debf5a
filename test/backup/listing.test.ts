import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Window } from '../../src/backup/listing/listing-window.ts'
import { PageSize } from '../../src/backup/listing/page-size.ts'
import {
  listRows,
  type ListedRow,
  type SeenKeys,
  type ListingResult,
} from '../../src/backup/listing/proven-listing.ts'
import { HansardError } from '../../src/errors.ts'

const SEED = Number(process.env['LISTING_SEED'] ?? 1)
const LISTINGS = Number(process.env['LISTINGS'] ?? 2_000)

type Change =
  | { kind: 'create'; count: number }
  | { kind: 'delete'; at: number; count: number }
  | { kind: 'flash'; at: number }

/** Simulates an account whose listing changes between any two requests. */
class MovingAccount {
  rows: ListedRow[] = []
  requests = 0
  readonly #changes: Change[][]
  readonly #maxPageSize: number
  #made = 0

  constructor(size: number, maxPageSize: number, changes: Change[][]) {
    this.#maxPageSize = maxPageSize
    this.#changes = changes
    this.#create(size)
  }

  readonly fetch = ({ page, size }: Window): Promise<ListedRow[]> => {
    if (this.requests > 0) for (const change of this.#changes[this.requests - 1] ?? []) this.#apply(change)
    this.requests++
    const granted = Math.min(size, this.#maxPageSize)
    return Promise.resolve(this.rows.slice(page * granted, (page + 1) * granted))
  }

  #apply(change: Change): void {
    if (change.kind === 'create') this.#create(change.count)
    else if (change.kind === 'delete') this.#delete(change.at, change.count)
    else {
      this.#create(1)
      this.#delete(change.at, 1)
    }
  }

  #create(count: number): void {
    for (let i = 0; i < count; i++) {
      const made = this.#made++
      this.rows.unshift({ key: `c${made}`, createdAt: new Date(1e12 + made * 10).toISOString() })
    }
  }

  #delete(at: number, count: number): void {
    this.rows.splice(Math.floor(at * this.rows.length), count)
  }
}

class SeenInMemory implements SeenKeys {
  readonly listed = new Set<string>()
  #places = new Map<string, number>()
  rankOf = (key: string) => this.#places.get(key)
  note = (key: string) => this.listed.size < this.listed.add(key).size
  place = (key: string, rank: number) => void this.#places.set(key, rank)
  forgetPlaces = () => void (this.#places = new Map())
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), count: fc.oneof(fc.nat(3), fc.nat(40)) }),
  fc.record({
    kind: fc.constant('delete' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    count: fc.oneof(fc.nat(3), fc.nat(40)),
  }),
  fc.record({ kind: fc.constant('flash' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
)

describe('A listing with overlapping windows', () => {
  it(`is never complete if it missed a row that existed throughout (${LISTINGS} listings, seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(5), fc.nat(300)),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 60 }),
        async (size, maxPageSize, pageSize, changes) => {
          const account = new MovingAccount(size, maxPageSize, changes)
          const before = account.rows.map(({ key }) => key)
          const { listed, verdict } = await list(account, pageSize)
          const after = new Set(account.rows.map(({ key }) => key))
          const missed = before.filter((key) => after.has(key) && !listed.has(key))
          if (verdict.complete) expect(missed).toEqual([])
        },
      ),
      { numRuns: LISTINGS, seed: SEED },
    )
  })

  it(`is complete on a busy account (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(900),
        fc.integer({ min: 20, max: 100 }),
        fc.array(fc.array(change, { maxLength: 2 }), { maxLength: 20 }),
        async (size, pageSize, changes) => {
          const account = new MovingAccount(size, 100, changes)
          expect((await list(account, pageSize)).verdict).toEqual({ complete: true, reason: undefined })
        },
      ),
      { numRuns: LISTINGS * 0.4, seed: SEED },
    )
  })

  it('is complete even if rows are created each time it confirms the end', async () => {
    const [create, drop] = [
      (count: number): Change => ({ kind: 'create', count }),
      (count: number): Change => ({ kind: 'delete', at: 0, count }),
    ]
    for (const [size, changes] of [
      [4, [[], [drop(4)], [], [create(2)], [], [], [create(1)], [drop(1)], [], [create(1)]]],
      [
        20,
        [
          [drop(5), drop(14)],
          [],
          [create(3), drop(1)],
          [],
          [],
          [create(5), drop(1)],
          [create(1)],
          [drop(1), create(1)],
          [create(9)],
        ],
      ],
    ] as [number, Change[][]][]) {
      const account = new MovingAccount(size, 100, changes)
      expect((await list(account, 20)).verdict).toEqual({ complete: true, reason: undefined })
    }
  })

  it('does not accept an end that moved while it was confirmed', async () => {
    const changes: Change[][] = [[{ kind: 'delete', at: 0, count: 3 }], [{ kind: 'create', count: 1 }]]
    const account = new MovingAccount(4, 1, changes)
    const [, , , last = ''] = account.rows.map(({ key }) => key)
    const { listed, verdict } = await list(account, 1)
    expect(account.rows.map(({ key }) => key)).toContain(last)
    if (verdict.complete) expect(listed).toContain(last)
  })

  it('does not accept an end if the second read has another order', async () => {
    const account = new MovingAccount(70, 50, [])
    const asked: string[] = []
    const fetch = async (window: Window) => {
      asked.push(JSON.stringify(window))
      const rows = await account.fetch(window)
      return asked.at(-1) === asked.at(-3) ? rows.toReversed() : rows
    }
    const { verdict, listed } = await list({ fetch }, 50)
    expect(verdict).toEqual({ complete: false, reason: 'rows changed their order' })
    expect(listed.size).toBe(70)
  })

  it('goes on if the last row that it had seen was deleted', async () => {
    const changes: Change[][] = [
      [
        { kind: 'delete', at: 0.99, count: 1 },
        { kind: 'create', count: 7 },
      ],
    ]
    const account = new MovingAccount(6, 100, changes)
    expect((await list(account, 20)).verdict).toEqual({ complete: true, reason: undefined })
  })

  it('is complete with about 1.2 times the requests of a plain listing if nothing moves', async () => {
    for (const size of [0, 1, 2, 99, 100, 101, 250, 5_000, 20_000]) {
      const account = new MovingAccount(size, 100, [])
      const { listed, verdict } = await list(account, 100)
      expect(verdict).toEqual({ complete: true, reason: undefined })
      expect(listed.size).toBe(size)
      expect(account.requests).toBeLessThanOrEqual(Math.ceil((size / 100) * 1.2) + 3)
    }
  })

  it('goes on after a page that is shorter than requested', async () => {
    const account = new MovingAccount(1_000, 37, [])
    const { listed, verdict } = await list(account, 500)
    expect(verdict.complete).toBe(true)
    expect(listed.size).toBe(1_000)
  })

  it('is never complete if one response omitted a row, whichever response and row', async () => {
    for (const size of [1, 5, 49, 50, 51, 230]) {
      for (let spoilt = 1; spoilt <= 12; spoilt++) {
        for (const dropped of [0, 3, 30, 49]) {
          const account = new MovingAccount(size, 50, [])
          const fetch = async (window: Window) => {
            const rows = await account.fetch(window)
            return account.requests === spoilt ? rows.toSpliced(dropped, 1) : rows
          }
          const { listed, verdict } = await list({ fetch }, 50)
          if (verdict.complete) expect(listed.size).toBe(size)
        }
      }
    }
  })

  it('is not complete if every page omits a row, but does not stop at the first page', async () => {
    for (const size of [120, 230, 1_000]) {
      const account = new MovingAccount(size, 50, [])
      const fetch = async (window: Window) => (await account.fetch(window)).toSpliced(3, 1)
      const { listed, verdict } = await list({ fetch }, 50)
      expect(verdict.complete).toBe(false)
      expect(listed.size).toBeGreaterThan(size * 0.9)
    }
  })

  it('does not take one empty response for an empty account', async () => {
    const account = new MovingAccount(120, 50, [])
    const fetch = async (window: Window) => {
      const rows = await account.fetch(window)
      return account.requests === 1 ? [] : rows
    }
    const { listed, verdict } = await list({ fetch }, 50)
    expect([verdict.complete, listed.size]).toEqual([true, 120])
  })

  it('restarts the proof after one contradiction, and completes it', async () => {
    for (const odd of [
      (rows: ListedRow[]) => rows.toReversed(),
      (rows: ListedRow[]) => [...rows.slice(0, 5), ...rows.slice(4)],
      (rows: ListedRow[]) => rows.toSpliced(3, 1),
    ]) {
      for (let when = 1; when < 6; when++) {
        const account = new MovingAccount(230, 50, [])
        const fetch = async (window: Window) => {
          const rows = await account.fetch(window)
          return account.requests === when ? odd(rows).slice(0, 50) : rows
        }
        const { listed, verdict } = await list({ fetch }, 50)
        expect([verdict.complete, listed.size]).toEqual([true, 230])
      }
    }
  })

  it('says why it is not complete if rows change their order', async () => {
    const account = new MovingAccount(300, 50, [])
    const fetch = async (window: Window) => {
      if (account.requests % 3 === 2) account.rows = [...account.rows.slice(40), ...account.rows.slice(0, 40)]
      return account.fetch(window)
    }
    expect(await list({ fetch }, 50)).toMatchObject({ verdict: { complete: false } })
  })

  it('says why it is not complete if rows are ordered by their last change', async () => {
    const account = new MovingAccount(300, 50, [])
    account.rows.unshift(...account.rows.splice(120, 1))
    const { verdict, listed } = await list(account, 50)
    expect(verdict).toEqual({ complete: false, reason: 'the listing is not in order of creation' })
    expect(listed.size).toBe(300)
  })

  it('lists what it can if the server ignores page_size', async () => {
    const account = new MovingAccount(230, 50, [])
    const fetch = ({ page }: Window) => account.fetch({ page, size: 50 })
    const { verdict, listed } = await list({ fetch }, 50)
    expect(verdict).toEqual({ complete: false, reason: 'the server ignores page_size' })
    expect(listed.size).toBe(230)
  })

  it('ends if the server returns the same rows for every page', async () => {
    const account = new MovingAccount(50, 50, [])
    const fetch = () => account.fetch({ page: 0, size: 50 })
    expect((await list({ fetch }, 50)).verdict.complete).toBe(false)
  })

  it('says that a page contained a row twice', async () => {
    const account = new MovingAccount(120, 50, [])
    const fetch = async (window: Window) => {
      const rows = await account.fetch(window)
      return [...rows.slice(0, 5), ...rows.slice(4)].slice(0, window.size)
    }
    const { verdict } = await list({ fetch }, 50)
    expect(verdict).toEqual({ complete: false, reason: 'a page contains the same row twice' })
  })
})

/** How a service may behave with a listing that does not change. */
interface Treatment {
  readonly size: number
  /** What it does with a page_size above this. */
  readonly largest: number
  readonly overLargest: 'clamp' | 'refuse' | 'refuse later'
  readonly page: 'heeded' | 'ignored' | 'clamped to the last' | 'wrapped around'
  readonly order: 'fixed' | 'alternating' | 'two rows alternating' | 'rotating'
}

const treatment: fc.Arbitrary<Treatment> = fc.record({
  size: fc.oneof(fc.nat(5), fc.nat(150)),
  largest: fc.integer({ min: 1, max: 60 }),
  overLargest: fc.constantFrom('clamp', 'refuse', 'refuse later'),
  page: fc.constantFrom('heeded', 'ignored', 'clamped to the last', 'wrapped around'),
  order: fc.constantFrom('fixed', 'alternating', 'two rows alternating', 'rotating'),
})

/** Simulates a service with this behavior, and counts requests. */
class HostileService {
  requests = 0
  refusals = 0
  readonly rows: ListedRow[]
  readonly #treatment: Treatment

  constructor(treatment: Treatment) {
    this.#treatment = treatment
    this.rows = Array.from({ length: treatment.size }, (_, i) => ({
      key: `c${i}`,
      createdAt: new Date(1e12 - i * 10).toISOString(),
    }))
  }

  readonly fetch = ({ page, size }: Window): Promise<ListedRow[]> => {
    const { largest, overLargest } = this.#treatment
    this.requests++
    if (
      size > largest &&
      (overLargest === 'refuse' || (overLargest === 'refuse later' && this.requests > 1))
    ) {
      this.refusals++
      const message = `query.page_size: Input should be less than or equal to ${largest}`
      return Promise.reject(new HansardError('request-refused', message, { status: 422 }))
    }
    const granted = overLargest === 'clamp' ? Math.min(size, largest) : size
    const from = this.#pageOf(page, granted) * granted
    return Promise.resolve(this.#ordered().slice(from, from + granted))
  }

  #pageOf(page: number, size: number): number {
    const last = Math.max(0, Math.ceil(this.rows.length / size) - 1)
    if (this.#treatment.page === 'ignored') return 0
    if (this.#treatment.page === 'clamped to the last') return Math.min(page, last)
    return this.#treatment.page === 'wrapped around' ? page % (last + 1) : page
  }

  #ordered(): ListedRow[] {
    const { order } = this.#treatment
    const isOdd = this.requests % 2 === 1
    if (order === 'alternating') return isOdd ? this.rows : this.rows.toReversed()
    if (order === 'rotating') {
      const by = this.requests % (this.rows.length || 1)
      return [...this.rows.slice(by), ...this.rows.slice(0, by)]
    }
    const [first, second, ...rest] = this.rows
    const swaps = order === 'two rows alternating' && isOdd && first !== undefined && second !== undefined
    return swaps ? [second, first, ...rest] : this.rows
  }
}

describe('A listing of a hostile service', () => {
  it(`ends after few requests, and is never complete if it missed a row (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(treatment, fc.integer({ min: 1, max: 100 }), async (treatment, pageSize) => {
        const service = new HostileService(treatment)
        const { listed, verdict } = await list(service, pageSize)
        if (verdict.complete) expect(listed.size).toBe(treatment.size)
        expect(service.refusals).toBeLessThanOrEqual(7)
        expect(service.requests).toBeLessThanOrEqual(150 + 4 * treatment.size)
      }),
      { numRuns: LISTINGS, seed: SEED },
    )
  })

  it(`is complete if only the page size is refused or reduced (seed ${SEED})`, async () => {
    const large = fc.integer({ min: 20, max: 100 })
    const honest = { page: 'heeded', order: 'fixed' } as const
    await fc.assert(
      fc.asyncProperty(treatment, large, large, async (treatment, largest, pageSize) => {
        const service = new HostileService({ ...treatment, ...honest, largest })
        const { listed, verdict } = await list(service, pageSize)
        expect({ ...verdict, listed: listed.size }).toEqual({
          complete: true,
          reason: undefined,
          listed: treatment.size,
        })
      }),
      { numRuns: LISTINGS * 0.2, seed: SEED },
    )
  })

  it('reduces a refused page size to the next round one, and never requests a larger one again', async () => {
    const asked: number[] = []
    const service = new HostileService({
      ...{ size: 120, largest: 30, overLargest: 'refuse', page: 'heeded', order: 'fixed' },
    })
    const fetch = (window: Window) => {
      asked.push(window.size)
      return service.fetch(window)
    }
    expect((await list({ fetch }, 100)).verdict.complete).toBe(true)
    expect(asked.slice(0, 3)).toEqual([100, 50, 20])
    expect(Math.max(...asked.slice(2))).toBe(20)
  })

  it('fails with the refusal if one row is refused, or a later page again for another reason', async () => {
    const refusal = new HansardError('request-refused', 'query.colour: unknown', { status: 422 })
    let requests = 0
    const refuseAll = () => Promise.reject(refusal)
    const refuseLater = (window: Window) => {
      requests++
      return window.page === 0 ? new HostileService(still).fetch(window) : refuseAll()
    }
    const still = { size: 50, largest: 20, overLargest: 'clamp', page: 'heeded', order: 'fixed' } as const
    await expect(list({ fetch: refuseAll }, 100)).rejects.toBe(refusal)
    await expect(list({ fetch: refuseLater }, 20)).rejects.toBe(refusal)
    expect(requests).toBe(4) // the first refusal could have withdrawn the size
  })
})

async function list(
  account: { fetch: (window: Window) => Promise<ListedRow[]> },
  pageSize: number,
): Promise<{ listed: Set<string>; verdict: ListingResult }> {
  const seen = new SeenInMemory()
  const rows = listRows(account.fetch, seen, { pageSize: new PageSize(pageSize) })
  for (;;) {
    const next = await rows.next()
    if (next.done === true) return { listed: seen.listed, verdict: next.value }
  }
}
