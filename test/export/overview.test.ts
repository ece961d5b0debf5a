import { describe, expect, it } from 'vitest'

import { countOverview } from '../../src/export/stats/count-overview.ts'
import { Distribution } from '../../src/export/stats/distribution.ts'
import { nightsOf } from '../../src/export/stats/nights.ts'
import { archiveOf } from '../support/archives.ts'

describe('The nights', () => {
  const days = [
    { day: '2026-11-01', isComplete: 1 },
    { day: '2026-11-02', isComplete: 0 },
    { day: '2026-11-04', isComplete: 1 },
  ] as const

  it('are complete, partial, or missed in between', () => {
    expect(nightsOf(days)).toEqual([
      { day: '2026-11-01', verdict: 'complete' },
      { day: '2026-11-02', verdict: 'partial' },
      { day: '2026-11-03', verdict: 'missed' },
      { day: '2026-11-04', verdict: 'complete' },
    ])
  })

  it('are missed until yesterday: the backup of today may be still to come', () => {
    expect(nightsOf(days, '2026-11-06').slice(4)).toEqual([{ day: '2026-11-05', verdict: 'missed' }])
    expect(nightsOf([{ day: '2026-11-06', isComplete: 0 }], '2026-11-06')).toEqual([
      { day: '2026-11-06', verdict: 'partial' },
    ])
    expect(nightsOf([], '2026-11-06')).toEqual([])
  })

  it('are at most those of a year', () => {
    expect(nightsOf([{ day: '2020-01-01', isComplete: 1 }], '2026-11-06')).toHaveLength(370)
  })
})

describe('A distribution', () => {
  it('counts by ranges, without empty ones at the ends', () => {
    const lengths = new Distribution([0, 1, 2, 4, 8], true)
    for (const value of [2, 5, 8]) lengths.add(value)
    expect(lengths.bins()).toEqual([
      { label: '2', count: 1 },
      { label: '3–4', count: 0 },
      { label: '5–8', count: 2 },
    ])
    const seconds = new Distribution([0.5, 1, 2], false)
    for (const value of [0, 1.5, 100]) seconds.add(value)
    expect(seconds.bins().map(({ label }) => label)).toEqual(['0–0.5', '0.5–1', '1–2', 'over 2'])
    expect(new Distribution([1], true).bins()).toEqual([])
  })
})

describe('The overview', () => {
  const entry = (type: string, seconds: number, more = {}) => ({
    ...{ type, created_at: new Date(Date.UTC(2026, 10, 1, 0, 0, seconds)).toISOString() },
    ...more,
  })

  it('counts the seconds from an input to what the model makes next', async () => {
    const archive = archiveOf([
      {
        row: { id: 'conv_1', created_at: '2026-11-01T00:00:00Z' },
        entries: [
          entry('message.input', 0),
          entry('message.input', 1), // only the last one before the model counts
          entry('tool.execution', 4, { name: 'web_search' }),
          entry('message.output', 20),
          entry('message.input', 30),
          entry('message.output', 29), // a clock that goes back
          { type: 'message.input', created_at: 'yesterday' },
          entry('message.output', 40),
        ],
      },
    ])
    const { responses, lengths, days, stats } = await countOverview(archive, {})
    expect(responses).toEqual([{ label: '2–4', count: 1 }])
    expect(lengths).toEqual([{ label: '5–8', count: 1 }])
    expect(days).toMatchObject([{ value: '2026-11-01', conversations: 1, entries: 8 }])
    expect(stats.groups.tool).toMatchObject([{ value: 'web_search', entries: 1 }])
  })
})
