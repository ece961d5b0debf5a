import { HansardError, isHansardError } from '../errors.ts'
import { plural } from '../model/plural.ts'
import type { ClientEvent } from './client-events.ts'
import type { Send } from './transport.ts'

/** Counts of what a client sent and received. */
export interface Traffic {
  /** Requests sent, retries included. */
  requests: number
  /** The same by the name of the operation, such as `getHistory`. */
  readonly requestsByKind: Map<string, number>
  retries: number
  /** Bytes of response bodies as they came over the network, compressed or not. */
  bytes: number
}

/** Counts requests and bytes, emits an event when a request ends, and sends at most `maxRequests`. */
export function withTraffic(
  send: Send,
  traffic: Traffic,
  emit: (event: ClientEvent) => void,
  maxRequests: number,
): Send {
  return async (request, read) => {
    if (traffic.requests >= maxRequests) throw outOfRequests(maxRequests)
    const { name, path } = request
    const method = request.operation.method
    const startedAt = performance.now()
    let status: number | undefined
    const end = (error?: unknown) => {
      const milliseconds = Math.round(performance.now() - startedAt)
      const code = isHansardError(error) ? error.code : undefined
      emit({ type: 'request', name, method, path, status, code, milliseconds })
    }
    traffic.requests++
    traffic.requestsByKind.set(name, (traffic.requestsByKind.get(name) ?? 0) + 1)
    try {
      const result = await send(request, (response) => {
        status = response.status
        return read({ ...response, body: count(response.body, traffic) })
      })
      end()
      return result
    } catch (error) {
      end(error)
      throw error
    }
  }
}

function outOfRequests(maxRequests: number): HansardError {
  return new HansardError(
    'budget',
    `The limit of ${plural(maxRequests, 'request')} is reached; nothing more was sent`,
    { hint: 'Run it again, with a larger limit if needed.' },
  )
}

async function* count(body: AsyncIterable<Uint8Array>, traffic: Traffic): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    traffic.bytes += chunk.length
    yield chunk
  }
}
