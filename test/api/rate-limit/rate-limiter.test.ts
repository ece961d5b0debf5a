import { describe, expect, it } from 'vitest'

import { RateLimiter, type LimiterOptions } from '../../../src/api/rate-limit/rate-limiter.ts'
import { clientOf, json, serve } from '../../support/client-server.ts'
import { manualClock, type ManualClock } from '../../support/manual-clock.ts'
import { SkippingClock } from '../../support/skipping-clock.ts'

function limiterOf(clock: ManualClock, options: Partial<LimiterOptions> = {}): RateLimiter {
  return new RateLimiter(clock, { patienceMs: 600_000, ...options })
}

/** Requests this many turns at once. Returns a list that the times of the turns are added to. */
function acquire(limiter: RateLimiter, clock: ManualClock, count: number): number[] {
  const times: number[] = []
  for (let i = 0; i < count; i++)
    void limiter.acquire('get').then((sent) => {
      times.push(clock.now())
      limiter.settle(sent, { status: 200, headers: {} })
    })
  return times
}

const refusal = (headers = {}) => ({ status: 429, headers })

describe('The rate limiter', () => {
  it('spaces requests evenly, whoever sends them', async () => {
    const clock = manualClock()
    const times = acquire(limiterOf(clock, { maxPerSecond: 50 }), clock, 11)
    await clock.advance(1000)
    expect(times).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200])
  })

  it('does not save up turns while nothing is sent', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock, { maxPerSecond: 10 })
    await clock.advance(5000)
    const times = acquire(limiter, clock, 3)
    await clock.advance(1000)
    expect(times).toEqual([5000, 5100, 5200])
  })

  it('lets requests pass at once without a limit, as long as few wait for a response', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock)
    const first = await limiter.acquire('get')
    for (let i = 0; i < 7; i++) await limiter.acquire('get')
    const times = acquire(limiter, clock, 2)
    await clock.advance(1000)
    expect(times).toEqual([])
    limiter.settle(first, { status: 200, headers: {} })
    await clock.advance(0)
    expect(times).toEqual([1000, 1000])
  })

  it.each([429, 503])(
    'holds every request back as long as a %i with Retry-After asks for',
    async (status) => {
      const clock = manualClock()
      const limiter = limiterOf(clock)
      const sent = await limiter.acquire('get')
      const times = acquire(limiter, clock, 1)
      await clock.advance(0)
      expect(times).toEqual([0])
      const response = { status, headers: { 'retry-after': '20' } }
      expect(limiter.settle(sent, response)).toEqual({ waitMs: 20_000, isAsked: true })
      const later = acquire(limiter, clock, 1)
      await clock.advance(19_999)
      expect(later).toEqual([])
      await clock.advance(1)
      expect(later).toEqual([20_000])
    },
  )

  it('says how long it waits by itself after a refusal', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock)
    expect(limiter.settle(await limiter.acquire('get'), refusal())).toEqual({ waitMs: 1000, isAsked: false })
  })

  it('keeps to the limit for each minute that the service states', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock)
    const headers = { 'x-ratelimit-limit-req-minute': '600' }
    limiter.settle(await limiter.acquire('get'), { status: 200, headers })
    const times = acquire(limiter, clock, 100)
    await clock.advance(9000)
    expect(times.length).toBe(90)
  })

  it('fails the requests that wait when the service refuses all for longer than a call may wait', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock, { patienceMs: 60_000 })
    const sent = await limiter.acquire('get')
    const waiting = Array.from({ length: 3 }, () => limiter.acquire('get'))
    for (const other of await Promise.all(waiting)) limiter.fail(other)
    limiter.settle(sent, refusal({ 'retry-after': '7200' }))
    await expect(limiter.acquire('get')).rejects.toMatchObject({
      code: 'rate-limited',
      message: 'The service refuses all requests for 2 h',
      hint: 'Try again in 2 h.',
    })
    await clock.advance(7_200_000)
    expect(await limiter.acquire('get')).toBeDefined()
  })

  it('asks with a request of another kind after a refusal, since that may be accepted', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock)
    const refused = await limiter.acquire('getHistory')
    limiter.settle(refused, refusal())
    const passed: string[] = []
    for (const kind of ['getHistory', 'getHistory', 'list'])
      void limiter.acquire(kind).then(() => passed.push(kind))
    await clock.advance(1000)
    expect(passed).toEqual(['list'])
  })

  it('releases a request whose signal fires, and gives its turn to the next one', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock, { maxPerSecond: 10 })
    const stop = new AbortController()
    await limiter.acquire('get')
    const stopped = limiter.acquire('get', stop.signal)
    const times = acquire(limiter, clock, 1)
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
    await clock.advance(1000)
    expect(times).toEqual([100])
    expect(clock.sleeping).toBe(0)
  })

  it('does not keep the process awake when nothing waits', async () => {
    const clock = manualClock()
    const limiter = limiterOf(clock, { maxPerSecond: 0.001 })
    await limiter.acquire('get')
    const stop = new AbortController()
    const stopped = limiter.acquire('get', stop.signal)
    expect(clock.sleeping).toBe(1)
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
    expect(clock.sleeping).toBe(0)
  })
})

describe('A client with a limit', () => {
  it('keeps to the requests per second on the network', async () => {
    const { url, seen } = await serve((_request, response) => json(response, {}))
    const clock = new SkippingClock()
    const client = clientOf(url, { requestsPerSecond: 50, clock })
    await Promise.all(Array.from({ length: 11 }, () => client.get('c1')))
    expect(seen.length).toBe(11)
    expect(clock.now()).toBeGreaterThan(199)
  })

  it.each([0, -1, Number.NaN])('refuses %d requests per second', (requestsPerSecond) => {
    expect(() => clientOf('http://x', { requestsPerSecond })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  })
})

it('Eight callers get through a service that allows twenty requests a second and no more', async () => {
  const clock = new SkippingClock()
  let allowed = 20
  let refilledAt = clock.now()
  let [served, refused] = [0, 0]
  const { url } = await serve((_request, response) => {
    allowed = Math.min(20, allowed + ((clock.now() - refilledAt) * 20) / 1000)
    refilledAt = clock.now()
    const isAllowed = allowed >= 1
    if (isAllowed) {
      allowed--
      served++
    } else refused++
    json(response, { n: served }, isAllowed ? 200 : 429)
  })
  const client = clientOf(url, { clock })
  const replies = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const own: unknown[] = []
      for (let i = 0; i < 5; i++) own.push((await client.get('c1')).json)
      return own
    }),
  )
  expect(replies.flat()).toHaveLength(40)
  expect(served).toBe(40)
  expect(refused).toBeGreaterThan(0)
  expect(client.counters).toMatchObject({ requests: served + refused, retries: refused })
  // Twenty at once, then twenty more, one every 50 ms.
  expect(clock.now()).toBeGreaterThan(999)
})
