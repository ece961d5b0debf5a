import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { awaitLock, lockArchive, type LockWait } from '../../src/archive/sqlite/archive-lock.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { testFolder } from '../support/folder.ts'

const newPath = () => join(testFolder(), 'archive.db')

function lock(path: string, holder = 'the first') {
  const held = lockArchive(path, holder)
  onTestFinished(() => held.release())
  return held
}

/** Waits for a lock, and records the messages. */
function waiting(path: string, options: Partial<LockWait> = {}) {
  const told: string[] = []
  const began = performance.now()
  const signal = new AbortController().signal
  const onWait = (why: string) => void told.push(why)
  const ended = awaitLock(path, 'the second', { seconds: 30, signal, onWait, ...options })
  return { told, ended, took: () => performance.now() - began }
}

describe('A lock', () => {
  it('has one holder, who is named to others until it is released', () => {
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

  it('is a file beside the archive, and does not create or change the archive', () => {
    const path = newPath()
    lock(path).release()
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(dirname(path))).toEqual(['archive.db.lock'])
  })

  it('ends with its process: the file that a killed run leaves locks nobody out', () => {
    const path = newPath()
    lock(path).release()
    const db = openSqlite(`${path}.lock`, 'read')
    expect(db.pluck.all('select name from holder')).toEqual(['the first'])
    db.close()
    lock(path, 'the second').release()
  })

  it('fails with the reason when the lock file cannot be used', () => {
    const path = newPath()
    writeFileSync(`${path}.lock`, 'something else altogether, and no lock')
    expect(() => lockArchive(path, 'a test')).toThrow(
      expect.objectContaining({ code: 'not-an-archive' }) as Error,
    )
    rmSync(`${path}.lock`)
    lock(path).release()
  })
})

/** Other ways to reach an archive. */
const ways: readonly (readonly [string, (path: string) => string])[] = [
  ['a symbolic link', (path) => linked(path, (to) => symlinkSync('archive.db', to))],
  [
    'a chain of symbolic links',
    (path) =>
      linked(
        linked(path, (to) => symlinkSync(path, to)),
        (to) => symlinkSync('other-1', to),
      ),
  ],
  ['a link to its folder', (path) => linkedFolder(path)],
  ['a hard link', (path) => linked(path, (to) => linkSync(path, to))],
  ['a hard link in another folder', (path) => linkedElsewhere(path)],
]

let links = 0

function linked(path: string, link: (to: string) => void): string {
  const to = join(dirname(path), `other-${++links}`)
  link(to)
  return to
}

function linkedFolder(path: string): string {
  const to = join(testFolder(), 'folder')
  symlinkSync(dirname(path), to)
  return join(to, 'archive.db')
}

function linkedElsewhere(path: string): string {
  const folder = join(dirname(path), 'elsewhere')
  mkdirSync(folder)
  linkSync(path, join(folder, 'archive.db'))
  return join(folder, 'archive.db')
}

function newArchive(): string {
  const path = newPath()
  openArchive(path, { mode: 'create' }).close()
  return path
}

const isLocked = expect.objectContaining({ code: 'archive-locked' }) as Error

describe('A lock on an archive', () => {
  it.each(ways)('is effective through %s, in either direction', (_, wayTo) => {
    links = 0
    const path = newArchive()
    const other = wayTo(path)
    for (const [one, two] of [
      [path, other],
      [other, path],
    ] as const) {
      const held = lock(one)
      expect(() => lockArchive(two, 'the second')).toThrow(isLocked)
      held.confirm()
      held.release()
    }
  })

  it('is effective through a link to a file that does not exist yet', () => {
    const path = newPath()
    const other = linked(path, (to) => symlinkSync('archive.db', to))
    lock(path)
    expect(() => lockArchive(other, 'the second')).toThrow('locked by another run (the first)')
  })

  it('covers an archive that was created after locking, once it is confirmed', () => {
    const path = newPath()
    const held = lock(path)
    openArchive(path, { mode: 'create' }).close()
    held.confirm()
    const other = linked(path, (to) => linkSync(path, to))
    expect(() => lockArchive(other, 'the second')).toThrow(isLocked)
  })

  it.each(['removed', 'replaced', 'moved away'])('lasts although the lock file was %s', (how) => {
    const path = newArchive()
    const held = lock(path)
    if (how === 'moved away') renameSync(`${path}.lock`, `${path}.lock.old`)
    else rmSync(`${path}.lock`)
    if (how === 'replaced') writeFileSync(`${path}.lock`, '')
    expect(() => lockArchive(path, 'the second')).toThrow(isLocked)
    held.confirm()
    expect(() => lockArchive(path, 'the third')).toThrow('locked by another run (the first)')
  })

  it('is lost when another process took the lock file: confirm throws', () => {
    const path = newArchive()
    const held = lock(path)
    rmSync(`${path}.lock`)
    const db = openSqlite(`${path}.lock`, 'create') // as a process in a container that shares only the folder
    onTestFinished(() => void db.close())
    db.exec("create table holder (name text); insert into holder values ('elsewhere'); begin immediate")
    expect(() => held.confirm()).toThrow('locked by another run (elsewhere)')
    expect(() => held.confirm()).toThrow('locked by another run (elsewhere)')
  })

  it.each(['moved', 'replaced'])('is lost when the archive was %s', (how) => {
    const path = newArchive()
    const held = lock(path)
    renameSync(path, `${path}.old`)
    if (how === 'replaced') copyFileSync(`${path}.old`, path)
    expect(() => held.confirm()).toThrow('was moved, removed or replaced')
  })

  it('does not cover a copy of the archive', () => {
    const path = newArchive()
    lock(path)
    const copy = newPath()
    copyFileSync(path, copy)
    lock(copy).confirm()
  })
})

describe('An archive with two names (hard links)', () => {
  it('can be written only under the name used before, because the log is beside that name', () => {
    const path = newArchive()
    const other = linked(path, (to) => linkSync(path, to))
    expect(() => openArchive(other, { mode: 'write' })).toThrow(/has another name \(a hard link\)/)
    openArchive(other).close()
    openArchive(path, { mode: 'write' }).close()
    rmSync(path)
    openArchive(other, { mode: 'write' }).close()
    linkSync(other, path)
    expect(() => openArchive(path, { mode: 'create' })).toThrow(isLocked)
  })

  it('can be moved, copied, and opened through symbolic links and other folders', () => {
    const path = newArchive()
    for (const [how, wayTo] of ways) {
      if (how.includes('hard')) continue
      links = 0
      openArchive(wayTo(path), { mode: 'write' }).close()
      for (const name of readdirSync(dirname(path)))
        if (name.startsWith('other')) rmSync(join(dirname(path), name))
    }
    const moved = newPath()
    renameSync(path, moved)
    openArchive(moved, { mode: 'write' }).close()
  })
})

describe('Waiting for a lock', () => {
  it('returns at once when nobody holds it', async () => {
    const { ended, told } = waiting(newPath(), { seconds: 0 })
    const held = await ended
    held.release()
    expect(told).toEqual([])
  })

  it('ends soon after the release, and reports the holder once', async () => {
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

  it('fails when the time is over', async () => {
    const path = newPath()
    lock(path)
    const { ended, told, took } = waiting(path, { seconds: 0.5 })
    await expect(ended).rejects.toMatchObject({ code: 'archive-locked' })
    expect(told).toHaveLength(1)
    expect(took()).toBeGreaterThanOrEqual(500)
    expect(took()).toBeLessThan(5000)
  })

  it('ends at once when it is aborted, and the holder keeps the lock', async () => {
    const path = newPath()
    lock(path)
    const stop = new AbortController()
    const { ended, took } = waiting(path, {
      signal: stop.signal,
      onWait: () => setTimeout(() => stop.abort(), 20),
    })
    await expect(ended).rejects.toMatchObject({
      code: 'interrupted',
      message: 'Interrupted while waiting for the archive',
    })
    expect(took()).toBeLessThan(5000)
    expect(() => lockArchive(path, 'the third')).toThrow('locked by another run (the first)')
  })

  it('does not happen when it cannot help', async () => {
    const { ended, told, took } = waiting(join(testFolder(), 'no/folder/archive.db'))
    await expect(ended).rejects.toMatchObject({ code: 'file' })
    expect(told).toEqual([])
    expect(took()).toBeLessThan(5000)
  })
})
