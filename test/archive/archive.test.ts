import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { Archive, emptyArchive, openArchive } from '../../src/archive/archive.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { change } from '../support/damaged-archives.ts'
import { testFolder } from '../support/folder.ts'
import { makeSoundArchive } from '../support/sound-archive.ts'

const newPath = () => join(testFolder(), 'archive.db')
const refusal = (code: string, message: string, hint: string) =>
  expect.objectContaining({
    code,
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining(hint) as string,
  }) as Error
const text = (n: number) => `{"n":${n}}`

function newArchive(path = newPath()) {
  const archive = openArchive(path, { mode: 'create' })
  onTestFinished(() => archive.close())
  return { archive, path }
}

describe('Opening an archive', () => {
  it('creates a file only in the mode create', () => {
    for (const options of [undefined, { mode: 'read' }, { mode: 'write' }] as const) {
      const path = newPath()
      expect(() => openArchive(path, options)).toThrow(
        refusal('not-an-archive', `There is no archive at ${path}`, 'hansard backup'),
      )
      expect(existsSync(path)).toBe(false)
    }
    newArchive()
  })

  it('refuses an empty file, except in the mode create', () => {
    const path = newPath()
    writeFileSync(path, '', { mode: 0o644 })
    expect(() => openArchive(path)).toThrow(
      refusal('not-an-archive', `${path} is empty`, 'Fill it with `hansard backup`'),
    )
    newArchive(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('never changes the file in the mode read', () => {
    const path = newPath()
    makeSoundArchive(path)
    const before = readFileSync(path)
    const archive = openArchive(path)
    expect(() => archive.transaction(() => archive.histories.store([text(1)]))).toThrow('it is read-only')
    archive.close()
    expect(readFileSync(path).equals(before)).toBe(true)
    const writable = openArchive(path, { mode: 'write' })
    expect(writable.transaction(() => writable.histories.store([text(1)])).length).toBe(1)
    writable.close()
  })

  it('changes neither another database nor an archive of a newer format', () => {
    for (const sql of ['create table mine (x)', 'pragma user_version = 999']) {
      const path = newPath()
      if (sql.startsWith('pragma')) makeSoundArchive(path)
      change(path, sql)
      const before = readFileSync(path)
      for (const mode of ['read', 'write', 'create'] as const) {
        expect(() => openArchive(path, { mode })).toThrow(/not a hansard archive|newer hansard/)
        expect(readFileSync(path).equals(before)).toBe(true)
        expect(readdirSync(join(path, '..'))).toEqual(['archive.db'])
      }
    }
  })

  it('keeps the permissions of an existing archive', () => {
    const path = newPath()
    makeSoundArchive(path)
    chmodSync(path, 0o640)
    openArchive(path, { mode: 'create' }).close()
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  it('refuses rows that refer to missing rows', () => {
    const { archive } = newArchive()
    expect(() => archive.events.add({ kind: 'gone', detail: '' }, 99, '2026')).toThrow('FOREIGN KEY')
  })

  it('creates no file for an archive in memory', () => {
    const archive = emptyArchive()
    expect(archive.counts()).toEqual({ conversations: 0, gone: 0, entries: 0, revisions: 0 })
    archive.close()
    expect(existsSync(':memory:')).toBe(false)
  })
})

describe('Closing an archive', () => {
  it('commits pending work and leaves a single file', () => {
    const path = newPath()
    const archive = openArchive(path, { mode: 'create' })
    archive.soon(() => archive.histories.store([text(1)]))
    archive.close()
    expect(readdirSync(join(path, '..'))).toEqual(['archive.db'])
    const db = openSqlite(path, 'read')
    expect(db.pluck.all('select json from entry')).toEqual([text(1)])
    db.close()
  })
})

describe('A checkpoint', () => {
  it('writes the log into the file, or reports that a reader prevented it', () => {
    const { path } = newArchive()
    const db = openSqlite(path, 'write')
    db.pragma('busy_timeout = 0')
    const archive = new Archive(db, path)
    onTestFinished(() => archive.close())
    expect(archive.isInOneFile).toBe(true)
    const reader = new Database(path, { readonly: true })
    reader.exec('begin')
    reader.prepare('select count(*) from entry').get()
    archive.soon(() => archive.histories.store([text(1)]))
    archive.checkpoint()
    expect(archive.isInOneFile).toBe(false)
    reader.close()
    archive.checkpoint()
    expect(archive.isInOneFile).toBe(true)
    expect(readFileSync(path).includes(text(1))).toBe(true)
  })
})

describe('A transaction', () => {
  it('is rolled back when its work fails', () => {
    const { archive } = newArchive()
    expect(() =>
      archive.transaction(() => {
        archive.histories.store([text(1)])
        throw new Error('changed its mind')
      }),
    ).toThrow('changed its mind')
    expect(archive.counts().entries).toBe(0)
  })
})

describe('Account keys', () => {
  const hashed = (key: string) => (salt: Uint8Array) => createHash('sha256').update(salt).update(key).digest()

  it('are recognized, and stored once, each with its own salt', () => {
    const { archive, path } = newArchive()
    expect(archive.accountKeys.knows(hashed('a'))).toBe(false)
    for (const key of ['a', 'b', 'a', 'a']) archive.accountKeys.remember(hashed(key), '2026')
    expect(['a', 'b', 'c'].map((key) => archive.accountKeys.knows(hashed(key)))).toEqual([true, true, false])
    const db = openSqlite(path, 'read')
    const rows = db.all('select hash, salt from account_key') as { hash: Buffer; salt: Buffer }[]
    db.close()
    expect(rows).toHaveLength(2)
    expect(new Set(rows.map(({ salt }) => salt.toString('hex'))).size).toBe(2)
    expect(rows.every(({ salt }) => salt.length === 16)).toBe(true)
  })
})
