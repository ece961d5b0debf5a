import type { LookupName, OperationName } from '../../api/operations.ts'
import type { LikeAnswer } from './fault-responses.ts'

/** What goes wrong. Times are in milliseconds, sizes in bytes. */
export type Effect =
  /** Waits before the work; a client that hangs up meanwhile gets no work done. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Answers so instead of working; `like` names a ready-made answer, which the rest changes. */
  | {
      readonly kind: 'answer'
      readonly like?: LikeAnswer
      readonly status?: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Answers 429 above so many requests a second, for each account alone. */
  | { readonly kind: 'rps'; readonly limit: number }
  /** Resets the connection, before the work or after it. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Resets the connection at once, and does the work all the same, so much later. */
  | { readonly kind: 'finish-later'; readonly ms: number }
  /** Waits like latency, and does the work although the client hung up. */
  | { readonly kind: 'finish-anyway'; readonly ms: number }
  /** Sends the client elsewhere: to another path here, or to another host. */
  | { readonly kind: 'redirect'; readonly to: 'same-host' | 'other-host'; readonly status?: number }
  /** Sends so many bytes of the body and closes; the head states the whole length, or the body is chunked. */
  | { readonly kind: 'truncate'; readonly keep: number; readonly framing: 'length' | 'chunked' }
  /** Adds so many bytes: white space within the stated length, or rubbish beyond it. */
  | { readonly kind: 'overlong'; readonly bytes: number; readonly where: 'within' | 'beyond' }
  /** Spoils the body and keeps the status: cut-off JSON, or a byte that is no UTF-8. */
  | { readonly kind: 'garble'; readonly how: 'json' | 'utf8' }
  | { readonly kind: 'content-type'; readonly value: string }
  /** Says nothing more: before the head, or after half of the body; for ever unless it says how long. */
  | { readonly kind: 'stall'; readonly at: 'head' | 'body'; readonly ms?: number }
  /** Sends so many bytes of the body at a time, with a pause between. */
  | { readonly kind: 'trickle'; readonly bytes: number; readonly ms: number }
  /** Closes a stream after so many events, or inside the one after them. */
  | { readonly kind: 'cut-stream'; readonly events: number; readonly inside?: boolean }
  /** Ends a stream after so many events with `conversation.response.error`. */
  | { readonly kind: 'stream-error'; readonly events: number }
  /** Repeats or leaves out a row of the page, counted from 0. */
  | { readonly kind: 'rows'; readonly repeat?: number; readonly drop?: number }
  /** Lists the account as it was so many seconds ago. */
  | { readonly kind: 'stale'; readonly seconds: number }

/** A fault as data: which requests it meets, and what happens to them. Every condition that is given must hold. */
export interface Fault {
  readonly operation?: OperationName | LookupName
  /** The key of an account. */
  readonly account?: string
  /** The identifier in the path. */
  readonly id?: string
  /** Only the n-th request that the conditions above let through, counted from 1. */
  readonly nth?: number
  /** Only every n-th of them. */
  readonly every?: number
  /** At most so often. */
  readonly times?: number
  readonly then: Effect
}

/** What a fault's conditions look at. */
export interface FaultTarget {
  readonly operation: string
  readonly account: string
  readonly id: string
}

/** The faults in force; they can be added and cleared while the sandbox runs. */
export class FaultBook {
  #faults: { readonly fault: Fault; seen: number; struck: number }[] = []

  add(...faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ fault, seen: 0, struck: 0 })))
  }

  clear(): void {
    this.#faults = []
  }

  /** The effects that meet a request; asking counts it. */
  strike(target: FaultTarget): readonly Effect[] {
    if (this.#faults.length === 0) return none
    const struck = this.#faults.filter((entry) => {
      const { fault } = entry
      if (!concerns(fault, target)) return false
      entry.seen++
      if (fault.nth !== undefined && entry.seen !== fault.nth) return false
      if (fault.every !== undefined && entry.seen % fault.every !== 0) return false
      if (fault.times !== undefined && entry.struck >= fault.times) return false
      entry.struck++
      return true
    })
    return struck.map(({ fault }) => fault.then)
  }
}

/** The first effect of a kind. */
export function effectOf<Kind extends Effect['kind']>(
  effects: readonly Effect[],
  kind: Kind,
): Extract<Effect, { kind: Kind }> | undefined {
  return effects.find((effect): effect is Extract<Effect, { kind: Kind }> => effect.kind === kind)
}

const none: readonly Effect[] = []

function concerns(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.operation === undefined || fault.operation === target.operation) &&
    (fault.account === undefined || fault.account === target.account) &&
    (fault.id === undefined || fault.id === target.id)
  )
}
