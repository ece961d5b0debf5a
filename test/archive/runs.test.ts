import { describe, expect, it } from 'vitest'

import { emptyArchive } from '../../src/archive/archive.ts'
import type { CountedOutcome } from '../../src/archive/journal/runs.ts'
import { formatRun } from '../../src/cli/terminal/run-lines.ts'

const books = {
  ...{ listed: 15, new: 1, updated: 2, unchanged: 3, failed: 4, vanished: 5 },
  ...{ compared: 3, gone: 6, requests: 7, retries: 8, bytes: 9 },
}

const program = { command: 'backup', hansard: '1.2.3', baseUrl: 'http://x' }

describe('The record of a run', () => {
  it('contains how it ended, why, and whether it was verified complete', () => {
    const { runs } = emptyArchive()
    const begin = (startedAt: string) => runs.begin({ ...program, startedAt })
    for (const [n, complete] of [true, false, null].entries()) {
      const run = begin(`2026-01-0${n + 1}`)
      expect(runs.recent(1)).toMatchObject([{ id: run, endedAt: null, outcome: null, complete: null }])
      const reason = complete === false ? 'rows changed their order' : undefined
      runs.end(run, `2026-02-0${n + 1}`, {
        outcome: 'partial',
        complete,
        reason,
        books,
        requestsByKind: new Map(),
      })
    }
    expect(runs.recent(9)).toEqual(
      [
        { id: 3, startedAt: '2026-01-03', endedAt: '2026-02-03', complete: null, reason: null },
        {
          id: 2,
          startedAt: '2026-01-02',
          endedAt: '2026-02-02',
          complete: false,
          reason: 'rows changed their order',
        },
        { id: 1, startedAt: '2026-01-01', endedAt: '2026-02-01', complete: true, reason: null },
      ].map((run) => ({ ...run, ...books, command: 'backup', outcome: 'partial' })),
    )
    expect(runs.recent(2).map(({ id }) => id)).toEqual([3, 2])
    expect(runs.read(2)).toMatchObject({ ...program, id: 2, complete: false })
    expect(runs.read(4)).toBeUndefined()
    expect(runs.since('2026-01-02')).toEqual({ first: 2, last: 3 })
    expect(runs.since('2026-01-04')).toBeUndefined()
  })

  it('contains what a killed run stored', () => {
    const archive = emptyArchive()
    const startedAt = '2026-01-01T03:15:00.000Z'
    const run = archive.runs.begin({ ...program, startedAt })
    const store = (outcome: CountedOutcome) =>
      archive.soon(() => archive.runs.count(run, outcome, outcome === 'new'))
    for (const outcome of ['new', 'new', 'updated', 'failed', 'vanished', 'unchanged'] as const)
      store(outcome)
    expect(() =>
      archive.soon(() => {
        archive.runs.count(run, 'new', true)
        throw new Error('it was not stored')
      }),
    ).toThrow('it was not stored')
    archive.flush()
    const [killed] = archive.runs.recent(1)
    expect(killed).toMatchObject({
      ...{ endedAt: null, outcome: null, complete: null },
      ...{ listed: 6, new: 2, updated: 1, unchanged: 1, failed: 1, vanished: 1, compared: 2 },
    })
    if (killed !== undefined)
      expect(formatRun(killed)).toBe(
        '1  2026-01-01 03:15 UTC  backup: did not end (killed, or still running); 2 new, 1 updated, 1 failed so far',
      )
  })
})
