import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'

import type { Running } from '../support/hansard-process.ts'
import { KEY } from './account.ts'

/** Watches every request that this process receives at the port of a URL. */
export interface KeyWatch {
  /** Called for each request with the number of requests so far. */
  onRequest: (count: number) => void
  /** Throws if the key was sent outside the Authorization header, or is in a file of the folder or in a text. */
  check(folder: string, ...texts: string[]): void
  end(): void
}

/** Starts watching for leaks of the key. */
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
      if ([...files, ...texts].some((text) => text.includes(KEY)))
        throw new Error('the key was written to a file or printed')
    },
    end: () => void unsubscribe('http.server.request.start', heard),
  }
  return watch
}

/** Waits until a process has sent more than this many requests, or has ended. */
export async function waitForRequest(count: number, { ended }: Running, watch: KeyWatch): Promise<void> {
  let sent = 0
  const reached = new Promise<void>((resolve) => {
    watch.onRequest = () => {
      if (++sent > count) resolve()
    }
  })
  await Promise.race([reached, ended])
}
