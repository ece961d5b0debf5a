import { describe, expect, it } from 'vitest'

import { RequestPace, type Sent } from '../../../src/api/rate-limit/request-pace.ts'
import { fixedWindow, simulate, slidingWindow, tokenBucket } from '../../support/simulated-service.ts'

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
const seeds = [1, 2, 3]

describe('In two minutes a client uses nearly all that a service allows, and is refused rarely:', () => {
  const cases = [1, 5, 20, 100].flatMap((limit) =>
    [40, 200].flatMap((latencyMs) =>
      [undefined, 1000].map((retryAfterMs) => ({ limit, latencyMs, retryAfterMs })),
    ),
  )

  it.each(cases)(
    '$limit a second, answered after $latencyMs ms, Retry-After $retryAfterMs ms',
    ({ limit, ...how }) => {
      for (const seed of seeds) {
        const { accepted, refused } = simulate({ ...how, accepts: tokenBucket(limit), seconds: 120, seed })
        // At one a second, the requests until the limit is found are a larger part.
        expect(accepted / (120 * limit)).toBeGreaterThan(limit === 1 ? 0.92 : 0.95)
        expect(refused).toBeLessThanOrEqual(20 + 0.01 * (accepted + refused))
      }
    },
  )

  it.each([5, 20, 100])('%i a second, counted anew each second or in any second', (limit) => {
    for (const seed of seeds)
      for (const accepts of [fixedWindow(limit, 1), slidingWindow(limit, 1)]) {
        const { accepted, refused } = simulate({ accepts, latencyMs: 100, seconds: 120, seed })
        expect(accepted / (120 * limit)).toBeGreaterThan(0.93)
        expect(refused).toBeLessThanOrEqual(1.1 * (20 + 0.01 * (accepted + refused)))
      }
  })

  it.each([1, 5, 20, 100])('%i a second, as an earlier client has learnt', (limit) => {
    const how = { accepts: tokenBucket(limit), latencyMs: 100, seconds: 120, seed: 1 }
    const { accepted, refused } = simulate({ ...how, learntPerSecond: limit })
    expect(accepted / (120 * limit)).toBeGreaterThanOrEqual(0.95)
    expect(refused).toBeLessThan(0.6 * (20 + 0.01 * accepted))
  })
})

it('A limit that was learnt earlier counts from the first request on, however long the process has run', () => {
  const pace = new RequestPace()
  pace.assume(20)
  const now = 3_600_000
  pace.send(now)
  expect((pace.nextAt() ?? 0) - now).toBeGreaterThan(45)
})

describe('A limit for each minute', () => {
  it.each([60, 720])('of %i is found, and then used evenly', (limit) => {
    const how = { accepts: fixedWindow(limit, 60), latencyMs: 100, seconds: 600, seed: 1 }
    const { accepted, refused, bySecond } = simulate(how)
    expect(accepted / (10 * limit)).toBeGreaterThan(0.95)
    expect(refused).toBeLessThan(100)
    expect(Math.max(...bySecond.slice(120))).toBeLessThanOrEqual(limit / 60 + 10)
  })

  it.each([60, 720])('of %i that the service states is kept to from the first response', (limit) => {
    const accepts = fixedWindow(limit, 60)
    const how = { accepts, latencyMs: 100, seconds: 600, seed: 1, statedPerSecond: limit / 60 }
    const { accepted, refused } = simulate(how)
    expect(accepted / (10 * limit)).toBeGreaterThan(0.97)
    expect(refused).toBeLessThanOrEqual(4)
  })

  it('of one is used nine times in ten', () => {
    const { accepted } = simulate({ accepts: fixedWindow(1, 60), latencyMs: 100, seconds: 600, seed: 1 })
    expect(accepted).toBeGreaterThanOrEqual(9)
  })
})

describe('A limit that changes', () => {
  it('from 100 to 5 a second is kept to within half a minute', () => {
    const accepts = tokenBucket((now) => (now < 60_000 ? 100 : 5), 5)
    const { refused, bySecond } = simulate({ accepts, latencyMs: 100, seconds: 120, seed: 1 })
    expect(total(bySecond.slice(90))).toBeGreaterThan(0.85 * 5 * 30)
    expect(refused).toBeLessThan(80)
  })

  it('from 5 to 100 a second is found within three minutes', () => {
    const accepts = tokenBucket((now) => (now < 60_000 ? 5 : 100), 100)
    const { bySecond } = simulate({ accepts, latencyMs: 100, seconds: 300, seed: 1 })
    expect(total(bySecond.slice(240))).toBeGreaterThan(0.95 * 100 * 60)
  })

  it('because another client takes a part of it is shared with that client', () => {
    const accepts = tokenBucket((now) => (now < 60_000 ? 20 : 8), 20)
    const { bySecond } = simulate({ accepts, latencyMs: 100, seconds: 180, seed: 1 })
    expect(total(bySecond.slice(90)) / 90).toBeCloseTo(8, 0)
  })
})

it('Without a limit, 64 requests are in flight within a second', () => {
  const { bySecond } = simulate({ accepts: () => true, latencyMs: 100, seconds: 3, seed: 1 })
  expect(bySecond[1]).toBeGreaterThan(600)
})

it('A highest rate is never exceeded, whatever the service accepts', () => {
  const options = { maxPerSecond: 7 }
  const { bySecond } = simulate({ accepts: () => true, latencyMs: 100, seconds: 20, seed: 1, options })
  expect(Math.max(...bySecond)).toBeLessThanOrEqual(8)
  expect(total(bySecond)).toBeGreaterThan(7 * 19)
})

describe('After a refusal', () => {
  /** Sends as many requests as are allowed at this time, at least one. */
  const sendAll = (pace: RequestPace, now: number): [Sent, ...Sent[]] => {
    const sent: [Sent, ...Sent[]] = [pace.send(now)]
    for (let at = pace.nextAt(); at !== undefined && at <= now; at = pace.nextAt()) sent.push(pace.send(now))
    return sent
  }

  it('a single request asks again, and the pause grows with each refusal', () => {
    const pace = new RequestPace()
    for (const sent of sendAll(pace, 0)) pace.refuse(sent, 100)
    const pauses: number[] = []
    let now = 100
    for (let i = 0; i < 6; i++) {
      pauses.push(pace.waitMs(now))
      now += pace.waitMs(now)
      const [only, ...others] = sendAll(pace, now)
      expect(others).toEqual([])
      pace.refuse(only, now)
    }
    expect(pauses.map(Math.round)).toEqual([1000, 1000, 3000, 9000, 27_000, 30_000])
    expect(pace.refusingMs(now)).toBe(now - 100)
  })

  it('nothing is sent before the pause that the service asked for is over', () => {
    const pace = new RequestPace()
    const [first, second = first] = sendAll(pace, 0)
    pace.pause(60_000)
    pace.refuse(first, 10)
    pace.pause(5000)
    pace.refuse(second, 20)
    expect(pace.nextAt()).toBe(60_000)
    expect(pace.refusingMs(20)).toBe(60_000 - 10)
  })

  it('requests that are still in flight do not keep the next one back', () => {
    const pace = new RequestPace()
    const [first] = sendAll(pace, 0)
    pace.refuse(first, 10)
    expect(pace.nextAt()).toBe(1010)
  })
})

it('A service in trouble gets fewer requests at the same time', () => {
  const pace = new RequestPace()
  const inFlight = () => {
    let count = 0
    while (pace.nextAt() !== undefined) pace.send(count++)
    return count
  }
  for (let i = 0; i < 100; i++) {
    const sent = pace.send(i)
    pace.accept({ ...sent, isLast: true }, i)
  }
  for (let i = 0; i < 2; i++) pace.fail(pace.send(0))
  expect(inFlight()).toBe(16)
})
