/** How far one step of a long run is. Each library function names its own steps. */
export interface StepProgress<Name extends string> {
  readonly name: Name
  /** Finished items of this step: conversations, unless the name says otherwise. */
  readonly done: number
  /** The number of items; undefined if unknown. */
  readonly total: number | undefined
  /** Whether `total` is an estimate. */
  readonly isEstimated: boolean
}

/** Counts the items of one step after the other, and reports each change. */
export class StepCounter<Name extends string> {
  readonly #onChange: (step: StepProgress<Name>) => void
  #step: StepProgress<Name> | undefined

  constructor(onChange: (step: StepProgress<Name>) => void) {
    this.#onChange = onChange
  }

  /** Starts a step. */
  begin(name: Name, total?: number, isEstimated = false): void {
    this.#report({ name, done: 0, total, isEstimated })
  }

  /** Counts a finished item. An estimate that turns out to be too low is dropped. */
  add(items = 1): void {
    if (this.#step === undefined) return
    const { done, total, isEstimated } = this.#step
    const isTooLow = isEstimated && total !== undefined && done + items > total
    this.#report({ ...this.#step, done: done + items, ...(isTooLow && { total: undefined }) })
  }

  #report(step: StepProgress<Name>): void {
    this.#step = step
    this.#onChange(step)
  }
}
