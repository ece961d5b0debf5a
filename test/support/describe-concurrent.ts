import { AsyncLocalStorage } from 'node:async_hooks'
import { aroundEach, describe, onTestFinished, type TestContext } from 'vitest'

const contexts = new AsyncLocalStorage<TestContext>()

/**
 * Groups tests that mostly wait for processes, and runs them at the same time. Each of them cleans up when it ends itself,
 * if it does so with `afterThisTest`. `expect.poll` does not know whose test it is; use `vi.waitFor`.
 */
export function describeConcurrent(title: string, define: () => void, timeout?: number): void {
  describe.concurrent(title, { ...(timeout !== undefined && { timeout }) }, () => {
    aroundEach((runTest, context) => contexts.run(context, runTest))
    define()
  })
}

/** Cleans up after the test that calls it, also while other tests run. */
export function afterThisTest(work: () => unknown): void {
  const finished = contexts.getStore()?.onTestFinished ?? onTestFinished
  finished(async () => void (await work()))
}
