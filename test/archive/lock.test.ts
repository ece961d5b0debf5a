import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { awaitLock, lockArchive, type LockWait } from '../../src/archive/lock.ts'
import { openSqlite } from '../../src/archive/sqlite.ts'
import { testFolder } from '../support/folder.ts'

const newPath = () => join(testFolder(), 'archive.db')

function lock(path: string, holder = 'the first') {
  const held = lockArchive(path, holder)
  onTestFinished(() => held.release())
  return held
}

/** Waits for a lock; notes what it was told. */
function waiting(path: string, options: Partial<LockWait> = {}) {
  const told: string[] = []
  const began = performance.now()
  const signal = new AbortController().signal
  const onWait = (why: string) => void told.push(why)
  const ended = awaitLock(path, 'the second', { seconds: 30, signal, onWait, ...options })
  return { told, ended, took: () => performance.now() - began }
}

describe('A lock', () => {
  it('is held by one, who is named to all others until it is released', () => {
    const path = newPath()
    const first = lock(path, 'pid 17 on host')
    for (let again = 0; again < 2; again++) {
      expect(() => lockArchive(path, 'the second')).toThrow(
        expect.objectContaining({
          code: 'archive-locked',
          message: `${path} is locked by another run (pid 17 on host)`,
          hint: expect.stringContaining('--wait') as string,
        }) as Error,
      )
    }
    first.release()
    const second = lock(path, 'the second')
    expect(() => lockArchive(path, 'the third')).toThrow('locked by another run (the second)')
    second.release()
  })

  it('is a file beside the archive, which it neither makes nor touches', () => {
    const path = newPath()
    lock(path).release()
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(dirname(path))).toEqual(['archive.db.lock'])
  })

  it('does not last in the file: what a killed run left behind locks nobody out', () => {
    const path = newPath()
    lock(path).release()
    const db = openSqlite(`${path}.lock`, 'read')
    expect(db.prepare('select name from holder').pluck().all()).toEqual(['the first'])
    db.close()
    lock(path, 'the second').release()
  })

  it('that can’t be had for another reason says that reason', () => {
    const path = newPath()
    writeFileSync(`${path}.lock`, 'something else altogether, and no lock')
    expect(() => lockArchive(path, 'a test')).toThrow(
      expect.objectContaining({ code: 'not-an-archive' }) as Error,
    )
    rmSync(`${path}.lock`)
    lock(path).release()
  })
})

describe('Waiting for a lock', () => {
  it('takes no time when nobody holds it', async () => {
    const { ended, told } = waiting(newPath(), { seconds: 0 })
    const held = await ended
    held.release()
    expect(told).toEqual([])
  })

  it('ends soon after it is released, and tells once who held it', async () => {
    const path = newPath()
    const first = lock(path)
    setTimeout(() => first.release(), 900)
    const { ended, told, took } = waiting(path)
    const second = await ended
    expect(() => lockArchive(path, 'the third')).toThrow('locked by another run (the second)')
    second.release()
    expect(told).toEqual([`${path} is locked by another run (the first)`])
    expect(took()).toBeGreaterThan(850)
    expect(took()).toBeLessThan(5000)
  })

  it('ends without it when the time is over', async () => {
    const path = newPath()
    lock(path)
    const { ended, told, took } = waiting(path, { seconds: 0.5 })
    await expect(ended).rejects.toMatchObject({ code: 'archive-locked' })
    expect(told).toHaveLength(1)
    expect(took()).toBeGreaterThanOrEqual(500)
    expect(took()).toBeLessThan(5000)
  })

  it('ends at once when it is told to stop, and the one who holds it keeps it', async () => {
    const path = newPath()
    lock(path)
    const stop = new AbortController()
    const { ended, took } = waiting(path, {
      signal: stop.signal,
      onWait: () => setTimeout(() => stop.abort(), 20),
    })
    await expect(ended).rejects.toMatchObject({
      code: 'interrupted',
      message: 'The wait for the archive was told to stop',
    })
    expect(took()).toBeLessThan(5000)
    expect(() => lockArchive(path, 'the third')).toThrow('locked by another run (the first)')
  })

  it('is not tried where it can’t help', async () => {
    const { ended, told, took } = waiting(join(testFolder(), 'no/folder/archive.db'))
    await expect(ended).rejects.toMatchObject({ code: 'file' })
    expect(told).toEqual([])
    expect(took()).toBeLessThan(5000)
  })
})
