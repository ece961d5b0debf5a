import type { IncomingMessage } from 'node:http'

const NAMES = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Tells why a request was not meant for this server; undefined if it was. A server on 127.0.0.1 can still be reached by a
 * page in a browser: through a host name that resolves to this machine (DNS rebinding), or from another origin.
 */
export function foreignRequest(incoming: IncomingMessage): 'host' | 'target' | 'origin' | undefined {
  const { headers, socket, url = '' } = incoming
  const hosts = ownHosts(socket.localPort)
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) return 'host'
  const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1]
  if (target !== undefined && !hosts.includes(target.toLowerCase())) return 'target'
  const origin = headers.origin?.toLowerCase()
  const isOwn = origin === undefined || hosts.some((host) => origin === `http://${host}`)
  return isOwn ? undefined : 'origin'
}

function ownHosts(port: number | undefined): string[] {
  const withPort = NAMES.map((name) => `${name}:${port}`)
  return port === 80 ? [...withPort, ...NAMES] : withPort
}
