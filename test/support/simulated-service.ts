import { RequestPace, type PaceOptions } from '../../src/api/rate-limit/request-pace.ts'
import { seededRandom } from '../../src/sandbox/random.ts'

/** Tells whether a service accepts a request that arrives at this time, in milliseconds. */
export type Accepts = (now: number) => boolean

/** A token bucket: so many requests per second, and as many of an earlier second at once. */
export function tokenBucket(perSecond: number | ((now: number) => number), size?: number): Accepts {
  const rateAt = typeof perSecond === 'number' ? () => perSecond : perSecond
  const most = size ?? Math.max(1, rateAt(0))
  let [left, at] = [most, 0]
  return (now) => {
    left = Math.min(most, left + ((now - at) / 1000) * rateAt(now))
    at = now
    if (left < 1) return false
    left--
    return true
  }
}

/** Accepts so many requests in each period, and counts anew when the next one begins. */
export function fixedWindow(limit: number, seconds: number): Accepts {
  let [count, period] = [0, -1]
  return (now) => {
    const current = Math.floor(now / 1000 / seconds)
    if (current !== period) [count, period] = [0, current]
    return ++count <= limit
  }
}

/** Accepts so many requests in any period of this length. */
export function slidingWindow(limit: number, seconds: number): Accepts {
  const times: number[] = []
  return (now) => {
    while ((times[0] ?? now) <= now - seconds * 1000) times.shift()
    if (times.length >= limit) return false
    times.push(now)
    return true
  }
}

interface Simulation {
  readonly accepts: Accepts
  readonly latencyMs: number
  readonly seconds: number
  readonly retryAfterMs?: number | undefined
  readonly statedPerSecond?: number
  readonly seed: number
  readonly options?: PaceOptions
  /** A limit that was learnt earlier, in requests per second. */
  readonly learntPerSecond?: number
}

/** How a simulation ended, and the accepted requests of each second. */
export interface Simulated {
  accepted: number
  refused: number
  readonly bySecond: number[]
  readonly pace: RequestPace
}

/** Sends requests to a simulated service as fast as the pace allows. Latencies vary by a tenth. */
export function simulate(simulation: Simulation): Simulated {
  const { accepts, latencyMs, seconds, retryAfterMs, statedPerSecond, seed } = simulation
  const random = seededRandom(seed)
  const pace = new RequestPace(simulation.options)
  if (simulation.learntPerSecond !== undefined) pace.assume(simulation.learntPerSecond)
  const result: Simulated = { accepted: 0, refused: 0, bySecond: Array<number>(seconds).fill(0), pace }
  const events: { readonly at: number; readonly run: () => void }[] = []
  const schedule = (at: number, run: () => void) => {
    const later = events.findLastIndex((event) => event.at <= at)
    events.splice(later + 1, 0, { at, run })
  }
  let now = 0
  let wakesAt = Infinity
  const send = () => {
    const sent = pace.send(now)
    const halfMs = (latencyMs / 2) * (0.9 + random.below(201) / 1000)
    schedule(now + halfMs, () => {
      const isAccepted = accepts(now)
      schedule(now + halfMs, () => {
        pace.state(statedPerSecond)
        if (isAccepted) {
          pace.accept(sent, now)
          result.accepted++
          const second = Math.floor(now / 1000)
          result.bySecond[second] = (result.bySecond[second] ?? 0) + 1
        } else {
          if (retryAfterMs !== undefined) pace.pause(now + retryAfterMs)
          pace.refuse(sent, now)
          result.refused++
        }
        sendAll()
      })
    })
  }
  const sendAll = () => {
    for (;;) {
      const at = pace.nextAt()
      if (at === undefined) return
      if (at > now) {
        if (at === wakesAt) return
        wakesAt = at
        return schedule(at, () => {
          if (wakesAt === at) wakesAt = Infinity
          sendAll()
        })
      }
      send()
    }
  }
  sendAll()
  for (let event = events.shift(); event !== undefined && event.at < seconds * 1000; event = events.shift()) {
    now = event.at
    event.run()
  }
  return result
}
