import { chmodSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { permissions } from '../../../src/archive/integrity/checks/permissions-check.ts'
import { repairArchive } from '../../../src/archive/integrity/repair-archive.ts'
import { lockArchive } from '../../../src/archive/sqlite/archive-lock.ts'
import { openSqlite } from '../../../src/archive/sqlite/sqlite.ts'
import { change, damagedArchives } from '../../support/damaged-archives.ts'
import { testFolder } from '../../support/folder.ts'
import { makeSoundArchive } from '../../support/sound-archive.ts'
import { verified } from '../../support/verify.ts'

function archiveAfter(sql: string): string {
  const path = join(testFolder(), 'archive.db')
  makeSoundArchive(path)
  change(path, `pragma foreign_keys = off; ${sql}`)
  return path
}

const repairable = [
  ['the length of a history', 'update revision set length = 9'],
  ['the hash over a history', `update revision set chain = x'00' where id = 2`],
  ['a conversation that points to an older revision', 'update conversation set revision = 1 where key = 1'],
  ['a conversation under another id', `update conversation set id = 'x' where key = 2`],
  ['derived columns', `update revision set name = 'x', created_at = null`],
  ['missing views', 'drop view entries; drop view conversations'],
  ['a missing index', 'drop index revision_conversation'],
  [
    'a search index without its words',
    `insert into search (search, rowid, words) values ('delete', 1, 'river')`,
  ],
  ['a search index whose pages are damaged', `update search_data set block = x'00' where id > 10`],
  ['a search index without its own metadata', 'delete from search_data where id = 10'],
  [
    'a search index with wrong conversations',
    'delete from holding where document = 1; insert into holding values (-1, 2)',
  ],
  ['a missing search index', 'drop table search; drop table holding'],
  ['a search index without one of its tables', 'drop table holding'],
  ['an index of another kind', 'drop index entry_sha256; create index entry_sha256 on entry (id)'],
] as const

describe('Repairing an archive', () => {
  it.each(repairable)('repairs %s, after which the archive is sound', (_, sql) => {
    const path = archiveAfter(sql)
    expect(verified(path).findings).not.toEqual([])
    expect(repairArchive(path, 'a test')).not.toEqual([])
    expect(verified(path).findings).toEqual([])
  })

  it('rebuilds an index with a damaged page', () => {
    const path = join(testFolder(), 'archive.db')
    damagedArchives['flipped-page']?.(path)
    expect(verified(path).findings).toMatchObject([{}, { check: 'pages', repairable: true }, {}])
    repairArchive(path, 'a test')
    expect(verified(path).findings).toEqual([])
  })

  it('does not rebuild an index while its table may be damaged', () => {
    const path = join(testFolder(), 'archive.db')
    damagedArchives['flipped-page']?.(path)
    change(path, `drop view entries; update entry set json = 'x' where id = 1`)
    expect(repairArchive(path, 'a test')).toMatchObject([{ check: 'schema', what: 'the view is missing' }])
    expect(JSON.stringify(verified(path).findings)).toContain('missing from index')
  })

  it.each([
    ['an entry has changed', `update entry set json = 'x' where id = 1`],
    ['a link is lost', 'delete from link where id = 2'],
    ['a revision does not match its seal', 'update revision set seal = null where id = 2'],
    ['a conversation has lost its revision', 'delete from revision where id = 3'],
    ['a file has changed', `update blob set bytes = x'00'`],
  ])('does not rebuild damaged or changed indexes while %s', (_, sql) => {
    const path = join(testFolder(), 'archive.db')
    damagedArchives['flipped-page']?.(path)
    change(path, `pragma foreign_keys = off; drop index failure_open; ${sql}`)
    change(path, 'create index failure_open on failure (id)')
    expect(repairArchive(path, 'a test')).toEqual([])
    const left = JSON.stringify(verified(path).findings)
    expect(left).toContain('missing from index')
    expect(left).toContain('the index differs from what hansard creates')
  })

  it('leaves a single, unlocked file', () => {
    const path = archiveAfter('')
    openArchive(path, { mode: 'write' }).close()
    change(path, 'drop view entries')
    expect(repairArchive(path, 'a test')).toEqual([{ check: 'schema', what: 'the view is missing' }])
    expect(readdirSync(dirname(path)).sort()).toEqual(['archive.db', 'archive.db.lock'])
    lockArchive(path, 'another test').release()
  })

  it('does not change archives of older or newer formats', () => {
    const older = join(testFolder(), 'older.db')
    damagedArchives.older?.(older)
    for (const path of [older, archiveAfter('drop view entries; pragma user_version = 999')]) {
      const before = readFileSync(path)
      expect(repairArchive(path, 'a test')).toEqual([])
      expect(readFileSync(path).equals(before)).toBe(true)
    }
  })

  it('removes permissions of other users', () => {
    const path = archiveAfter('')
    chmodSync(path, 0o644)
    expect(repairArchive(path, 'a test')).toMatchObject([{ check: 'permissions' }])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('keeps a read-only file read-only for its owner', () => {
    const path = archiveAfter('')
    chmodSync(path, 0o444)
    const db = openSqlite(path, 'read')
    const [problem] = permissions.find({ path, db })
    expect(problem?.what).toContain('are 444, not 400')
    problem?.repair?.(db)
    db.close()
    expect(statSync(path).mode & 0o777).toBe(0o400)
  })

  it('changes nothing in a sound archive, in what cannot be derived, or in another file', () => {
    expect(repairArchive(archiveAfter(''), 'a test')).toEqual([])
    expect(repairArchive(archiveAfter(`update entry set json = '{}' where id = 1`), 'a test')).toEqual([])
    const newer = archiveAfter('pragma user_version = 999')
    const before = readFileSync(newer)
    expect(repairArchive(newer, 'a test')).toEqual([])
    expect(readFileSync(newer).equals(before)).toBe(true)
  })

  it('fails at once when another run holds the archive', () => {
    const path = archiveAfter('drop view entries')
    const lock = lockArchive(path, 'another run')
    expect(() => repairArchive(path, 'a test')).toThrow('locked by another run')
    lock.release()
  })
})
