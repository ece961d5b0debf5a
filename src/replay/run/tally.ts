import type { CopyState } from '../../archive/ledger/replay-copies.ts'
import type { StepProgress } from '../../model/step-progress.ts'

/** Conversations of the plan by state. `done` includes `before` and `recognised`. */
export interface ReplayCounts {
  readonly planned: number
  readonly done: number
  /** Done before the run began. */
  readonly before: number
  /** Done by another archive. */
  readonly recognised: number
  /** Done, found after the response was lost. */
  readonly found: number
  readonly pending: number
  readonly open: number
  readonly uncertain: number
  readonly failed: number
  readonly blocked: number
  readonly stale: number
  readonly diverged: number
}

/**
 * The steps of a run, in order. `reconcile`: find out what became of lost requests. `record`: store the plan. `search`:
 * look for copies that another archive has made. `send`: send conversations.
 */
export type ReplayStep = 'reconcile' | 'record' | 'search' | 'send'

/** Something about one conversation that the user should know. */
export interface Notice {
  /** Its id at the source. */
  readonly id: string
  readonly state: CopyState
  readonly reason: string
}

/** Counts the conversations of a run and reports changes. */
export class Tally {
  readonly #counts = {
    ...{ planned: 0, done: 0, before: 0, recognised: 0, found: 0, pending: 0, open: 0 },
    ...{ uncertain: 0, failed: 0, blocked: 0, stale: 0, diverged: 0, undone: 0 },
  }
  #step: ReplayStep = 'reconcile'
  /** How many conversations were pending when the run began to send. */
  #toSend = 0
  readonly #onChange: () => void
  readonly notice: (notice: Notice) => void

  constructor(onChange: () => void = () => undefined, onNotice: (notice: Notice) => void = () => undefined) {
    this.#onChange = onChange
    this.notice = onNotice
  }

  get counts(): ReplayCounts {
    return this.#counts
  }

  /** How far the current step is. */
  get step(): StepProgress<ReplayStep> {
    const { planned, pending } = this.#counts
    const step = { name: this.#step, total: undefined, isEstimated: false }
    if (this.#step === 'send') return { ...step, done: this.#toSend - pending, total: this.#toSend }
    return { ...step, done: this.#step === 'record' ? planned : 0 }
  }

  /** Begins a step. */
  begin(step: ReplayStep): void {
    this.#step = step
    this.#toSend = this.#counts.pending
    this.#onChange()
  }

  /** Counts a conversation of the plan in the state in which the run finds it. */
  plan(state: CopyState): void {
    this.#counts.planned++
    this.#counts[state]++
    if (state === 'done') this.#counts.before++
    this.#onChange()
  }

  /** Moves a conversation from one state to another. */
  move(from: CopyState, to: CopyState): void {
    this.#counts[from]--
    this.#counts[to]++
    this.#onChange()
  }

  add(what: 'recognised' | 'found'): void {
    this.#counts[what]++
  }
}
