import type { BodyHold } from './body-budget.ts'
import type { LookupName, Operation, OperationName } from './operations.ts'

export type CallName = OperationName | LookupName

/** One request as the transports see it; origin, key and other headers are the innermost one's business. */
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

/** The head of an answer, and its body still on the way. */
export interface ApiResponse {
  readonly status: number
  /** Names in lower case; a header sent twice is joined with a comma. */
  readonly headers: Headers
  /** The chunks of the body, once; leaving the loop early ends the connection. */
  readonly body: AsyncIterable<Uint8Array>
  /** Ends the connection unless the body has been read. */
  discard(): void
}

/**
 * Sends requests. `read` makes of an answer what the caller wants of it, whatever its status; it may be called again
 * with another answer, so it must not depend on having been called once. It reads the body or discards it.
 * What fails is thrown as a HansardError: an UnsentError where the request certainly did not arrive.
 */
export interface Transport {
  send<T>(request: ApiRequest, read: (answer: ApiResponse) => Promise<T>): Promise<T>
  /** Ends all connections; calls under way fail. */
  close(): Promise<void>
}
