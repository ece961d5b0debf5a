/** What the sandbox answers, before faults have their way with it. */
export interface SandboxResponse {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** The events of a stream, joined in `body` too. */
  readonly events?: readonly string[]
  /** Runs once the reply has gone out, or the client has gone away. */
  readonly done?: () => void
}

/** A JSON reply of text that is sent as it is. */
export function jsonResponse(body: string, status = 200): SandboxResponse {
  return { status, type: 'application/json', body }
}

/** A 204. */
export const emptyResponse: SandboxResponse = { status: 204, type: '', body: '' }

/** A reply whose body is an event stream; each event is its type and the text of its data. */
export function streamResponse(
  events: readonly { type: string; data: string }[],
  done: () => void,
): SandboxResponse {
  const texts = events.map(({ type, data }) => `event: ${type}\ndata: ${data}\n\n`)
  return { status: 200, type: 'text/event-stream; charset=utf-8', body: texts.join(''), events: texts, done }
}
