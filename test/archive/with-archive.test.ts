import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { withLockedArchive } from '../../src/archive/with-archive.ts'
import { lockArchive } from '../../src/archive/sqlite/archive-lock.ts'
import { testFolder } from '../support/folder.ts'

const newPath = () => join(testFolder(), 'archive.db')
const holder = 'a test'
const isLocked = expect.objectContaining({ code: 'archive-locked' }) as Error

it('keeps others away from the archive until the work ends', async () => {
  const path = newPath()
  const result = await withLockedArchive(path, { holder, create: true }, async (archive) => {
    expect(() => lockArchive(path, 'another')).toThrow(isLocked)
    archive.transaction(() => undefined)
    return Promise.resolve(17)
  })
  expect(result).toBe(17)
  lockArchive(path, 'another').release()
})

it('closes the archive and releases the lock when the work fails', async () => {
  const path = newPath()
  let opened: Archive | undefined
  const failing = withLockedArchive(path, { holder, create: true }, (archive) => {
    opened = archive
    return Promise.reject(new Error('on purpose'))
  })
  await expect(failing).rejects.toThrow('on purpose')
  expect(() => opened?.counts()).toThrow('not open')
  lockArchive(path, 'another').release()
})

it.each([false, true])(
  'leaves no lock file beside a file that is not an archive (create: %s)',
  async (create) => {
    const path = newPath()
    writeFileSync(path, 'notes')
    const started = withLockedArchive(path, { holder, create }, () => Promise.resolve())
    await expect(started).rejects.toMatchObject({ code: 'not-an-archive' })
    expect(readdirSync(dirname(path))).toEqual(['archive.db'])
  },
)

it('creates an archive only when told to', async () => {
  const path = newPath()
  const started = withLockedArchive(path, { holder }, () => Promise.resolve())
  await expect(started).rejects.toMatchObject({ code: 'not-an-archive' })
  expect(readdirSync(dirname(path))).toEqual([])
  await withLockedArchive(path, { holder, create: true }, () => Promise.resolve())
  expect(existsSync(path)).toBe(true)
})

it('waits for another run when asked to', async () => {
  const path = newPath()
  openArchive(path, { mode: 'create' }).close()
  const other = lockArchive(path, 'another')
  const told: string[] = []
  const onWait = (why: string) => {
    told.push(why)
    other.release()
  }
  const wait = { seconds: 30, signal: new AbortController().signal, onWait }
  await withLockedArchive(path, { holder, wait }, () => Promise.resolve())
  expect(told).toEqual([`${path} is locked by another run (another)`])
})
