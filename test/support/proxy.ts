import { request, type IncomingHttpHeaders } from 'node:http'

import { serve } from './http-server.ts'

/** A request and its response, which can be changed. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly body: string
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Starts a proxy that changes responses; if `change` returns `lose`, it closes the connection instead. */
export function proxy(to: string, change: (exchange: Exchange) => unknown): Promise<{ url: string }> {
  return serve((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', to)
      const { method = 'GET' } = incoming
      const headers = { ...incoming.headers, host: url.host }
      const forwarded = request(url, { method, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', () => incoming.socket.destroy())
        answer.on('end', () => {
          const exchange: Exchange = {
            ...{ method, url, body: Buffer.concat(chunks).toString(), text: Buffer.concat(parts).toString() },
            ...{ status: answer.statusCode ?? 0, headers: { ...answer.headers } },
          }
          void Promise.resolve(change(exchange)).then((end) => {
            if (end === 'lose') {
              incoming.socket.destroy()
              return
            }
            delete exchange.headers['content-length']
            delete exchange.headers['transfer-encoding']
            response.sendDate = false
            response.writeHead(exchange.status, exchange.headers).end(exchange.text)
          })
        })
      })
      forwarded.on('error', () => incoming.socket.destroy())
      forwarded.end(Buffer.concat(chunks))
    })
  })
}
