import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { explainSqlite, openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { HansardError } from '../../src/errors.ts'
import { testFolder } from '../support/folder.ts'

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const failure = (code: string, message = 'as the system says it') =>
  Object.assign(new Error(message), { code })

describe('A database file', () => {
  it('is readable only by its owner when it is created or was empty', () => {
    const [fresh, empty] = ['fresh.db', 'empty.db'].map((name) => join(testFolder(), name)) as [
      string,
      string,
    ]
    writeFileSync(empty, '', { mode: 0o666 })
    for (const path of [fresh, empty]) {
      openSqlite(path, 'create').close()
      expect(mode(path)).toBe('600')
    }
  })

  it('keeps its permissions when it has content', () => {
    const path = join(testFolder(), 'shared.db')
    const db = openSqlite(path, 'create')
    db.exec('create table a (b)')
    db.close()
    chmodSync(path, 0o644)
    openSqlite(path, 'create').close()
    expect(mode(path)).toBe('644')
  })

  it('cannot be opened in a missing folder, in place of a folder, or below a file', () => {
    const folder = testFolder()
    writeFileSync(join(folder, 'file'), 'a file')
    mkdirSync(join(folder, 'folder'))
    for (const [path, open, words] of [
      ['none/a.db', 'create', 'cannot create it'],
      ['file/a.db', 'create', 'a part of the path is not a folder'],
      ['folder', 'create', 'it is a folder'],
      ['folder', 'read', 'it is a folder'],
      ['none.db', 'write', 'cannot open it'],
    ] as const) {
      expect(() => openSqlite(join(folder, path), open)).toThrow(
        expect.objectContaining({ code: 'file', message: expect.stringContaining(words) as string }) as Error,
      )
    }
    expect(mode(join(folder, 'folder'))).not.toBe('600')
  })

  it('cannot be changed when it was opened for reading', () => {
    const path = join(testFolder(), 'a.db')
    openSqlite(path, 'create').close()
    const db = openSqlite(path, 'read')
    expect(() => db.exec('create table a (b)')).toThrow('readonly')
    db.close()
  })
})

describe('An error of SQLite or the file system', () => {
  it('is explained, with the original message and what to do', () => {
    for (const [code, kind, words] of [
      ['SQLITE_NOTADB', 'not-an-archive', 'not a hansard archive'],
      ['SQLITE_CORRUPT_VTAB', 'archive-damaged', 'the archive is damaged'],
      ['SQLITE_BUSY_SNAPSHOT', 'archive-locked', 'another process is writing to it'],
      ['SQLITE_FULL', 'file', 'the disk is full'],
      ['SQLITE_READONLY_DBMOVED', 'file', 'it is read-only'],
      ['SQLITE_IOERR_WRITE', 'file', 'cannot write any more'],
      ['SQLITE_IOERR_READ', 'file', 'the disk failed'],
      ['EACCES', 'file', 'permission denied'],
      ['EPERM', 'file', 'permission denied'],
      ['EROFS', 'file', 'the disk is read-only'],
      ['ENOSPC', 'file', 'the disk is full'],
    ] as const) {
      const thrown = failure(code)
      const explained = explainSqlite(thrown, '/a.db')
      expect(explained).toBeInstanceOf(HansardError)
      expect(explained).toMatchObject({
        code: kind,
        cause: thrown,
        hint: expect.stringMatching(/\.$/) as string,
      })
      expect((explained as Error).message).toMatch(`/a.db: ${words}`)
      expect((explained as Error).message).toContain('(as the system says it)')
    }
  })

  it('is returned unchanged when there is no explanation for it', () => {
    const ours = new HansardError('file', 'said already')
    for (const thrown of [
      new Error('no code'),
      failure('SQLITE_CONSTRAINT'),
      failure('E'),
      ours,
      'text',
      { code: 'EACCES' },
    ]) {
      expect(explainSqlite(thrown, '/a.db')).toBe(thrown)
    }
  })
})

describe('Queries', () => {
  function openNumbers() {
    const db = openSqlite(':memory:', 'write')
    onTestFinished(() => void db.close())
    db.exec('create table number (n, square); insert into number values (1, 1), (2, 4), (3, 9)')
    return db
  }

  const all = 'select n, square from number order by n'

  it('return rows as objects, as arrays, or as the first column, for the same SQL', () => {
    const db = openNumbers()
    for (let round = 0; round < 2; round++) {
      expect(db.get(all)).toEqual({ n: 1, square: 1 })
      expect(db.raw.get(all)).toEqual([1, 1])
      expect(db.pluck.all(all)).toEqual([1, 2, 3])
    }
  })

  it('can be nested: the same SQL may run again while an iterator over it is open', () => {
    const db = openNumbers()
    const pairs: unknown[] = []
    for (const n of db.pluck.iterate(all)) {
      for (const m of db.pluck.iterate(all)) pairs.push([n, m])
      expect(db.pluck.get(all)).toBe(1)
    }
    expect(pairs).toHaveLength(9)
    expect(db.pluck.all(all)).toEqual([1, 2, 3])
  })

  it('see a table that was created again', () => {
    const db = openNumbers()
    expect(db.pluck.all(all)).toEqual([1, 2, 3])
    db.exec('drop table number; create table number (n, square); insert into number values (7, 49)')
    expect(db.pluck.all(all)).toEqual([7])
  })
})
