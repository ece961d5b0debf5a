import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { repairArchive } from '../../../src/archive/integrity/repair-archive.ts'
import { change, flipByte } from '../../support/damaged-archives.ts'
import { destroyPage } from '../../support/damaged-pages.ts'
import { testFolder } from '../../support/folder.ts'
import { makeSoundArchive } from '../../support/sound-archive.ts'
import { verified } from '../../support/verify.ts'

function newArchive(sql = ''): string {
  const path = join(testFolder(), 'archive.db')
  makeSoundArchive(path)
  change(path, `pragma foreign_keys = off; ${sql}`)
  return path
}

/** The findings of a check, as [row, message]. */
function found(path: string, check: string): [row: unknown, what: string][] {
  const { findings } = verified(path)
  return findings.filter((each) => each.check === check).map(({ where, what }) => [where.row, what])
}

const malformed = 'cannot read it: database disk image is malformed'

describe('A damaged page', () => {
  it('affects only the entries on it: each is named, and the check continues after them', () => {
    const changed = 'its text or its hash has changed since it was stored'
    for (const [which, rows, others] of [
      [0, [1, 2, 3, 4, 5], [8, 9]],
      [1, [6, 7, 8], [1, 9]],
    ] as const) {
      const path = newArchive(`update entry set json = '{}' where id in (${others.join()})`)
      expect(destroyPage(path, 'entry', which)).toBeGreaterThan(2)
      const expected = [...rows.map((row) => [row, malformed]), ...others.map((row) => [row, changed])]
      expect(new Map(found(path, 'entries'))).toEqual(new Map(expected as [number, string][]))
      expect(found(path, 'revisions')).toContainEqual([
        5,
        'its history breaks off: database disk image is malformed',
      ])
    }
  })

  it('affects only the revisions on it', () => {
    const path = newArchive('update revision set seal = null where id in (1, 5)')
    expect(destroyPage(path, 'revision', 1)).toBe(3)
    const changed = 'its row, an envelope or its seal has changed since it was stored'
    expect(found(path, 'revisions').sort()).toEqual([
      [1, changed],
      [3, malformed],
      [4, malformed],
      [5, changed],
    ])
    expect(found(path, 'columns')).toEqual([])
  })

  it('affects only the files on it, and each is named', () => {
    const path = newArchive()
    destroyPage(path, 'blob')
    expect(found(path, 'files')).toEqual([[1, malformed]])
  })

  it('stops no other check: one that cannot finish says so', () => {
    const path = newArchive()
    destroyPage(path, 'link')
    const { isReadable, checks, findings } = verified(path)
    expect([isReadable, checks.length]).toEqual([true, 15])
    expect(findings).toContainEqual({
      check: 'links',
      severity: 'error',
      what: 'cannot finish this check: database disk image is malformed',
      where: {},
      repairable: false,
      hint: expect.stringContaining('Restore a copy') as string,
    })
  })

  it('is repairable only in an index, which is named', () => {
    const path = newArchive()
    destroyPage(path, 'event')
    const pages = verified(path).findings.filter(({ check }) => check === 'pages')
    expect(pages.map(({ repairable, where }) => [repairable, where])).toEqual([
      [false, {}],
      [true, { table: 'event_run' }],
      [false, {}],
    ])
    destroyPage(path, 'revision_conversation')
    expect(verified(path).findings).toContainEqual(
      expect.objectContaining({
        what: 'wrong # of entries in index revision_conversation',
        where: { table: 'revision_conversation' },
        repairable: true,
        hint: 'Run `hansard verify --repair`.',
      }),
    )
  })

  it('of an index that cannot be rebuilt does not undo other repairs', () => {
    const path = newArchive('drop view entries; update revision set length = 9 where id = 2')
    destroyPage(path, 'sqlite_autoindex_link_1')
    const repairs = repairArchive(path, 'a test')
    expect(repairs.map(({ check }) => check)).toEqual(['schema', 'revisions'])
    const left = verified(path).findings
    expect(new Set(left.map(({ check }) => check))).toEqual(new Set(['pages']))
  })

  it('is not repaired while its index may name lost rows', () => {
    for (const table of ['entry', 'revision', 'link', 'conversation', 'blob']) {
      const path = newArchive()
      destroyPage(path, table)
      const before = readFileSync(path)
      expect(repairArchive(path, 'a test')).toEqual([])
      expect(readFileSync(path).equals(before)).toBe(true)
    }
  })
})

describe('A value whose type has decayed', () => {
  it('is reported: an entry that is no longer text', () => {
    const path = newArchive()
    const bytes = readFileSync(path)
    const text = bytes.lastIndexOf('{"object":"entry","type":"message.input","id":"msg_2"')
    flipByte(path, text - 32 - 1) // the byte before the hash is the type of the text: now it is bytes
    expect(found(path, 'entries')).toEqual([
      [3, 'its text or its hash has changed since it was stored, and it is not text'],
    ])
  })
})
