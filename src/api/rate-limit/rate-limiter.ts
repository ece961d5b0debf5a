import type { Clock } from '../clock.ts'
import { onAbort } from '../on-abort.ts'
import { formatWait, retryAfterMs } from '../retry-timing.ts'
import { interrupted, RefusingError } from '../transport-errors.ts'
import type { ApiResponse, Headers } from '../transport.ts'
import { RequestPace, type PaceOptions, type Sent } from './request-pace.ts'

export interface LimiterOptions extends PaceOptions {
  /** Requests fail if the service refuses all of them for longer than this, in milliseconds. */
  readonly patienceMs: number
}

/** A request that may be sent, or was. */
export interface Turn {
  readonly kind: string
  readonly sent: Sent
}

/** A time in which nothing is sent. */
export interface Pause {
  readonly waitMs: number
  /** The service asked for it. */
  readonly isAsked: boolean
}

/** Shorter pauses are part of every rate, in milliseconds. */
const NOTICEABLE_MS = 1000

/** A request that waits for its turn. */
interface Waiting {
  readonly kind: string
  readonly pass: (sent: Sent) => void
  readonly fail: (error: Error) => void
}

/** Lets the requests of a client pass, in the order in which they come, at the pace that the service accepts. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #pace: RequestPace
  readonly #patienceMs: number
  readonly #waiting = new Set<Waiting>()
  readonly #onWait = new Set<() => void>()
  /** The kind of the last request that was refused, until one is accepted. */
  #refusedKind: string | undefined
  #alarm: { readonly at: number; readonly off: AbortController } | undefined

  constructor(clock: Clock, { patienceMs, ...options }: LimiterOptions) {
    this.#clock = clock
    this.#patienceMs = patienceMs
    this.#pace = new RequestPace(options)
  }

  /** The limit that was learnt, in requests per second; undefined as long as none is known. */
  get learntPerSecond(): number | undefined {
    return this.#pace.learntPerSecond
  }

  /** Calls `work` whenever requests begin to wait for the pace; returns a function that ends this. */
  onWait(work: () => void): () => void {
    this.#onWait.add(work)
    return () => this.#onWait.delete(work)
  }

  /** For how long no request may be sent, in milliseconds; 0 if one may, or if none is waiting. */
  get idleMs(): number {
    return this.#alarm === undefined ? 0 : Math.max(0, this.#alarm.at - this.#clock.now())
  }

  /** Begins with a limit that was learnt earlier, in requests per second, unless one is known. */
  assume(perSecond: number): void {
    this.#pace.assume(perSecond)
  }

  /**
   * Waits until the next request may be sent. What became of it must be told with `settle` or `fail`.
   *
   * @param kind requests of one kind may be refused while others are accepted
   * @throws RefusingError if the service refuses all requests for too long
   */
  acquire(kind: string, signal?: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(interrupted())
      const leave = () => {
        ignoreAbort()
        this.#waiting.delete(waiting)
      }
      const interrupt = () => {
        waiting.fail(interrupted())
        this.#letPass()
      }
      const waiting: Waiting = {
        kind,
        pass: (sent) => (leave(), resolve({ kind, sent })),
        fail: (error) => (leave(), reject(error)),
      }
      const ignoreAbort = onAbort(signal, interrupt)
      this.#waiting.add(waiting)
      this.#letPass()
    })
  }

  /** Learns from a response. Returns the pause that begins with it, unless it is too short to notice. */
  settle(
    { kind, sent }: Turn,
    { status, headers }: Pick<ApiResponse, 'status' | 'headers'>,
  ): Pause | undefined {
    const now = this.#clock.now()
    const pauseMs =
      status === 429 || status === 503 ? retryAfterMs(headers, new Date()) || undefined : undefined
    this.#pace.state(statedPerSecond(headers))
    if (pauseMs !== undefined) this.#pace.pause(now + pauseMs)
    this.#refusedKind = status === 429 ? kind : undefined
    if (status === 429) this.#pace.refuse(sent, now)
    else if (status >= 500) this.#pace.fail(sent)
    else this.#pace.accept(sent, now)
    const waitMs = status === 429 ? this.#pace.waitMs(now) : (pauseMs ?? 0)
    this.#letPass()
    return waitMs < NOTICEABLE_MS ? undefined : { waitMs, isAsked: pauseMs !== undefined }
  }

  /** Learns that no response came. */
  fail({ sent }: Turn): void {
    this.#pace.fail(sent)
    this.#letPass()
  }

  /** Lets requests pass as far as the pace allows, and sets the alarm for the next one. */
  #letPass(): void {
    for (let waiting = this.#next(); waiting !== undefined; waiting = this.#next()) {
      const now = this.#clock.now()
      const refusingMs = this.#pace.refusingMs(now)
      const at = this.#pace.nextAt()
      if (refusingMs > this.#patienceMs) waiting.fail(refusing(refusingMs))
      else if (at === undefined) return
      else if (at > now) return this.#wakeAt(at, now)
      else waiting.pass(this.#pace.send(now))
    }
    this.#alarm?.off.abort() // so that it does not keep the process alive
    this.#alarm = undefined
  }

  /** The request that came first; after a refusal, the first of another kind, which may be accepted. */
  #next(): Waiting | undefined {
    const [first] = this.#waiting
    if (this.#refusedKind === undefined) return first
    for (const waiting of this.#waiting) if (waiting.kind !== this.#refusedKind) return waiting
    return first
  }

  #wakeAt(at: number, now: number): void {
    if (this.#alarm?.at === at) return
    this.#alarm?.off.abort()
    const off = new AbortController()
    this.#alarm = { at, off }
    const wake = () => {
      this.#alarm = undefined
      this.#letPass()
    }
    void this.#clock.sleep(at - now, off.signal).then(wake, () => undefined)
    for (const work of this.#onWait) work()
  }
}

/** Reads the limit that the API states in some responses, in requests per second. */
function statedPerSecond(headers: Headers): number | undefined {
  const perMinute = Number(headers['x-ratelimit-limit-req-minute'] ?? NaN)
  return perMinute > 0 ? perMinute / 60 : undefined
}

function refusing(ms: number): RefusingError {
  const wait = formatWait(ms)
  return new RefusingError('rate-limited', `The service refuses all requests for ${wait}`, {
    hint: `Try again in ${wait}.`,
  })
}
