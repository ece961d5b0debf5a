import { describe, expect, it } from 'vitest'

import { RateLimiter } from '../../src/api/rate-limiter.ts'
import { clientOf, json, serve } from '../support/client-server.ts'
import { SkippingClock } from '../support/skipping-clock.ts'
import { manualClock, type ManualClock } from '../support/manual-clock.ts'

/** Requests this many turns at once. Returns a list that the times of the turns are added to. */
function acquire(limiter: RateLimiter, clock: ManualClock, count: number): number[] {
  const times: number[] = []
  for (let i = 0; i < count; i++) void limiter.acquire().then(() => times.push(clock.now()))
  return times
}

describe('The rate limiter', () => {
  it('spaces requests evenly, whoever sends them', async () => {
    const clock = manualClock()
    const times = acquire(new RateLimiter(clock, 50), clock, 11)
    await clock.advance(1000)
    expect(times).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200])
  })

  it('does not save up turns while nothing is sent', async () => {
    const clock = manualClock()
    const limiter = new RateLimiter(clock, 10)
    await clock.advance(5000)
    const times = acquire(limiter, clock, 3)
    await clock.advance(1000)
    expect(times).toEqual([5000, 5100, 5200])
  })

  it('lets everything pass at once without a limit', async () => {
    const clock = manualClock()
    const times = acquire(new RateLimiter(clock, undefined), clock, 5)
    await clock.advance(0)
    expect(times).toEqual([0, 0, 0, 0, 0])
  })

  it('holds every request back during a pause, with or without a limit', async () => {
    for (const [perSecond, expected] of [
      [undefined, [1000, 1000, 1000]],
      [10, [1000, 1100, 1200]],
    ] as const) {
      const clock = manualClock()
      const limiter = new RateLimiter(clock, perSecond)
      limiter.pause(1000)
      limiter.pause(200) // does not end the longer pause
      const times = acquire(limiter, clock, 3)
      await clock.advance(999)
      expect(times).toEqual([])
      await clock.advance(1000)
      expect(times).toEqual(expected)
    }
  })

  it('without a limit keeps a pause that begins after other requests', async () => {
    const clock = manualClock()
    const limiter = new RateLimiter(clock, undefined)
    await limiter.acquire()
    limiter.pause(1000)
    const times = acquire(limiter, clock, 1)
    await clock.advance(2000)
    expect(times).toEqual([1000])
  })

  it('holds back requests that wait already when a pause begins', async () => {
    const clock = manualClock()
    const limiter = new RateLimiter(clock, 10)
    const times = acquire(limiter, clock, 3)
    await clock.advance(50)
    limiter.pause(1000)
    await clock.advance(5000)
    expect(times).toEqual([0, 1050, 1150])
  })

  it('releases a request whose signal fires, and gives its turn to the next one', async () => {
    const clock = manualClock()
    const limiter = new RateLimiter(clock, 10)
    const stop = new AbortController()
    await limiter.acquire()
    const stopped = limiter.acquire(stop.signal)
    const times = acquire(limiter, clock, 1)
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
    await clock.advance(1000)
    expect(times).toEqual([100])
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
