import type { BodyHold } from './body-budget.ts'
import type { LookupName, Operation, OperationName } from './operations.ts'

export type CallName = OperationName | LookupName

/** A request as the transports see it. Only the innermost one knows the origin, the key and other headers. */
export interface ApiRequest {
  readonly name: CallName
  readonly operation: Operation
  /** Path and query, percent-encoded. */
  readonly path: string
  /** JSON text. */
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly hold?: BodyHold | undefined
}

export type Headers = Readonly<Record<string, string>>

/** The status and headers of a response, with its body still to be read. */
export interface ApiResponse {
  readonly status: number
  /** Names are in lower case. The values of a repeated header are joined with a comma. */
  readonly headers: Headers
  /** The chunks of the body. It can be read once; leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>
  /** Closes the connection unless the whole body was read. */
  discard(): void
}

/** Tells whether a response has a status of 2xx. */
export function isSuccess({ status }: ApiResponse): boolean {
  return status >= 200 && status < 300
}

/**
 * Sends a request. `read` turns a response of any status into what the caller wants, and reads or discards its body. It
 * may be called again, with the response to a retry. Failures are thrown as a HansardError, and as an UnsentError if the
 * request certainly did not arrive.
 */
export type Send = <T>(request: ApiRequest, read: (response: ApiResponse) => Promise<T>) => Promise<T>

export interface Transport {
  readonly send: Send
  /** Closes all connections. Calls in flight fail. */
  readonly close: () => Promise<void>
}
