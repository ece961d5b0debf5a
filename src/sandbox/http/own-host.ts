import type { IncomingMessage } from 'node:http'

import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'

const NAMES = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Rejects a request that was not meant for this server. The sandbox listens on 127.0.0.1 only, but a page in a browser
 * can reach it: through a host name that resolves to this machine (DNS rebinding), or from another origin.
 */
export function rejectForeign({ headers, socket, url = '' }: IncomingMessage): SandboxResponse | undefined {
  const hosts = ownHosts(socket.localPort)
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) {
    return rejection(421, 'Misdirected Request: the Host header does not name this sandbox')
  }
  const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1]
  if (target !== undefined && !hosts.includes(target.toLowerCase())) {
    return rejection(421, 'Misdirected Request: the request target does not name this sandbox')
  }
  const origin = headers.origin?.toLowerCase()
  if (origin === undefined || hosts.some((host) => origin === `http://${host}`)) return undefined
  return rejection(403, 'Forbidden: the sandbox does not respond to pages of other origins')
}

function ownHosts(port: number | undefined): string[] {
  const withPort = NAMES.map((name) => `${name}:${port}`)
  return port === 80 ? [...withPort, ...NAMES] : withPort
}

function rejection(status: number, detail: string): SandboxResponse {
  return jsonResponse(JSON.stringify({ detail }), status)
}
