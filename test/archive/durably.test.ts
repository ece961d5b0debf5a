import { join } from 'node:path'
import { expect, it } from 'vitest'

import { Archive, openArchive } from '../../src/archive/archive.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { testFolder } from '../support/folder.ts'

it('durably waits for the disk, and other transactions do not', () => {
  const path = join(testFolder(), 'archive.db')
  openArchive(path, { mode: 'create' }).close()
  const db = openSqlite(path, 'write')
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = normal')
  const archive = new Archive(db, path)
  const synchronous = () => db.pragma('synchronous', { simple: true })
  expect(archive.durably(synchronous)).toBe(2) // full
  expect(synchronous()).toBe(1) // normal
  expect(() =>
    archive.durably(() => {
      archive.replayTargets.add('http://a', 'now')
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(synchronous()).toBe(1)
  expect(archive.replayTargets.all()).toEqual([])
  archive.close()
})
