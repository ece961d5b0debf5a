import { hash } from 'node:crypto'
import { chmodSync, copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { verifyArchive } from '../../../src/archive/integrity/verify-archive.ts'
import { openSqlite } from '../../../src/archive/sqlite/sqlite.ts'
import { beginRun } from '../../support/archives.ts'
import { change, damagedArchives } from '../../support/damaged-archives.ts'
import { testFolder } from '../../support/folder.ts'
import { makeSoundArchive } from '../../support/sound-archive.ts'
import { verified } from '../../support/verify.ts'

/**
 * The findings after a change with plain SQL to a sound archive: check, place, message, whether repairable.
 */
function after(sql: string): unknown[] {
  const path = newArchive()
  change(path, `pragma foreign_keys = off; ${sql}`)
  return verified(path).findings.map(({ check, where, what, repairable }) => [
    check,
    [where.table, where.row, where.conversationId].filter((part) => part !== undefined).join(' '),
    what,
    ...(repairable ? ['repairable'] : []),
  ])
}

function newArchive(): string {
  const path = join(testFolder(), 'archive.db')
  makeSoundArchive(path)
  return path
}

const containing = (text: string) => expect.stringContaining(text) as string

describe('Verifying an archive', () => {
  it('finds nothing in a sound archive', () => {
    const { isReadable, findings, checks } = verified(newArchive())
    expect({ isReadable, findings }).toEqual({ isReadable: true, findings: [] })
    expect(checks.map(({ check }) => check)).toEqual([
      ...['pages', 'schema', 'references', 'entries', 'links', 'revisions', 'conversations', 'columns'],
      ...['messages', 'files', 'search', 'secrets', 'books', 'forgotten', 'permissions'],
    ])
  })

  it('reports a file that is not an archive', () => {
    const text = join(testFolder(), 'diary.txt')
    writeFileSync(text, 'Dear diary, '.repeat(100))
    expect(verified(text)).toMatchObject({
      isReadable: false,
      findings: [{ check: 'file', what: containing('not a SQLite file'), repairable: false }],
    })
    const empty = join(testFolder(), 'empty.db')
    writeFileSync(empty, '')
    const hint = containing('fill it with `hansard backup`')
    expect(verified(empty)).toMatchObject({ isReadable: false, findings: [{ check: 'file', hint }] })
    const other = join(testFolder(), 'other.db')
    change(other, 'create table other (x)')
    expect(verified(other).findings).toMatchObject([
      { check: 'file', what: containing('not a hansard archive') },
    ])
    expect(() => verified('/nowhere/archive.db')).toThrow('There is no archive')
  })

  it('finds a changed entry, and names a conversation that contains it', () => {
    expect(after(`update entry set json = replace(json, 'sea', 'see') where id = 1`)).toEqual([
      ['entries', 'entry 1 conv_river', 'its text or its hash has changed since it was stored'],
    ])
  })

  it('finds an entry that is not valid JSON, though its hash is right', () => {
    expect(after(`update entry set json = '{' where id = 7`)).toEqual([
      [
        'entries',
        'entry 7 conv_other',
        'its text or its hash has changed since it was stored, and it is not valid JSON',
      ],
    ])
    const sha256 = hash('sha256', '{')
    expect(after(`update entry set json = '{', sha256 = x'${sha256}' where id = 7`)).toEqual([
      ['entries', 'entry 7 conv_other', 'it is not valid JSON'],
    ])
  })

  it('finds links to missing rows and links in the wrong position', () => {
    expect(after('update link set position = 7 where id = 3')).toContainEqual([
      'links',
      'link 3',
      containing('does not follow the link before it'),
    ])
    expect(after('delete from entry where id = 2')).toContainEqual(['links', 'link 2', 'entry 2 is missing'])
    expect(after('delete from link where id = 2')).toContainEqual([
      'links',
      'link 3',
      'link 2 before it is missing',
    ])
  })

  it('reports where the history of a revision breaks off', () => {
    const breaksOff = (sql: string) =>
      after(sql).find((finding) => (finding as string[])[1] === 'revision 2 conv_fork')
    expect(breaksOff('delete from link where id = 2')).toContain('its history breaks off: link 2 is missing')
    expect(breaksOff('delete from entry where id = 2')).toContain(
      'its history breaks off: the entry of link 2 is missing',
    )
  })

  it('does not follow links in a circle', () => {
    expect(after('update link set previous = 2 where id = 2')).toContainEqual([
      'revisions',
      'revision 1 conv_river',
      containing('does not lead back'),
    ])
    expect(after('update link set previous = 4 where id = 2')).toContainEqual([
      'revisions',
      'revision 1 conv_river',
      containing('does not lead back'),
    ])
  })

  it('finds a revision whose row, envelope or history has changed', () => {
    const changed = 'its row, an envelope or its seal has changed since it was stored'
    for (const sql of [
      `update revision set row = replace(row, '"metadata":null', '"metadata":{}') where id = 2`,
      `update revision set history = replace(history, 'object', 'subject') where id = 2`,
      `update revision set seal = null where id = 2`,
      `update revision set run = 2 where id = 2`,
    ]) {
      expect(after(sql)).toContainEqual(['revisions', 'revision 2 conv_fork', changed])
    }
    expect(after('update revision set tip = 1 where id = 2')).toEqual([
      ['revisions', 'revision 2 conv_fork', 'its history has changed since it was stored'],
    ])
    for (const [row, fault] of [
      [`'{'`, 'it is not valid JSON'],
      ['7', changed],
      [`x'00'`, 'it is not text'],
    ]) {
      expect(after(`update revision set row = ${row} where id = 2`)).toEqual([
        ['revisions', 'revision 2 conv_fork', containing(fault ?? '')],
        ...(fault === 'it is not text' ? [] : [['columns', 'revision 2', containing('name'), 'repairable']]),
      ])
    }
  })

  it('tells a wrong length or hash from a wrong history: the links match the seal', () => {
    const wrong = 'its length or the hash over its history is wrong, but its links match its seal'
    for (const sql of [
      'update revision set length = 9 where id = 2',
      `update revision set chain = x'00' where id = 2`,
      'update revision set chain = 7 where id = 2',
    ]) {
      expect(after(sql)).toEqual([['revisions', 'revision 2 conv_fork', wrong, 'repairable']])
    }
  })

  it('finds a conversation that points to an older revision, has another id, or has no revision', () => {
    expect(after(`update conversation set revision = 1 where id = 'conv_river'`)).toEqual([
      [
        'conversations',
        'conversation 1 conv_river',
        'points to revision 1, but the newest is 5',
        'repairable',
      ],
    ])
    expect(after(`update conversation set id = 'conv_x' where id = 'conv_fork'`)).toEqual([
      ['conversations', 'conversation 2 conv_x', 'its row has another id: "conv_fork"', 'repairable'],
    ])
    expect(after('delete from revision where id = 2')).toContainEqual([
      'conversations',
      'conversation 2 conv_fork',
      'has no revision',
    ])
  })

  it('finds a derived column that does not match its row', () => {
    expect(after(`update revision set name = 'other', model = null where id = 3`)).toEqual([
      ['columns', 'revision 3', 'does not match its row: name, model', 'repairable'],
    ])
  })

  it('finds a secret in plain text', () => {
    const row = `{"id":"conv_fork","tools":[{"authorization":{"value":"sk-1"}}]}`
    expect(after(`update revision set row = '${row}' where id = 2`)).toContainEqual([
      'secrets',
      'revision 2',
      containing('secret'),
      'repairable',
    ])
    const agent = `{"tools":[{"authorization":"sk-1"}]}`
    expect(after(`update dependency set json = '${agent}' where kind = 'agent'`)).toEqual([
      ['secrets', 'dependency ag_1', containing('secret'), 'repairable'],
    ])
  })

  it('finds messages that are incomplete or have no event', () => {
    const missing = ['messages', 'revision 4 conv_other', 'a part of its messages is missing']
    for (const sql of ['messages_tip = 999', 'messages_tip = null', 'messages = null']) {
      expect(after(`update revision set ${sql} where id = 4`)).toContainEqual(missing)
    }
    expect(after('delete from event')).toEqual([
      ['messages', 'revision 4 conv_other', containing('no event says so')],
    ])
    const path = newArchive()
    change(path, 'delete from event')
    expect(verified(path).findings).toMatchObject([{ severity: 'warning' }])
  })

  it('requires an event only if the messages differ from the history', () => {
    const said = (n: number) => `{"type":"message.input","content":"${n}"}`
    const tool = '{"type":"tool.execution","name":"web_search"}'
    const untyped = '{"content":"of no type"}'
    for (const [entries, messages, isTold] of [
      [[said(1), tool, untyped], ['{"content":"1","type":"message.input"}', untyped], false],
      [[tool], [], false],
      [[said(1), said(2)], [said(1)], true],
      [[said(1)], [said(1), said(2)], true],
      [[said(1), said(2)], [said(1), said(3)], true],
      [[said(1), tool], [said(1), tool], true],
      [[], [said(1)], true],
    ] as const) {
      const path = join(testFolder(), 'archive.db')
      storeOne(path, entries, messages)
      const found = verified(path).findings.map(({ check, what }) => [check, what])
      expect(found).toEqual(isTold ? [['messages', containing('no event says so')]] : [])
    }
  })

  it('does not compare messages when one of them, or an entry, is lost or has decayed', () => {
    const said = (n: number) => `{"type":"message.input","content":"${n}"}`
    for (const [sql, check] of [
      [`update entry set json = '{' where id = 2`, 'entries'],
      [`update entry set json = '{' where id = 3`, 'entries'],
      ['delete from entry where id = 2', 'links'],
      ['delete from entry where id = 3', 'links'],
    ] as const) {
      const path = join(testFolder(), 'archive.db')
      storeOne(path, [said(1), said(2)], [`{"content":"1","type":"message.input"}`, said(2)])
      change(path, `pragma foreign_keys = off; ${sql}`)
      const checks = verified(path).findings.map((each) => each.check)
      expect(checks).toContain(check)
      expect(checks).not.toContain('messages')
    }
  })

  it('finds a file that does not match its hash, or is marked as stored but missing', () => {
    expect(after(`update blob set bytes = x'00'`)).toEqual([
      ['files', 'blob 1', 'its bytes or its hash have changed since it was stored'],
    ])
    for (const state of ['wanted', 'expired', 'skipped', 'failed']) {
      expect(
        after(`insert into dependency (kind, id, state, at) values ('file', 'file_2', '${state}', '2026')`),
      ).toEqual([])
    }
    expect(after('delete from blob')).toEqual([['references', 'dependency', 'refers to a missing blob']])
    expect(after(`update dependency set sha256 = null where kind = 'file'`)).toEqual([
      ['files', 'dependency file_1', 'this file is marked as stored, but is missing'],
    ])
    expect(after(`update dependency set json = '{' where kind = 'agent'`)).toContainEqual([
      'files',
      'dependency ag_1',
      containing('not valid JSON'),
    ])
  })

  it('finds counts that do not add up or do not match the stored revisions', () => {
    expect(after('update run set listed = 5 where id = 1')).toEqual([
      ['books', 'run 1', 'listed 5 conversations, but its counts add up to 4'],
    ])
    expect(after('update run set listed = 5, new = 5 where id = 1')).toEqual([
      ['books', 'run 1', 'stored 5 revisions, but 4 exist'],
    ])
  })

  it('does not check the counts of a run that is not complete or was interrupted', () => {
    expect(after('update run set listed = 9, complete = 0 where id = 1')).toEqual([])
    expect(after(`update run set listed = 9, new = 0, outcome = 'interrupted', complete = 0`)).toEqual([])
  })

  it('finds rows that refer to missing rows', () => {
    expect(after('update event set run = 99')).toContainEqual([
      'references',
      'event 1',
      'refers to a missing run',
    ])
  })

  it('finds a missing or changed view or index, and ignores additional ones', () => {
    expect(after('drop view entries')).toEqual([['schema', 'entries', 'the view is missing', 'repairable']])
    expect(after('drop index entry_sha256; create index entry_sha256 on entry (id)')).toEqual([
      ['schema', 'entry_sha256', 'the index differs from what hansard creates', 'repairable'],
    ])
    expect(after('alter table run add column mine text')).toEqual([
      ['schema', 'run', 'the table differs from what hansard creates'],
    ])
    const db = openSqlite(newArchive(), 'read')
    const view = db.pluck.get(`select sql from sqlite_schema where name = 'entries'`) as string
    db.close()
    expect(after(`drop view entries; ${view.replaceAll(' ', '\n  ')}`)).toEqual([])
    expect(after('create view mine as select 1; create index mine2 on entry (length(json))')).toEqual([])
  })

  it.each([
    ['without one of its entries', 'delete from search_docsize where id = 3'],
    ['without one of its words', `insert into search (search, rowid, words) values ('delete', 1, 'river')`],
    ['with an additional entry', `insert into search (rowid, words) values (2, 'delta')`],
    ['without one of its conversations', 'delete from holding where document = 1 and conversation = 1'],
    ['with a conversation that no longer contains the entry', 'insert into holding values (-1, 2)'],
    ['with damaged pages', `update search_data set block = x'00' where id > 10`],
    ['without its own metadata', 'delete from search_data where id = 10'],
    ['that is missing', 'drop table search'],
  ])('finds a search index %s', (_, sql) => {
    expect(after(sql)).toContainEqual([
      expect.stringMatching(/search|schema/),
      'search',
      expect.any(String),
      'repairable',
    ])
  })

  it('accepts a search index that is empty or filled in part', () => {
    expect(after(`insert into search (search) values ('delete-all'); delete from holding`)).toEqual([])
  })

  it('finds an archive that other users may read', () => {
    const path = newArchive()
    chmodSync(path, 0o644)
    expect(verified(path).findings).toMatchObject([
      { check: 'permissions', severity: 'warning', repairable: true, what: containing('644, not 600') },
    ])
  })

  it('finds a log that other users may read', () => {
    for (const log of ['-wal', '-shm']) {
      const path = newArchive()
      const archive = openArchive(path, { mode: 'write' })
      archive.events.add({ kind: 'gone', detail: 'so that there is a log' }, 1, '2026')
      chmodSync(path + log, 0o640)
      expect(verified(path).findings).toMatchObject([
        { check: 'permissions', what: containing(`${path + log} are 640`) },
      ])
      archive.close()
    }
  })

  it('counts the findings of each check', () => {
    const path = newArchive()
    change(path, `update entry set json = '{}' where id in (1, 2, 3)`)
    const counts = verified(path).checks.map(({ check, findings }) => [check, findings])
    expect(counts.filter(([, findings]) => findings !== 0)).toEqual([['entries', 3]])
  })

  it.each(['older', 'newer'])('refuses an archive of an %s format without changing it', (kind) => {
    const path = join(testFolder(), 'archive.db')
    damagedArchives[kind]?.(path)
    const before = readFileSync(path)
    const { isReadable, findings, checks } = verified(path)
    expect([isReadable, checks]).toEqual([false, []])
    expect(findings).toMatchObject([
      { check: 'format', severity: 'error', what: containing('was written by'), where: {} },
    ])
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('accepts a database without tables, which a killed first backup may leave', () => {
    const path = join(testFolder(), 'archive.db')
    change(path, 'pragma journal_mode = wal')
    chmodSync(path, 0o600)
    expect(verified(path)).toMatchObject({ isReadable: true, findings: [], checks: [{ check: 'pages' }] })
    const archive = openArchive(path)
    expect([archive.path, archive.counts().conversations]).toEqual([path, 0])
    archive.close()
    openArchive(path, { mode: 'create' }).close()
    expect(verified(path).checks).toHaveLength(15)
  })

  it('advises to repair what can be repaired, and to restore a copy of the rest', () => {
    const path = newArchive()
    change(path, `drop view entries; update entry set json = '{}' where id = 1`)
    expect(verified(path).findings).toMatchObject([
      { check: 'schema', severity: 'warning', hint: 'Run `hansard verify --repair`.' },
      { check: 'entries', severity: 'error', hint: containing('or run `hansard backup --full`') },
    ])
    change(path, `update entry set json = '{}'; update blob set bytes = x'00'`)
    const ofFile = verified(path).findings.find(({ check }) => check === 'files')
    expect(ofFile?.hint).toBe('Restore a copy of the file: stored agents and files are not fetched again.')
  })

  it('reads one consistent state while a run writes to the archive', () => {
    const path = newArchive()
    const archive = openArchive(path, { mode: 'write' })
    const steps = verifyArchive(path)
    expect(steps.next().value).toMatchObject({ done: { check: 'pages' } })
    change(path, `update conversation set revision = 1 where id = 'conv_river'`)
    expect([...steps].filter((step) => 'finding' in step)).toEqual([])
    archive.close()
    expect(verified(path).findings).toHaveLength(1)
  })

  it('changes neither the file nor its log, not even those of a killed run', () => {
    const path = newArchive()
    const archive = openArchive(path, { mode: 'write' })
    archive.events.add({ kind: 'gone', detail: 'in the log only' }, 1, '2026')
    const copy = join(testFolder(), 'copy.db')
    for (const file of ['', '-wal']) {
      copyFileSync(path + file, copy + file)
      chmodSync(copy + file, 0o600)
    }
    archive.close()
    const bytes = () => ['', '-wal'].map((file) => hash('sha256', readFileSync(copy + file)))
    const before = bytes()
    expect(verified(copy).findings).toEqual([])
    expect(bytes()).toEqual(before)
  })

  it('refuses a folder or an exclusively locked archive without calling it damaged', () => {
    expect(() => verified(testFolder())).toThrow('it is a folder')
    const path = newArchive()
    const db = openSqlite(path, 'write')
    db.exec('begin exclusive')
    try {
      expect(() => verified(path)).toThrow('another process is writing to it')
    } finally {
      db.close()
    }
  })

  it('reports a truncated file of any page size, unless a log may contain the rest', () => {
    const path = newArchive()
    change(path, 'pragma page_size = 65536; vacuum')
    truncateSync(path, 65536 * 3)
    expect(verified(path).findings).toMatchObject([{ check: 'size', what: containing('is truncated') }])
    writeFileSync(`${path}-wal`, 'no log')
    expect(verified(path).findings).toMatchObject([{ check: 'file', what: containing('malformed') }])
  })
})

/** Creates an archive of one conversation with these entries, and with messages beside them. */
function storeOne(path: string, entries: readonly string[], messages: readonly string[]): void {
  const archive = openArchive(path, { mode: 'create' })
  const run = beginRun(archive, '2026')
  const row = '{"id":"conv_1","metadata":null}'
  const envelope = '{"conversation_id":"conv_1"}'
  archive.conversations.store(
    {
      id: 'conv_1',
      row,
      history: { envelope, entries },
      messages: { envelope, entries: messages },
      fetchedAt: '2026',
    },
    run,
    '2026',
  )
  archive.close()
}
