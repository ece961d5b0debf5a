import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { workThrough } from '../../src/backup/worker-pool.ts'

describe('workThrough', () => {
  it('works on each item once and returns what the source returned', async () => {
    const done: number[] = []
    async function* source() {
      yield* [1, 2, 3, 4, 5]
      return 'the end'
    }
    const work = async (item: number) => void done.push(item)
    expect(await workThrough(source(), 3, work)).toBe('the end')
    expect(done).toEqual([1, 2, 3, 4, 5])
  })

  it('takes an item only when a worker is free for it', async () => {
    let [taken, active, mostActive, mostAhead] = [0, 0, 0, 0]
    function* source() {
      for (; taken < 20; taken++) yield taken
    }
    let finished = 0
    await workThrough(source(), 4, async () => {
      mostActive = Math.max(mostActive, ++active)
      mostAhead = Math.max(mostAhead, taken - finished)
      await sleep(1)
      active--
      finished++
    })
    expect([finished, mostActive]).toEqual([20, 4])
    expect(mostAhead).toBeLessThanOrEqual(4)
  })

  it('takes no further item once a worker has failed, and waits for the others', async () => {
    const [begun, finished]: [number[], number[]] = [[], []]
    let failures = 0
    const work = async (item: number) => {
      begun.push(item)
      if (item === 1) throw new Error('the disk is full')
      await sleep(20)
      finished.push(item)
    }
    const items = [0, 1, 2, 3, 4, 5, 6].values()
    await expect(workThrough(items, 3, work, () => failures++)).rejects.toThrow('the disk is full')
    expect([begun, finished, failures]).toEqual([[0, 1, 2], [0, 2], 1])
  })

  it('works with as many workers as it may have while the process waits, and with eight while it is busy', async () => {
    const mostActive = async (work: () => Promise<void>) => {
      let [active, most] = [0, 0]
      await workThrough(Array(600).values(), 64, async () => {
        most = Math.max(most, ++active)
        await work()
        active--
      })
      return most
    }
    expect(await mostActive(() => sleep(20))).toBe(64)
    expect(
      await mostActive(async () => {
        const end = performance.now() + 1
        while (performance.now() < end);
        await nextTurn()
      }),
    ).toBe(8)
  })
})
