import { HansardError, isHansardError } from '../errors.ts'
import type { ClientEvent } from './client-events.ts'
import type { Transport } from './transport.ts'

/** Counts what goes over the wire. */
export interface Traffic {
  requests: number
  retries: number
  /** Of the bodies of answers, as they came over the network: compressed, where they were. */
  bytes: number
}

/** Counts requests and bytes, tells of each request when it is over, and sends no more than so many. */
export function withTraffic(
  inner: Transport,
  traffic: Traffic,
  tell: (event: ClientEvent) => void,
  maxRequests: number,
): Transport {
  return {
    async send(request, read) {
      if (traffic.requests >= maxRequests) throw noneLeft(maxRequests)
      const { name, path } = request
      const method = request.operation.method
      const begun = performance.now()
      let status: number | undefined
      const over = (error?: unknown) => {
        const milliseconds = Math.round(performance.now() - begun)
        const code = isHansardError(error) ? error.code : undefined
        tell({ type: 'request', name, method, path, status, code, milliseconds })
      }
      traffic.requests++
      try {
        const result = await inner.send(request, (answer) => {
          status = answer.status
          return read({ ...answer, body: counted(answer.body, traffic) })
        })
        over()
        return result
      } catch (error) {
        over(error)
        throw error
      }
    },
    close: () => inner.close(),
  }
}

function noneLeft(maxRequests: number): HansardError {
  return new HansardError(
    'budget',
    `The limit of ${maxRequests} requests is reached; nothing more was sent`,
    {
      hint: 'Run it again with a larger limit.',
    },
  )
}

async function* counted(body: AsyncIterable<Uint8Array>, traffic: Traffic): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    traffic.bytes += chunk.length
    yield chunk
  }
}
