import type { ErrorCode } from '../errors.ts'
import type { CallName } from './transport.ts'

/** What a client is doing, for progress and logs; the key is in none of it. */
export type ClientEvent =
  /** A request is over: answered (status), failed (code), or both. Of a stream: its head has come. */
  | {
      readonly type: 'request'
      readonly name: CallName
      readonly method: string
      readonly path: string
      readonly status: number | undefined
      readonly code: ErrorCode | undefined
      readonly milliseconds: number
    }
  /** A request will be sent again. */
  | {
      readonly type: 'retry'
      readonly name: CallName
      readonly path: string
      /** What went wrong. */
      readonly reason: string
      /** How many times it has been sent by now. */
      readonly sent: number
      readonly waitMs: number
    }
  /** The service asked for a pause; all callers wait. */
  | { readonly type: 'pause'; readonly name: CallName; readonly waitMs: number }
