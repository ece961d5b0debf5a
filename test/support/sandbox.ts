import { onTestFinished } from 'vitest'

import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/http/server.ts'

/** A clock that only moves when it is told to. */
export interface TestClock {
  (): Date
  advance(seconds: number): void
}

/** Makes a clock that stands at noon of a day in 2026. */
export function testClock(): TestClock {
  let now = Date.UTC(2026, 9, 1, 12)
  return Object.assign(() => new Date(now), { advance: (seconds: number) => void (now += seconds * 1000) })
}

/** A client of one account of a sandbox that lives as long as the test. */
export interface Visit {
  readonly sandbox: Sandbox
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  send(method: string, path: string, body?: string): Promise<Answer>
}

/** An answer, its body as text and, where it is JSON, as a value. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  readonly json: any
}

/** Opens a sandbox with the account `key`, and closes it after the test. */
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

/** The events of a stream's text. */
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
