import type { Effect, Fault } from './fault.ts'

/** What a fault's conditions are compared with. */
export interface FaultTarget {
  readonly operation: string
  readonly account: string
  readonly id: string
}

/** The active faults. They can be added and cleared while the sandbox runs. */
export class FaultBook {
  #faults: { readonly fault: Fault; matched: number; applied: number }[] = []

  add(...faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ fault, matched: 0, applied: 0 })))
  }

  clear(): void {
    this.#faults = []
  }

  /** Returns the effects that apply to a request, and counts it for `nth`, `every` and `times`. */
  takeEffects(target: FaultTarget): readonly Effect[] {
    if (this.#faults.length === 0) return none
    const applied = this.#faults.filter((entry) => {
      const { fault } = entry
      if (!matches(fault, target)) return false
      entry.matched++
      if (fault.nth !== undefined && entry.matched !== fault.nth) return false
      if (fault.every !== undefined && entry.matched % fault.every !== 0) return false
      if (fault.times !== undefined && entry.applied >= fault.times) return false
      entry.applied++
      return true
    })
    return applied.map(({ fault }) => fault.then)
  }
}

const none: readonly Effect[] = []

function matches(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.operation === undefined || fault.operation === target.operation) &&
    (fault.account === undefined || fault.account === target.account) &&
    (fault.id === undefined || fault.id === target.id)
  )
}
