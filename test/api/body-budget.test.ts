import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { BodyBudget } from '../../src/api/body-budget.ts'

const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('The memory for bodies in flight', () => {
  it('is granted in order', async () => {
    const budget = new BodyBudget(10)
    const [a, b, c] = [budget.hold(), budget.hold(), budget.hold()]
    const order: string[] = []
    expect(a.take(8)).toBeUndefined()
    void b.take(5)?.then(() => order.push('b'))
    void c.take(1)?.then(() => order.push('c'))
    await tick()
    expect(order).toEqual([])
    a.release()
    await tick()
    expect(order).toEqual(['b', 'c'])
  })

  it('lets one larger body exceed the budget while nobody else holds memory, and no second one', async () => {
    const budget = new BodyBudget(10)
    const [large, larger] = [budget.hold(), budget.hold()]
    await large.take(100)
    let waits = true
    void larger.take(200)?.then(() => (waits = false))
    await tick()
    expect({ waits, used: budget.used }).toEqual({ waits: true, used: 100 })
    large.release()
    await tick()
    expect({ waits, used: budget.used }).toEqual({ waits: false, used: 200 })
  })

  it('lets one exceed the budget when all holders wait for more', async () => {
    const budget = new BodyBudget(10)
    const [a, b] = [budget.hold(), budget.hold()]
    await a.take(5)
    await b.take(5)
    const first = a.take(5)
    let waits = true
    void b.take(5)?.then(() => (waits = false))
    await first
    await tick()
    expect({ waits, used: budget.used }).toEqual({ waits: true, used: 15 })
    a.release()
    await tick()
    expect(waits).toBe(false)
  })

  it('is no longer awaited by a call whose signal fired', async () => {
    const budget = new BodyBudget(10)
    const [a, b, c] = [budget.hold(), budget.hold(), budget.hold()]
    const stop = new AbortController()
    await a.take(9)
    const stopped = b.take(5, stop.signal)
    let waits = true
    void c.take(1)?.then(() => (waits = false))
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
    await tick()
    expect(waits).toBe(false)
    await expect(b.take(5, stop.signal)).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('never deadlocks: every body is read, with at most the budget and one body in memory', async () => {
    const body = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(body, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        fc.scheduler(),
        async (bodies, limit, scheduler) => {
          const budget = new BodyBudget(limit)
          const largest = Math.max(...bodies.map((chunks) => chunks.reduce((sum, n) => sum + n, 0)))
          let read = 0
          const readers = bodies.map(async (chunks) => {
            const hold = budget.hold()
            for (const bytes of chunks) {
              await scheduler.schedule(Promise.resolve())
              await hold.take(bytes)
              expect(budget.used).toBeLessThanOrEqual(limit + largest)
            }
            await scheduler.schedule(Promise.resolve())
            hold.release()
            read++
          })
          await scheduler.waitFor(Promise.all(readers))
          expect({ read, used: budget.used }).toEqual({ read: bodies.length, used: 0 })
        },
      ),
      { seed: 1, numRuns: 500 },
    )
  })
})
