import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'

import { KEY } from './account.ts'

/** Watches every request that reaches this process under the port of a URL. */
export interface KeyWatch {
  /** Called at each request, with how many there were. */
  onRequest: (count: number) => void
  /** Fails if the key went anywhere but into the Authorization header, or stands in a file of the folder or in a text. */
  check(folder: string, ...texts: string[]): void
  end(): void
}

/** Watches where the key goes. */
export function watchKey(url: string): KeyWatch {
  const { host, port } = new URL(url)
  const leaks: string[] = []
  let count = 0
  const heard = (message: unknown) => {
    const { request } = message as { request: IncomingMessage }
    if (String(request.socket.localPort) !== port) return
    watch.onRequest(++count)
    const { authorization = '', ...others } = request.headers
    const rest = `${request.method} ${request.url} ${JSON.stringify(others)}`
    if (rest.includes(KEY)) leaks.push(rest)
    if (authorization.includes(KEY) && others.host !== host) leaks.push(`Authorization to ${others.host}`)
  }
  subscribe('http.server.request.start', heard)
  const watch: KeyWatch = {
    onRequest: () => undefined,
    check(folder, ...texts) {
      const files = existsSync(folder)
        ? readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'))
        : []
      if (leaks.length > 0) throw new Error(`the key leaked: ${leaks.join('; ')}`)
      if ([...files, ...texts].some((text) => text.includes(KEY))) throw new Error('the key was written down')
    },
    end: () => void unsubscribe('http.server.request.start', heard),
  }
  return watch
}
