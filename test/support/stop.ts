import { expect, onTestFinished } from 'vitest'

import type { Fault } from '../../src/sandbox/faults/fault.ts'
import type { Sandbox } from '../../src/sandbox/http/server.ts'
import { hansard } from './hansard.ts'
import type { World } from './world.ts'

/** Creates a signal like Ctrl-C, which is sent after this many requests of an operation. */
export function stopWhenAsked(sandbox: Sandbox, operation: string, times = 1): AbortSignal {
  const stop = new AbortController()
  const timer = setInterval(() => {
    const asked = sandbox.requests.filter((request) => request.operation === operation)
    if (asked.length >= times) stop.abort()
  }, 10)
  onTestFinished(() => clearInterval(timer))
  return stop.signal
}

/** Starts a backup while an operation never responds, and expects Ctrl-C to end it soon. */
export async function expectToEndSoon(
  { sandbox, env }: World,
  operation: Fault['operation'] & string,
): Promise<void> {
  sandbox.faults.add({ operation, then: { kind: 'stall', at: 'head' } })
  const signal = stopWhenAsked(sandbox, operation)
  const began = performance.now()
  expect(await hansard(['backup'], { env, signal })).toMatchObject({ exitCode: 130 })
  expect(performance.now() - began).toBeLessThan(5000)
}
