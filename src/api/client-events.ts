import type { ErrorCode } from '../errors.ts'
import type { CallName } from './transport.ts'

/** What a client does, for progress and logs. No event contains the API key. */
export type ClientEvent =
  /** A request ended: with a response (`status`), an error (`code`), or both. For a stream, when its headers arrived. */
  | {
      readonly type: 'request'
      readonly name: CallName
      readonly method: string
      readonly path: string
      readonly status: number | undefined
      readonly code: ErrorCode | undefined
      readonly milliseconds: number
    }
  /** A request will be retried after `waitMs`. */
  | {
      readonly type: 'retry'
      readonly name: CallName
      readonly path: string
      /** The error message. */
      readonly reason: string
      /** How often it has been sent so far. */
      readonly sent: number
      readonly waitMs: number
    }
  /** All calls of the client wait: the service asked for it (Retry-After), or it refused a request and did not say for how long. */
  | {
      readonly type: 'pause'
      readonly name: CallName
      readonly waitMs: number
      readonly isAsked: boolean
    }
