import type { Effect, Fault } from './fault.ts'

const conditions = ['operation', 'account', 'id'] as const

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
  takeEffects(target: Readonly<Record<(typeof conditions)[number], string>>): readonly Effect[] {
    const applied = this.#faults.filter((entry) => {
      const { fault } = entry
      if (conditions.some((name) => fault[name] !== undefined && fault[name] !== target[name])) return false
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
