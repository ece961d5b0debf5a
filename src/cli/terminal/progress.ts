import type { ClientEvent } from '../../api/client-events.ts'
import { systemClock, type Clock } from '../../api/clock.ts'
import { formatWait } from '../../api/retry-timing.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { ClientWaits } from './client-waits.ts'
import { formatRequest, formatRetry } from './network-log.ts'
import { formatProgressLine, type Shown } from './progress-line.ts'
import { RateMeter } from './rate-meter.ts'
import { defuseLine } from './terminal-text.ts'

/** The shortest time between two redraws on a terminal, in milliseconds. */
const REDRAW_MS = 100

/** The time between two lines elsewhere. */
const LINE_MS = 30_000

/** How often the line is drawn although nothing has happened: waits count down, rates fall. */
const TICK_MS = 1_000

/** After this, a line without counts says how long it has been waiting. */
const LONG_MS = 5_000

/** Clears the line with the cursor, and what a terminal that became narrower has wrapped below it. */
const CLEAR = '\r\u001b[J'

/** Between these, a terminal cuts a line that is too wide, as after it has just become narrower. */
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'

/**
 * Shows on stderr how far a command is and what it waits for: in a line that is redrawn on a terminal, in a line every
 * 30 s elsewhere, not at all with --quiet. Call `end` when the command has ended.
 */
export class ProgressLine<State = never> {
  readonly #options: Pick<GlobalOptions, 'quiet' | 'verbose'>
  readonly #io: Io
  readonly #format: (state: State) => Shown
  readonly #clock: Clock
  readonly #isTerminal: boolean
  readonly #ended = new AbortController()
  /** What the command does, since when, and its rate; undefined if it has said nothing. */
  #current: (() => Shown) | undefined
  #since: number
  #stepName: string | undefined
  #meter: RateMeter
  readonly #waits = new ClientWaits()
  #refreshAt = 0
  #drawAt: number
  #isDrawn = false

  constructor(options: Pick<GlobalOptions, 'quiet' | 'verbose'>, io: Io, format: (state: State) => Shown) {
    this.#options = options
    this.#io = io
    this.#format = format
    this.#clock = io.clock ?? systemClock
    this.#isTerminal = io.stderr.isTTY === true && io.env['TERM'] !== 'dumb'
    this.#since = this.#clock.now()
    this.#meter = new RateMeter(0, this.#since)
    this.#drawAt = this.#isTerminal ? 0 : this.#since + LINE_MS
    if (options.quiet) return
    if (this.#isTerminal) {
      io.stderr.on('resize', this.#draw)
      io.signal.addEventListener('abort', this.#draw, { signal: this.#ended.signal })
    }
    void this.#tick()
  }

  /** Shows this state, and how fast it changes. */
  readonly update = (state: State): void => {
    this.#current = () => this.#format(state)
    if (this.#clock.now() >= this.#refreshAt) this.#refresh()
  }

  /** Shows what the command does or waits for, which cannot be counted. */
  readonly say = (what: string): void => {
    this.#since = this.#clock.now()
    this.#current = () => ({ what, noun: '', others: [] })
    this.#refresh()
  }

  /** Shows why the command cannot begin yet; outside a terminal, at once. */
  wait(why: string): void {
    if (!this.#isTerminal && !this.#options.quiet) this.print(`hansard: waiting: ${why}`)
    this.say(`waiting: ${why}`)
  }

  /** Shows retries and pauses; with --verbose, each of them and each request as a line that stays. */
  readonly onClientEvent = (event: ClientEvent): void => {
    if (this.#options.verbose && event.type !== 'pause')
      this.print(event.type === 'request' ? formatRequest(event) : formatRetry(event))
    if (event.type !== 'request') {
      this.#waits.add(event, this.#clock.now())
      this.#refresh()
    } else if (this.#current === undefined) this.clear() // the command may print something now
  }

  /** Prints a line that stays, above the progress. */
  print(line: string): void {
    this.clear()
    this.#io.stderr.write(`${defuseLine(line)}\n`)
  }

  /** Clears the line until the next change, so that something else can be printed. */
  clear(): void {
    if (this.#isDrawn) this.#io.stderr.write(CLEAR)
    this.#isDrawn = false
  }

  /** Clears the line for good. */
  readonly end = (): void => {
    this.#ended.abort()
    this.#io.stderr.off('resize', this.#draw)
    this.clear()
  }

  async #tick(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      await this.#clock.sleep(TICK_MS, signal).catch(() => undefined)
      this.#refresh()
    }
  }

  /** Measures the rate, and draws if it is time. Formatting each of a million updates would take longer than the work. */
  #refresh(): void {
    const now = this.#clock.now()
    this.#refreshAt = now + (this.#isTerminal ? REDRAW_MS : TICK_MS)
    const step = this.#current?.().step
    if (step?.name !== this.#stepName) this.#meter = new RateMeter(step?.done ?? 0, now)
    this.#stepName = step?.name
    this.#meter.sample(step?.done ?? 0, now)
    if (now >= this.#drawAt) this.#draw()
  }

  readonly #draw = (): void => {
    if (this.#options.quiet || this.#ended.signal.aborted) return
    this.#drawAt = this.#clock.now() + (this.#isTerminal ? REDRAW_MS : LINE_MS)
    const { stderr } = this.#io
    const line = this.#line(this.#isTerminal ? (stderr.columns || 80) - 1 : Infinity)
    if (line === '') this.clear()
    else if (!this.#isTerminal) stderr.write(`${line}\n`)
    else {
      // The cursor returns to the start: there it finds the line again when the terminal wraps it later.
      stderr.write(`${CLEAR}${NO_WRAP}${line}${WRAP}\r`)
      this.#isDrawn = true
    }
  }

  #line(width: number): string {
    if (this.#io.signal.aborted) return formatProgressLine({ ...NOTHING, what: STOPPING }, {}, width)
    const now = this.#clock.now()
    const wait = this.#waits.format(now)
    if (wait === undefined && this.#current === undefined) return ''
    const shown = this.#current?.() ?? NOTHING
    const total = shown.step?.total
    const facts = {
      wait,
      retries: this.#waits.retries,
      ...(!this.#waits.isPaused(now) && {
        perSecond: this.#meter.perSecond,
        secondsLeft: total === undefined ? undefined : this.#meter.secondsUntil(total),
      }),
    }
    const passed = now - this.#since
    const isLong = shown.step === undefined && shown.what !== undefined && passed > LONG_MS
    return formatProgressLine(
      isLong ? { ...shown, others: [`for ${formatWait(passed)}`] } : shown,
      facts,
      width,
    )
  }
}

const NOTHING: Shown = { noun: '', others: [] }
const STOPPING = 'stopping; Ctrl-C again ends at once'
