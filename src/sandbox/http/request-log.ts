import type { RouteName } from '../route-names.ts'

/** A request that came in. */
export interface RequestRecord {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly operation: RouteName
  /** The key of the account; empty where no account has the key. */
  readonly account: string
  /** The status that was answered; 0 while there is none, and where the connection was reset instead. */
  readonly status: number
  readonly body?: string
}

/** A record whose status is still to come. */
type OpenRecord = { -readonly [Field in keyof RequestRecord]: RequestRecord[Field] }

const KEPT = 10_000

/** The last ten thousand requests, and at times up to twice as many. */
export class RequestLog {
  readonly records: OpenRecord[] = []

  add(record: OpenRecord): OpenRecord {
    if (this.records.length >= 2 * KEPT) this.records.splice(0, KEPT)
    this.records.push(record)
    return record
  }
}
