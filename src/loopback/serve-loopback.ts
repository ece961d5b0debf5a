import type { AddressInfo } from 'node:net'

import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'

/** A server on 127.0.0.1. */
export interface LoopbackServer {
  /** Its address, without a trailing slash. */
  readonly url: string
  /** Closes the server and all connections at once. */
  close(): Promise<void>
}

/** Serves an application on 127.0.0.1, at any free port by default. Rejects with Node's error if the port is taken. */
export async function serveLoopback(
  app: Hono<{ Bindings: HttpBindings }>,
  port = 0,
): Promise<LoopbackServer> {
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
