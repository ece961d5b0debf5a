import { HansardError } from '../errors.ts'
import type { BodyBudget, BodyHold } from './body-budget.ts'
import type { ApiResponse, ApiRequest, Transport } from './transport.ts'

/**
 * Reads bodies only as memory allows, and refuses those over the hard cap. Streams pass: their events are bounded one by
 * one; so do error bodies, of which only the beginning is read.
 */
export function withMemoryBudget(inner: Transport, budget: BodyBudget, maxBodyBytes: number): Transport {
  return {
    async send(request, read) {
      if (request.operation.streams) return inner.send(request, read)
      const share = new Share(request, request.hold ?? budget.hold(), maxBodyBytes)
      try {
        const result = await inner.send(request, (answer) =>
          read(isSuccess(answer) ? { ...answer, body: share.counted(answer) } : answer),
        )
        if (request.hold === undefined) share.giveBack()
        return result
      } catch (error) {
        share.giveBack()
        throw error
      }
    },
    close: () => inner.close(),
  }
}

function isSuccess({ status }: ApiResponse): boolean {
  return status >= 200 && status < 300
}

/** What one body takes of the budget. */
class Share {
  readonly #request: ApiRequest
  readonly #hold: BodyHold
  readonly #maxBytes: number
  #taken = 0

  constructor(request: ApiRequest, hold: BodyHold, maxBytes: number) {
    this.#request = request
    this.#hold = hold
    this.#maxBytes = maxBytes
  }

  async *counted(answer: ApiResponse): AsyncGenerator<Uint8Array> {
    const announced = Number(answer.headers['content-length'] ?? 0)
    let read = 0
    try {
      if (announced > 0) await this.#grow(announced)
      for await (const chunk of answer.body) {
        read += chunk.length
        if (read > this.#taken) await this.#grow(read - this.#taken)
        yield chunk
      }
    } finally {
      answer.discard()
    }
  }

  giveBack(): void {
    this.#hold.giveBack(this.#taken)
    this.#taken = 0
  }

  async #grow(bytes: number): Promise<void> {
    if (this.#taken + bytes > this.#maxBytes) throw this.#tooLarge()
    const room = this.#hold.take(bytes, this.#request.signal)
    if (room !== undefined) await room
    this.#taken += bytes
  }

  #tooLarge(): HansardError {
    const megabytes = Math.floor(this.#maxBytes / 2 ** 20)
    return new HansardError('too-large', `The body is over ${megabytes} MiB (${this.#request.name})`, {
      hint: 'It was not read: nothing larger is kept in memory.',
    })
  }
}
