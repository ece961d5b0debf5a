import { onTestFinished } from 'vitest'

import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/http/server.ts'

/** A clock that only moves when the test advances it. */
export interface TestClock {
  (): Date
  advance(seconds: number): void
}

/** Creates a clock that starts at noon on October 1, 2026. */
export function testClock(): TestClock {
  let now = Date.UTC(2026, 9, 1, 12)
  return Object.assign(() => new Date(now), { advance: (seconds: number) => void (now += seconds * 1000) })
}

/** A sandbox for one test, and requests with the key of one account. */
export interface Visit {
  readonly sandbox: Sandbox
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  send(method: string, path: string, body?: string): Promise<Answer>
}

/** A response; `json` is its parsed body, or undefined if it is not JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- responses have every shape
  readonly json: any
}

/** Starts a sandbox with the account `key`; it closes after the test. */
export async function visit(options: Partial<SandboxOptions> = {}, key = 'key'): Promise<Visit> {
  const sandbox = await startSandbox({ accounts: [{ key }], ...options })
  onTestFinished(() => sandbox.close())
  const send = async (method: string, path: string, body?: string): Promise<Answer> => {
    const response = await fetch(sandbox.url + path, {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parse(text) }
  }
  return {
    sandbox,
    send,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, JSON.stringify(body)),
  }
}

/** Parses the events of a stream. */
export function readEvents(text: string): { event: string; data: Record<string, unknown> }[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
      return { event, data: JSON.parse(data) as Record<string, unknown> }
    })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
