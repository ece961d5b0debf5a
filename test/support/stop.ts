import { onTestFinished } from 'vitest'

import type { Sandbox } from '../../src/sandbox/server.ts'

/** A signal as of Ctrl-C, given once an operation has been asked for so often. */
export function stopWhenAsked(sandbox: Sandbox, operation: string, times = 1): AbortSignal {
  const stop = new AbortController()
  const timer = setInterval(() => {
    const asked = sandbox.requests.filter((request) => request.operation === operation)
    if (asked.length >= times) stop.abort()
  }, 10)
  onTestFinished(() => clearInterval(timer))
  return stop.signal
}
