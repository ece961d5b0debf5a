import { describe, expect, it } from 'vitest'

import { emptyArchive } from '../../src/archive/archive.ts'

const books = {
  ...{ listed: 15, new: 1, updated: 2, unchanged: 3, failed: 4, vanished: 5 },
  ...{ gone: 6, requests: 7, retries: 8, bytes: 9 },
}

describe('The books of a run', () => {
  it('say how it ended, why, and whether anybody can tell that it is complete', () => {
    const { runs } = emptyArchive()
    const begin = (startedAt: string) =>
      runs.begin({ command: 'backup', hansard: '1.2.3', baseUrl: 'http://x', startedAt })
    for (const [n, complete] of [true, false, null].entries()) {
      const run = begin(`2026-01-0${n + 1}`)
      expect(runs.recent(1)).toMatchObject([{ id: run, endedAt: null, outcome: null, complete: null }])
      const reason = complete === false ? 'rows changed their order' : undefined
      runs.end(run, `2026-02-0${n + 1}`, { outcome: 'partial', complete, reason, books })
    }
    expect(runs.recent(9)).toEqual(
      [
        { id: 3, startedAt: '2026-01-03', endedAt: '2026-02-03', complete: null, reason: null },
        {
          id: 2,
          startedAt: '2026-01-02',
          endedAt: '2026-02-02',
          complete: 0,
          reason: 'rows changed their order',
        },
        { id: 1, startedAt: '2026-01-01', endedAt: '2026-02-01', complete: 1, reason: null },
      ].map((run) => ({ ...run, ...books, command: 'backup', outcome: 'partial' })),
    )
    expect(runs.recent(2).map(({ id }) => id)).toEqual([3, 2])
  })
})
