import type { RouteName } from '../route-names.ts'

/** A received request. */
export interface RequestRecord {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly operation: RouteName
  /** The key of the account; empty if no account has this key. */
  readonly account: string
  /** The status of the response; 0 until it is known, and if the connection was reset. */
  readonly status: number
  readonly body?: string
}

/** A record whose status can still be set. */
type OpenRecord = { -readonly [Field in keyof RequestRecord]: RequestRecord[Field] }

const KEPT = 10_000

/** Keeps the latest requests: at least 10,000, at most twice as many. */
export class RequestLog {
  readonly records: OpenRecord[] = []

  add(record: OpenRecord): OpenRecord {
    if (this.records.length >= 2 * KEPT) this.records.splice(0, KEPT)
    this.records.push(record)
    return record
  }
}
