import { HansardError } from '../errors.ts'
import type { BodyBudget } from './body-budget.ts'
import { isSuccess, type ApiResponse, type CallName, type Send } from './transport.ts'

/**
 * Reads bodies only as the memory budget allows, and refuses those over `maxBodyBytes`. Streams are exempt, because each
 * event is limited on its own; so are error responses, of which only the first bytes are read.
 */
export function withMemoryBudget(send: Send, budget: BodyBudget, maxBodyBytes: number): Send {
  return async (request, read) => {
    if (request.operation.streams) return send(request, read)
    const hold = request.hold ?? budget.hold()
    let taken = 0
    const grow = async (bytes: number) => {
      if (taken + bytes > maxBodyBytes) throw tooLarge(request.name, maxBodyBytes)
      await hold.take(bytes, request.signal)
      taken += bytes
    }
    try {
      const result = await send(request, (response) =>
        read(isSuccess(response) ? { ...response, body: readWithin(response, grow) } : response),
      )
      if (request.hold === undefined) hold.giveBack(taken)
      return result
    } catch (error) {
      hold.giveBack(taken)
      throw error
    }
  }
}

/** Takes the announced length at once, because the reader allocates it, and then whatever comes beyond it. */
async function* readWithin(
  response: ApiResponse,
  grow: (bytes: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let taken = Number(response.headers['content-length'] ?? 0)
  let read = 0
  try {
    if (taken > 0) await grow(taken)
    for await (const chunk of response.body) {
      read += chunk.length
      if (read > taken) await grow(read - taken)
      taken = Math.max(taken, read)
      yield chunk
    }
  } finally {
    response.discard()
  }
}

function tooLarge(name: CallName, maxBytes: number): HansardError {
  const message = `The body is larger than ${Math.floor(maxBytes / 2 ** 20)} MiB (${name})`
  return new HansardError('too-large', message, {
    hint: 'It was not read, because larger bodies are not kept in memory.',
  })
}
