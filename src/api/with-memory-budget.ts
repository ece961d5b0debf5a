import { HansardError } from '../errors.ts'
import type { BodyBudget, BodyHold } from './body-budget.ts'
import { isSuccess, type ApiResponse, type ApiRequest, type Send } from './transport.ts'

/**
 * Reads bodies only as the memory budget allows, and refuses those over `maxBodyBytes`. Streams are exempt, because each
 * event is limited on its own; so are error responses, of which only the first bytes are read.
 */
export function withMemoryBudget(send: Send, budget: BodyBudget, maxBodyBytes: number): Send {
  return async (request, read) => {
    if (request.operation.streams) return send(request, read)
    const share = new BodyShare(request, request.hold ?? budget.hold(), maxBodyBytes)
    try {
      const result = await send(request, (response) =>
        read(isSuccess(response) ? { ...response, body: share.count(response) } : response),
      )
      if (request.hold === undefined) share.giveBack()
      return result
    } catch (error) {
      share.giveBack()
      throw error
    }
  }
}

/** The memory that one body takes from the budget. */
class BodyShare {
  readonly #request: ApiRequest
  readonly #hold: BodyHold
  readonly #maxBytes: number
  #taken = 0

  constructor(request: ApiRequest, hold: BodyHold, maxBytes: number) {
    this.#request = request
    this.#hold = hold
    this.#maxBytes = maxBytes
  }

  async *count(response: ApiResponse): AsyncGenerator<Uint8Array> {
    const announced = Number(response.headers['content-length'] ?? 0)
    let read = 0
    try {
      if (announced > 0) await this.#grow(announced)
      for await (const chunk of response.body) {
        read += chunk.length
        if (read > this.#taken) await this.#grow(read - this.#taken)
        yield chunk
      }
    } finally {
      response.discard()
    }
  }

  giveBack(): void {
    this.#hold.giveBack(this.#taken)
    this.#taken = 0
  }

  async #grow(bytes: number): Promise<void> {
    if (this.#taken + bytes > this.#maxBytes) throw this.#tooLarge()
    const granted = this.#hold.take(bytes, this.#request.signal)
    if (granted !== undefined) await granted
    this.#taken += bytes
  }

  #tooLarge(): HansardError {
    const megabytes = Math.floor(this.#maxBytes / 2 ** 20)
    return new HansardError('too-large', `The body is larger than ${megabytes} MiB (${this.#request.name})`, {
      hint: 'It was not read, because larger bodies are not kept in memory.',
    })
  }
}
