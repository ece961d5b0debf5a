import { expect, it } from 'vitest'

import type { Group, Stats } from '../../src/export/stats/count-stats.ts'
import { drawChart } from '../../src/export/stats/draw-chart.ts'
import { statsChart } from '../../src/export/stats/stats-chart.ts'

function group(value: string | null): Group {
  return { value, conversations: 1, entries: 2, estimatedTokens: 3 }
}

async function barsOf(groups: Partial<Stats['groups']>): Promise<string[]> {
  const none = { month: [], model: [], agent: [], tool: [] }
  const total = { conversations: 1, entries: 2, estimatedTokens: 3, unreadable: 0 }
  const svg = await drawChart(statsChart({ ...total, groups: { ...none, ...groups } }))
  const described = [
    ...svg.matchAll(/aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="bar"/g),
  ]
  return described.flatMap(([, text = '']) => {
    const [, label = ''] = /label: (.*?)(?:; entries|$)/.exec(text) ?? []
    const [, entries] = /entries: (\d+)/.exec(text) ?? []
    return entries === undefined ? [] : [`${label} ${entries}`]
  })
}

it('A chart shows months without conversations, so that its axis is one of time', async () => {
  const month = ['2025-11', '2026-02', null].map(group)
  expect(await barsOf({ month })).toEqual(['2025-11 2', '2025-12 0', '2026-01 0', '2026-02 2', '(no date) 2'])
})

it('A chart shows only the months there are if they span centuries', async () => {
  expect(await barsOf({ month: ['0001-01', '9999-12'].map(group) })).toEqual(['0001-01 2', '9999-12 2'])
})

it('A chart has a bar for each of two names that look the same', async () => {
  const long = 'x'.repeat(200)
  const model = [`${long}1`, `${long}2`, 'a\u202eb', 'ab'].map(group)
  expect(await barsOf({ model })).toEqual([
    `${'x'.repeat(35)}… 2`,
    `${'x'.repeat(35)}… (2) 2`,
    'ab 2',
    'ab (2) 2',
  ])
})

it('A chart of nothing has a title and no bars', async () => {
  expect(await barsOf({})).toEqual([])
})

it('A name that is an expression or a field of Vega is only a name', async () => {
  const model = ["datum['x']", '{"signal":"1"}', 'a.b[0]', '__proto__', "'+1+'"].map(group)
  expect((await barsOf({ model })).map((bar) => bar.replaceAll('&quot;', '"'))).toEqual([
    ...["datum['x'] 2", '{"signal":"1"} 2', 'a.b[0] 2', '__proto__ 2', "'+1+' 2"],
  ])
})
