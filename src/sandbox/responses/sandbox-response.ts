/** A response of the sandbox, before faults change it. */
export interface SandboxResponse {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** The events of a stream; `body` has them joined. */
  readonly events?: readonly string[]
  /** Called once, when the response was sent or the client has disconnected. */
  readonly done?: () => void
}

/** A JSON response with this text as its body. */
export function jsonResponse(body: string, status = 200): SandboxResponse {
  return { status, type: 'application/json', body }
}

/** 204 without a body. */
export const emptyResponse: SandboxResponse = { status: 204, type: '', body: '' }

/** A stream of events. */
export function streamResponse(events: readonly string[], done: () => void): SandboxResponse {
  return { status: 200, type: 'text/event-stream; charset=utf-8', body: events.join(''), events, done }
}

/** One event of a stream; its data repeats the type. */
export function eventText(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
}
