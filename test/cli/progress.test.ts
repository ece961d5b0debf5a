import { PassThrough } from 'node:stream'

import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it, onTestFinished } from 'vitest'

import type { ClientEvent } from '../../src/api/client-events.ts'
import { formatProgressLine } from '../../src/cli/terminal/progress-line.ts'
import { ProgressLine } from '../../src/cli/terminal/progress.ts'
import { formatRate, formatTimeLeft } from '../../src/cli/terminal/rate-meter.ts'
import { manualClock } from '../support/manual-clock.ts'
import { rowsOf } from '../support/pseudo-terminal.ts'
import { testIo, testTerminal } from '../support/test-io.ts'

interface Given {
  /** The width of the terminal; without one, stderr is a pipe. */
  readonly columns?: number
  readonly total?: number
  readonly isEstimated?: boolean
  readonly options?: { readonly quiet?: boolean; readonly verbose?: boolean }
  readonly env?: Record<string, string>
}

/** A progress line of a command that counts conversations, with a clock that the test advances. */
function progressOf({ columns, total, isEstimated = false, options = {}, env = {} }: Given = {}) {
  const clock = manualClock()
  const stderr = columns === undefined ? new PassThrough() : testTerminal(columns)
  let written = ''
  stderr.on('data', (chunk: Buffer) => (written += String(chunk)))
  const show = (done: number) => ({
    noun: 'conversation',
    step: { name: 'list', done, total, isEstimated },
    others: [],
  })
  const progress = new ProgressLine<number>(options, testIo({ stderr, env, clock }), show)
  onTestFinished(progress.end)
  return {
    progress,
    clock,
    stderr,
    /** Everything that was written so far. */
    written: () => written,
    /** What a terminal of 80 columns shows. */
    seen: () => rowsOf(written, columns ?? 80),
    /** Counts items, one after the other, beside the ticks of the line. */
    async count(from: number, to: number, msEach: number) {
      if (clock.now() % 100 === 0) await clock.advance(50)
      for (let done = from; done <= to; done++) {
        await clock.advance(msEach)
        progress.update(done)
      }
    },
  }
}

const retry = (waitMs: number, reason = 'The service failed (getHistory, 503)'): ClientEvent => ({
  ...{ type: 'retry', name: 'getHistory', path: '/v1/conversations/c/history', sent: 1 },
  ...{ reason, waitMs },
})
const pause = (waitMs: number): ClientEvent => ({ type: 'pause', name: 'list', isAsked: true, waitMs })

describe('A progress line on a terminal', () => {
  it('says neither rate nor time left in the first seconds, and then both', async () => {
    const { progress, count, seen } = progressOf({ columns: 80, total: 5000, isEstimated: true })
    progress.update(0)
    expect(await seen()).toEqual(['0 of ~5,000 conversations'])
    await count(1, 12, 200)
    expect(await seen()).toEqual(['12 of ~5,000 conversations'])
    await count(13, 22, 200)
    expect(await seen()).toEqual(['22 of ~5,000 conversations · 4.9/s'])
    await count(23, 52, 200)
    expect(await seen()).toEqual(['52 of ~5,000 conversations · 5.0/s · about 17 min left'])
  })

  it('follows a change of the rate within two minutes, step by step', async () => {
    const { count, seen } = progressOf({ columns: 80, total: 2000 })
    await count(1, 204, 100)
    expect(await seen()).toEqual(['204 of 2,000 conversations · 10/s · about 3 min left'])
    await count(205, 209, 1000)
    expect((await seen())[0]).toMatch(/209 of 2,000 conversations · [78]\.\d\/s · about 4 min left/)
    await count(210, 309, 1000)
    expect((await seen())[0]).toMatch(/309 of 2,000 conversations · 1\.\d\/s · about 19 min left/)
  })

  it('shows that nothing is finished any more', async () => {
    const { clock, count, seen } = progressOf({ columns: 80, total: 2000 })
    await count(1, 204, 100)
    await clock.advance(60_000)
    expect((await seen())[0]).toMatch(/^204 of 2,000 conversations · 1\.\d\/s · about 2\d min left$/)
  })

  it('counts a pause down, and says no rate meanwhile', async () => {
    const { progress, clock, count, seen } = progressOf({ columns: 80, total: 2000 })
    await count(1, 104, 100)
    progress.onClientEvent(pause(12_000))
    progress.onClientEvent(retry(12_400))
    await clock.advance(1_000)
    expect(await seen()).toEqual(['104 of 2,000 conversations · waiting 12 s, as the API asked · 1 retry'])
    await clock.advance(10_000)
    expect(await seen()).toEqual(['104 of 2,000 conversations · waiting 2 s, as the API asked · 1 retry'])
    await clock.advance(3_000)
    expect((await seen())[0]).toMatch(/^104 of 2,000 conversations · 3\.\d\/s · about 9 min left · 1 retry$/)
  })

  it('folds a hundred retries into itself', async () => {
    const { progress, clock, count, seen } = progressOf({ columns: 140, total: 2000 })
    await count(1, 4, 100)
    for (let i = 0; i < 100; i++) progress.onClientEvent(retry(3_000))
    await clock.advance(1_000)
    const wait = 'retry in 3 s: The service failed (getHistory, 503)'
    expect(await seen()).toEqual([`4 of 2,000 conversations · ${wait} · 100 retries`])
  })

  it('keeps each request and retry above itself with --verbose', async () => {
    const { progress, clock, count, seen } = progressOf({
      columns: 80,
      total: 20,
      options: { verbose: true },
    })
    await count(1, 2, 100)
    progress.onClientEvent(retry(3_000, 'HTTP 503'))
    await clock.advance(2_000)
    expect(await seen()).toEqual([
      'retry of /v1/conversations/c/history in 3 s: HTTP 503',
      '2 of 20 conversations · retry in 2 s: HTTP 503 · 1 retry',
    ])
  })

  it('disappears when it ends, and leaves what was printed', async () => {
    const { progress, count, seen } = progressOf({ columns: 80, total: 20 })
    await count(1, 2, 100)
    progress.print('failed: \u001b[31mconv_1')
    await count(3, 4, 100)
    progress.end()
    expect(await seen()).toEqual(['failed: ␛[31mconv_1'])
  })

  it('of a command that counts nothing shows waits only, and makes room for what the command prints', async () => {
    const { progress, clock, seen, stderr } = progressOf({ columns: 80 })
    await clock.advance(5_000)
    expect(await seen()).toEqual([])
    progress.onClientEvent(retry(8_000, 'HTTP 503'))
    await clock.advance(1_000)
    expect(await seen()).toEqual(['retry in 7 s: HTTP 503 · 1 retry'])
    const request = { type: 'request', name: 'list', method: 'GET', path: '/', status: 200 } as const
    progress.onClientEvent({ ...request, code: undefined, milliseconds: 1 })
    stderr.write('{}\n')
    expect(await seen()).toEqual(['{}'])
  })

  it('says for how long it waits for another run', async () => {
    const { progress, clock, seen } = progressOf({ columns: 80 })
    progress.wait('a.db is locked by another run (pid 17 on host)')
    expect(await seen()).toEqual(['waiting: a.db is locked by another run (pid 17 on host)'])
    await clock.advance(65_000)
    expect(await seen()).toEqual(['waiting: a.db is locked by another run (pid 17 on host) · for 65 s'])
  })
})

describe('The width of a progress line', () => {
  const step = { name: 'list', done: 1234, total: 5000, isEstimated: true }
  const shown = { noun: 'conversation', step, others: ['3 failed', '1,200 new', '31 unchanged'] }
  const facts = { perSecond: 45, secondsLeft: 84, retries: 7 }
  const wait = 'retry in 12 s: 洪水 der Dienst antwortet nicht 🌊 (getHistory, 503)'

  it.each([
    [
      140,
      '1,234 of ~5,000 conversations · 45/s · about 2 min left · 3 failed · 1,200 new · 31 unchanged · 7 retries',
    ],
    [80, '1,234 of ~5,000 conversations · 45/s · about 2 min left · 3 failed · 1,200 new'],
    [50, '1,234 of ~5,000 conversations · about 2 min left'],
    [20, '1,234 of ~5,000'],
  ])('of %i columns leaves out what is least important', (columns, line) => {
    expect(formatProgressLine(shown, facts, columns)).toBe(line)
  })

  it.each([
    [140, `1,234 of ~5,000 conversations · ${wait} · 45/s · about 2 min left`],
    [80, '1,234 of ~5,000 · retry in 12 s: 洪水 der Dienst antwortet nicht 🌊 (getHistory…'],
    [50, '1,234 of ~5,000 · retry in 12 s: 洪水 der Dienst …'],
  ])('of %i columns cuts the reason of a wait', (columns, line) => {
    expect(formatProgressLine(shown, { ...facts, wait }, columns).startsWith(line)).toBe(true)
  })

  it('is never exceeded, whatever the server says', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 160 }),
        text,
        fc.array(text, { maxLength: 4 }),
        (columns, wait, others) => {
          const line = formatProgressLine({ ...shown, others }, { ...facts, wait }, columns)
          expect(stringWidth(line)).toBeLessThanOrEqual(columns)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        },
      ),
    )
  })
})

describe('Outside of a terminal that understands control codes', () => {
  it.each([
    ['in a pipe', {}],
    ['with TERM=dumb', { columns: 80, env: { TERM: 'dumb' } }],
  ])('a plain line is written every 30 s, %s, even if nothing happens', async (_, given) => {
    const { progress, clock, count, written } = progressOf({ ...given, total: 2000, isEstimated: true })
    await count(1, 294, 100)
    expect(written()).toBe('')
    await count(295, 304, 100)
    expect(written()).toBe('299 of ~2,000 conversations · 10/s · about 3 min left\n')
    progress.onClientEvent(pause(100_000))
    await clock.advance(31_000)
    expect(written().split('\n')).toEqual([
      '299 of ~2,000 conversations · 10/s · about 3 min left',
      '304 of ~2,000 conversations · waiting 71 s, as the API asked',
      '',
    ])
    progress.end()
    await clock.advance(60_000)
    expect(written().split('\n')).toHaveLength(3)
  })

  it('the wait for another run is said at once', async () => {
    const { progress, clock, written } = progressOf()
    progress.wait('a.db is locked by another run')
    expect(written()).toBe('hansard: waiting: a.db is locked by another run\n')
    await clock.advance(30_000)
    expect(written().split('\n')[1]).toBe('waiting: a.db is locked by another run · for 30 s')
  })

  it('--quiet writes nothing', async () => {
    const { progress, clock, count, written } = progressOf({ total: 2000, options: { quiet: true } })
    await count(1, 500, 100)
    progress.onClientEvent(retry(60_000))
    progress.wait('a.db is locked by another run')
    await clock.advance(90_000)
    expect(written()).toBe('')
  })
})

it.each([
  [1234.4, '1,234/s'],
  [45.4, '45/s'],
  [4.54, '4.5/s'],
  [0.5, '30/min'],
  [0.02, '1.2/min'],
])('The rate %d is shown as %s', (rate, text) => expect(formatRate(rate)).toBe(text))

it.each([
  [0.1, 'about 5 s left'],
  [31, 'about 35 s left'],
  [61, 'about 2 min left'],
  [7100, 'about 119 min left'],
  [7200, 'about 2 h left'],
  [11_700, 'about 3 h 20 min left'],
  [200_000, 'about 3 days left'],
])('%d seconds are shown as %s', (seconds, text) => expect(formatTimeLeft(seconds)).toBe(text))
