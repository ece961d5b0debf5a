import { describe, expect, it } from 'vitest'

import { lookups, operations } from '../../src/api/operations.ts'
import { RetryState, type RetryPolicy } from '../../src/api/retry-state.ts'
import { RefusingError, UnsentError } from '../../src/api/transport-errors.ts'
import { HansardError, type ErrorCode } from '../../src/errors.ts'

const now = new Date('2026-01-01T00:00:00Z')
const read = { name: 'get', path: '/v1/conversations/c1', operation: operations.get } as const
const write = { name: 'start', path: '/v1/conversations', operation: operations.start } as const

function stateOf(request: typeof read | typeof write = read, policy: Partial<RetryPolicy> = {}): RetryState {
  return new RetryState(request, { attempts: 6, budgetMs: 600_000, random: () => 1, ...policy })
}

function failure(code: ErrorCode, status?: number): HansardError {
  return new HansardError(code, `failed: ${code}`, { status, hint: 'Hint.' })
}

/** Fails until the call ends. Returns its waits, and the error that it ends with. */
function runOut(state: RetryState, error: HansardError, headers = {}): [number[], unknown] {
  const waits: number[] = []
  try {
    for (;;) waits.push(state.afterFailure(error, headers, now, 0))
  } catch (thrown) {
    return [waits, thrown]
  }
}

describe('A retried read', () => {
  it.each(['network', 'timeout', 'conflict', 'service-failed'] as const)(
    'waits twice as long after each %s, and ends after the last attempt',
    (code) => {
      const [waits, thrown] = runOut(stateOf(), failure(code, 500))
      expect(waits).toEqual([500, 1000, 2000, 4000, 8000])
      expect(thrown).toMatchObject({ code, message: `failed: ${code} (sent 6 times)`, hint: 'Hint.' })
    },
  )

  it.each(['not-json', 'redirected'] as const)('ends after three attempts with %s', (code) => {
    expect(runOut(stateOf(), failure(code))[0]).toHaveLength(2)
    expect(runOut(stateOf(read, { attempts: 2 }), failure(code))[0]).toHaveLength(1)
  })

  it('adds jitter from nothing to the whole wait', () => {
    expect(runOut(stateOf(read, { random: () => 0 }), failure('network'))[0]).toEqual([0, 0, 0, 0, 0])
    expect(runOut(stateOf(read, { random: () => 0.5 }), failure('network'))[0].slice(0, 2)).toEqual([
      250, 500,
    ])
  })

  it.each([
    'usage',
    'key-refused',
    'payment-required',
    'not-found',
    'request-refused',
    'no-allowance',
    'too-large',
    'stream-failed',
    'interrupted',
    'budget',
    'file',
  ] as const)('ends at once with %s, unchanged', (code) => {
    const error = failure(code)
    expect(runOut(stateOf(), error)).toEqual([[], error])
  })

  it('ends at once with a 404 of something other than the API, and with an error that is not ours', () => {
    expect(runOut(stateOf(), failure('service-failed', 404))[0]).toEqual([])
    expect(runOut(stateOf(), new TypeError('x') as never)).toEqual([[], new TypeError('x')])
  })

  it('with a single attempt ends with the error as it is', () => {
    const error = failure('network')
    expect(runOut(stateOf(read, { attempts: 1 }), error)).toEqual([[], error])
  })

  it('does not count a 429 as an attempt', () => {
    const state = stateOf(read, { attempts: 2, random: () => 0 })
    for (let i = 0; i < 50; i++) state.afterFailure(failure('rate-limited', 429), {}, now, 0)
    expect(runOut(state, failure('network'))[0]).toHaveLength(1)
  })

  it('is announced with what happened, how often it was sent, and the wait', () => {
    const state = stateOf()
    const waitMs = state.afterFailure(failure('network'), {}, now, 0)
    expect(state.event(waitMs)).toEqual({
      type: 'retry',
      name: 'get',
      path: '/v1/conversations/c1',
      reason: 'failed: network',
      sent: 1,
      waitMs: 500,
    })
  })
})

describe('Retry-After', () => {
  it('with a 503 is waited for, and jitter is added', () => {
    const wait = stateOf().afterFailure(failure('service-failed', 503), { 'retry-after': '7' }, now, 0)
    expect(wait).toBe(7500)
  })

  it.each([
    [500, { 'retry-after': '7' }],
    [503, {}],
    [503, { 'retry-after': '0' }],
    [503, { 'retry-after': 'soon' }],
  ])('of a %i with %o is not waited for', (status, headers) => {
    expect(stateOf().afterFailure(failure('service-failed', status), headers, now, 0)).toBe(500)
  })

  it('as a date is compared with the date of the response, or else with the clock', () => {
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toUTCString()
    const state = stateOf(read, { random: () => 0 })
    const down = failure('service-failed', 503)
    expect(state.afterFailure(down, { 'retry-after': at(9), date: at(4) }, now, 0)).toBe(5000)
    expect(state.afterFailure(down, { 'retry-after': at(9) }, now, 0)).toBe(9000)
  })

  it('beyond the time for retries ends the call at once and names the wait', () => {
    const [waits, thrown] = runOut(stateOf(), failure('rate-limited', 429), { 'retry-after': '7200' })
    expect(waits).toEqual([])
    expect(thrown).toMatchObject({
      code: 'rate-limited',
      message: 'failed: rate-limited (sent once; the next attempt would be in 2 h, after 0 s of waiting)',
      hint: 'Try again in 2 h, or send fewer requests.',
    })
  })

  it('may use up the whole time for retries', () => {
    const state = stateOf(read, { budgetMs: 8000, random: () => 0 })
    expect(runOut(state, failure('service-failed', 503), { 'retry-after': '4' })[0]).toEqual([4000, 4000])
  })

  it('that comes again and again is obeyed until the time for retries is over', () => {
    const state = stateOf(read, { budgetMs: 10_000, random: () => 0 })
    const [waits, thrown] = runOut(state, failure('service-failed', 503), { 'retry-after': '4' })
    expect(waits).toEqual([4000, 4000])
    expect(thrown).toMatchObject({
      message: expect.stringContaining(
        'sent 3 times; the next attempt would be in 4 s, after 8 s of waiting',
      ),
    })
  })
})

describe('After a 429', () => {
  const refuse = (state: RetryState, at: number, headers = {}) =>
    state.afterFailure(failure('rate-limited', 429), headers, now, at)

  it('a request waits for the rate limiter only, and when it is refused again, by itself too', () => {
    const state = stateOf()
    expect([0, 10, 600, 2000].map((at) => refuse(state, at))).toEqual([0, 500, 1000, 2000])
  })

  it('a request ends once it has been refused for the whole time for retries', () => {
    const state = stateOf(read, { budgetMs: 60_000, random: () => 0 })
    for (const at of [5000, 30_000, 65_000]) refuse(state, at)
    expect(() => refuse(state, 65_001)).toThrow(
      'sent 4 times; the next attempt would be in 0 s, after 61 s of waiting',
    )
  })

  it('a request ends when the pause that the service asks for would exceed the time for retries', () => {
    const state = stateOf(read, { budgetMs: 60_000, random: () => 0 })
    expect(refuse(state, 0, { 'retry-after': '60' })).toBe(0)
    expect(() => refuse(state, 1, { 'retry-after': '60' })).toThrow('the next attempt would be in 60 s')
  })

  it('a request that the rate limiter does not let pass ends', () => {
    const refusing = new RefusingError('rate-limited', 'The service refuses all requests for 3 h')
    expect(runOut(stateOf(), refusing)).toEqual([[], refusing])
  })
})

describe('A write', () => {
  it.each(['network', 'timeout', 'conflict', 'service-failed', 'not-json', 'redirected'] as const)(
    'is not retried after %s: it may have been executed',
    (code) => {
      const error = failure(code)
      expect(runOut(stateOf(write), error)).toEqual([[], error])
    },
  )

  it('is retried after a 429 and when it certainly did not arrive', () => {
    expect(stateOf(write).afterFailure(failure('rate-limited', 429), {}, now, 0)).toBe(0)
    const unsent = new UnsentError('timeout', 'No connection')
    expect(runOut(stateOf(write), unsent)[0]).toEqual([500, 1000, 2000, 4000, 8000])
  })

  it('is not retried when this process may not open another connection', () => {
    expect(runOut(stateOf(write), new UnsentError('file', 'Too many open files'))[0]).toEqual([])
  })
})

it('Every operation but start, append and restart may be retried whatever happened', () => {
  const all = Object.entries({ ...operations, ...lookups })
  const unsafe = all.filter(([, { repeat }]) => repeat === 'unsent').map(([name]) => name)
  expect(unsafe.sort()).toEqual([
    'append',
    'appendStream',
    'restart',
    'restartStream',
    'start',
    'startStream',
  ])
})
