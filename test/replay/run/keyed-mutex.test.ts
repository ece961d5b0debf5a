import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'

import { KeyedMutex } from '../../../src/replay/run/keyed-mutex.ts'

/** Work that ends when the test says so. */
function work(log: string[], name: string) {
  let resolve: (value: string) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<string>((...both) => ([resolve, reject] = both))
  const run = async () => {
    log.push(`${name} begins`)
    const result = await promise
    log.push(`${name} ends`)
    return result
  }
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) }
}

describe('A keyed mutex', () => {
  it('runs work with one key in the order of the calls, one at a time', async () => {
    const [mutex, log] = [new KeyedMutex(), [] as string[]]
    const [a, b, c] = ['a', 'b', 'c'].map((name) => work(log, name)) as [
      ReturnType<typeof work>,
      ReturnType<typeof work>,
      ReturnType<typeof work>,
    ]
    const all = [a, b, c].map(({ run }) => mutex.run('key', run))
    c.end()
    b.end()
    await delay(0)
    expect(log).toEqual(['a begins'])
    a.end()
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c'])
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('runs work with different keys at the same time', async () => {
    const [mutex, log] = [new KeyedMutex(), [] as string[]]
    const [a, b] = [work(log, 'a'), work(log, 'b')]
    const all = [mutex.run('one', a.run), mutex.run('other', b.run)]
    await delay(0)
    expect(log).toEqual(['a begins', 'b begins'])
    b.end()
    expect(await all[1]).toBe('b')
    a.end()
    expect(await all[0]).toBe('a')
  })

  it('reports a failure to its caller alone, and runs the next work', async () => {
    const [mutex, log] = [new KeyedMutex(), [] as string[]]
    const [a, b] = [work(log, 'a'), work(log, 'b')]
    const all = [mutex.run('key', a.run), mutex.run('key', b.run)]
    a.fail()
    b.end()
    await expect(all[0]).rejects.toThrow('a')
    expect(await all[1]).toBe('b')
    expect(log).toEqual(['a begins', 'b begins', 'b ends'])
  })

  it('makes a late call wait for work that had to wait itself', async () => {
    const [mutex, log] = [new KeyedMutex(), [] as string[]]
    const [a, b, c] = [work(log, 'a'), work(log, 'b'), work(log, 'c')]
    const all = [mutex.run('key', a.run), mutex.run('key', b.run)]
    a.end()
    await all[0]
    await delay(0)
    const last = mutex.run('key', c.run)
    c.end()
    await delay(0)
    expect(log).toEqual(['a begins', 'a ends', 'b begins'])
    b.end()
    await last
    expect(log.slice(3)).toEqual(['b ends', 'c begins', 'c ends'])
  })

  it('can be used by work that holds another key', async () => {
    const mutex = new KeyedMutex()
    expect(await mutex.run('outer', () => mutex.run('inner', () => Promise.resolve(7)))).toBe(7)
  })

  it('keeps nothing of work that has ended', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const mutex = new KeyedMutex()
    const run = async (key: string) => new WeakRef(await mutex.run(key, () => Promise.resolve({ key })))
    const results = await Promise.all(['one', 'one', 'other'].map(run))
    await delay(0)
    collectGarbage()
    expect(results.map((result) => result.deref())).toEqual([undefined, undefined, undefined])
    expect(await mutex.run('one', () => Promise.resolve(7))).toBe(7)
  })
})
