import { hash } from 'node:crypto'
import { chmodSync, copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { verifyArchive } from '../../../src/archive/integrity/verify-archive.ts'
import { openSqlite } from '../../../src/archive/sqlite/sqlite.ts'
import { change, damagedArchives } from '../../support/damaged-archives.ts'
import { testFolder } from '../../support/folder.ts'
import { makeSoundArchive } from '../../support/sound-archive.ts'
import { verified } from '../../support/verify.ts'

/**
 * What is found in a sound archive after a change behind hansard's back: check, place, words, whether repairable.
 */
function after(sql: string): unknown[] {
  const path = newArchive()
  change(path, `pragma foreign_keys = off; ${sql}`)
  return verified(path).findings.map(({ check, where, what, repairable }) => [
    check,
    [where.table, where.row, where.conversation].filter((part) => part !== undefined).join(' '),
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
  it('finds nothing in a sound one', () => {
    const { isReadable, findings, checks } = verified(newArchive())
    expect({ isReadable, findings }).toEqual({ isReadable: true, findings: [] })
    expect(checks.map(({ check }) => check)).toEqual([
      ...['pages', 'schema', 'references', 'entries', 'links', 'revisions', 'conversations', 'columns'],
      ...['messages', 'files', 'search', 'secrets', 'books', 'permissions'],
    ])
  })

  it('says that a file is no archive, instead of failing', () => {
    const text = join(testFolder(), 'diary.txt')
    writeFileSync(text, 'Dear diary, '.repeat(100))
    expect(verified(text)).toMatchObject({
      isReadable: false,
      findings: [{ check: 'file', what: containing('no SQLite file'), repairable: false }],
    })
    const empty = join(testFolder(), 'empty.db')
    writeFileSync(empty, '')
    expect(verified(empty)).toMatchObject({ isReadable: false, findings: [{ check: 'file' }] })
    const other = join(testFolder(), 'other.db')
    change(other, 'create table other (x)')
    expect(verified(other).findings).toMatchObject([
      { check: 'file', what: containing('not a hansard archive') },
    ])
    expect(() => verified('/nowhere/archive.db')).toThrow('There is no archive')
  })

  it('finds a changed entry, and names a conversation that holds it', () => {
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

  it('finds links that lead nowhere or stand in the wrong place', () => {
    expect(after('update link set position = 7 where id = 3')).toContainEqual([
      'links',
      'link 3',
      containing('one after the link before it'),
    ])
    expect(after('delete from entry where id = 2')).toContainEqual([
      'links',
      'link 2',
      'entry 2 is not there',
    ])
    expect(after('delete from link where id = 2')).toContainEqual([
      'links',
      'link 3',
      'the link before it, 2, is not there',
    ])
  })

  it('says where the history of a revision breaks off', () => {
    const breaksOff = (sql: string) =>
      after(sql).find((finding) => (finding as string[])[1] === 'revision 2 conv_fork')
    expect(breaksOff('delete from link where id = 2')).toContain(
      'its history breaks off: link 2 is not there',
    )
    expect(breaksOff('delete from entry where id = 2')).toContain(
      'its history breaks off: the entry of link 2 is not there',
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

  it('finds a revision whose row, envelope or history is not the one that was stored', () => {
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
      ['revisions', 'revision 2 conv_fork', 'its history is not the one that it was stored with'],
    ])
    for (const [row, fault] of [
      [`'{'`, 'it is not valid JSON'],
      ['7', changed],
      [`x'00'`, 'it is no text'],
    ]) {
      expect(after(`update revision set row = ${row} where id = 2`)).toEqual([
        ['revisions', 'revision 2 conv_fork', containing(fault ?? '')],
        ...(fault === 'it is no text' ? [] : [['columns', 'revision 2', containing('name'), 'repairable']]),
      ])
    }
  })

  it('knows a wrong length or chain from a wrong history: the links and the seal agree', () => {
    const wrong = 'its length or the hash over its history is wrong; its links and its seal agree'
    for (const sql of [
      'update revision set length = 9 where id = 2',
      `update revision set chain = x'00' where id = 2`,
      'update revision set chain = 7 where id = 2',
    ]) {
      expect(after(sql)).toEqual([['revisions', 'revision 2 conv_fork', wrong, 'repairable']])
    }
  })

  it('finds a conversation that points to an older revision, has another id, or none of its revisions', () => {
    expect(after(`update conversation set revision = 1 where id = 'conv_river'`)).toEqual([
      [
        'conversations',
        'conversation 1 conv_river',
        'it points to revision 1, and its newest is 5',
        'repairable',
      ],
    ])
    expect(after(`update conversation set id = 'conv_x' where id = 'conv_fork'`)).toEqual([
      ['conversations', 'conversation 2 conv_x', 'its row says that its id is "conv_fork"', 'repairable'],
    ])
    expect(after('delete from revision where id = 2')).toContainEqual([
      'conversations',
      'conversation 2 conv_fork',
      'it has no revision',
    ])
  })

  it('finds a derived column that does not say what its row says', () => {
    expect(after(`update revision set name = 'other', model = null where id = 3`)).toEqual([
      ['columns', 'revision 3', 'name, model: not what its row says', 'repairable'],
    ])
  })

  it('finds a secret in the clear', () => {
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

  it('finds messages of which a part is missing, or of which no event tells', () => {
    const missing = ['messages', 'revision 4 conv_other', 'of its messages, a part is missing']
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

  it('wants an event only of messages that tell something else than the history', () => {
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

  it('does not say that messages differ where one of them, or an entry, is lost or has decayed', () => {
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

  it('finds a file whose bytes are not those of its hash, or that is said to be stored and is not', () => {
    expect(after(`update blob set bytes = x'00'`)).toEqual([
      ['files', 'blob 1', 'its bytes or their hash have changed since they were stored'],
    ])
    for (const state of ['wanted', 'expired', 'skipped', 'failed']) {
      expect(
        after(`insert into dependency (kind, id, state, at) values ('file', 'file_2', '${state}', '2026')`),
      ).toEqual([])
    }
    expect(after('delete from blob')).toEqual([
      ['references', 'dependency', 'it refers to a blob that is not there'],
    ])
    expect(after(`update dependency set sha256 = null where kind = 'file'`)).toEqual([
      ['files', 'dependency file_1', 'this file is said to be stored, and is not'],
    ])
    expect(after(`update dependency set json = '{' where kind = 'agent'`)).toContainEqual([
      'files',
      'dependency ag_1',
      containing('not valid JSON'),
    ])
  })

  it('finds books that do not balance or tell of other revisions than are there', () => {
    expect(after('update run set listed = 5 where id = 1')).toEqual([
      ['books', 'run 1', 'it listed 5 conversations and accounts for 4'],
    ])
    expect(after('update run set listed = 5, new = 5 where id = 1')).toEqual([
      ['books', 'run 1', 'it stored 5 revisions, and 4 are there'],
    ])
  })

  it('lets the books be of a run that does not claim to be complete, or was interrupted', () => {
    expect(after('update run set listed = 9, complete = 0 where id = 1')).toEqual([])
    expect(after(`update run set listed = 9, new = 0, outcome = 'interrupted', complete = 0`)).toEqual([])
  })

  it('finds what refers to nothing', () => {
    expect(after('update event set run = 99')).toContainEqual([
      'references',
      'event 1',
      'it refers to a run that is not there',
    ])
  })

  it('finds a missing or changed view or index, and leaves alone what others added', () => {
    expect(after('drop view entries')).toEqual([['schema', 'entries', 'the view is missing', 'repairable']])
    expect(after('drop index entry_sha256; create index entry_sha256 on entry (id)')).toEqual([
      ['schema', 'entry_sha256', 'the index is not as hansard made it', 'repairable'],
    ])
    expect(after('alter table run add column mine text')).toEqual([
      ['schema', 'run', 'the table is not as hansard made it'],
    ])
    const db = openSqlite(newArchive(), 'read')
    const view = db.prepare(`select sql from sqlite_schema where name = 'entries'`).pluck().get() as string
    db.close()
    expect(after(`drop view entries; ${view.replaceAll(' ', '\n  ')}`)).toEqual([])
    expect(after('create view mine as select 1; create index mine2 on entry (length(json))')).toEqual([])
  })

  it.each([
    ['that lacks an entry', 'delete from search_docsize where id = 3'],
    ['that lacks a word', `insert into search (search, rowid, words) values ('delete', 1, 'river')`],
    ['that has an entry too many', `insert into search (rowid, words) values (2, 'delta')`],
    ['that is wrong about who holds an entry', 'delete from holding where document = 1 and conversation = 1'],
    ['that names a holder that has it no more', 'insert into holding values (-1, 2)'],
    ['whose pages are damaged', `update search_data set block = x'00' where id > 10`],
    ['that has no description of itself', 'delete from search_data where id = 10'],
    ['that is gone', 'drop table search'],
  ])('finds a search index %s', (_, sql) => {
    expect(after(sql)).toContainEqual([
      expect.stringMatching(/search|schema/),
      'search',
      expect.any(String),
      'repairable',
    ])
  })

  it('finds nothing wrong with a search index that was not filled to the end, or never', () => {
    expect(after(`insert into search (search) values ('delete-all'); delete from holding`)).toEqual([])
  })

  it('finds an archive that others may read', () => {
    const path = newArchive()
    chmodSync(path, 0o644)
    expect(verified(path).findings).toMatchObject([
      { check: 'permissions', severity: 'warning', repairable: true, what: containing('644, not 600') },
    ])
  })

  it('finds a log beside the archive that others may read', () => {
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

  it('counts what each check found', () => {
    const path = newArchive()
    change(path, `update entry set json = '{}' where id in (1, 2, 3)`)
    const counts = verified(path).checks.map(({ check, findings }) => [check, findings])
    expect(counts.filter(([, findings]) => findings !== 0)).toEqual([['entries', 3]])
  })

  it.each(['older', 'newer'])('refuses an archive of an %s format, and leaves it as it is', (kind) => {
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

  it('finds nothing wrong with a database without tables, which a killed first backup may leave', () => {
    const path = join(testFolder(), 'archive.db')
    change(path, 'pragma journal_mode = wal')
    chmodSync(path, 0o600)
    expect(verified(path)).toMatchObject({ isReadable: true, findings: [], checks: [{ check: 'pages' }] })
    const archive = openArchive(path)
    expect([archive.path, archive.counts().conversations]).toEqual([path, 0])
    archive.close()
    openArchive(path, { mode: 'create' }).close()
    expect(verified(path).checks).toHaveLength(14)
  })

  it('says what to do: repair what can be repaired, look for a copy of what can’t', () => {
    const path = newArchive()
    change(path, `drop view entries; update entry set json = '{}' where id = 1`)
    expect(verified(path).findings).toMatchObject([
      { check: 'schema', severity: 'warning', advice: 'Run `hansard verify --repair`.' },
      { check: 'entries', severity: 'error', advice: containing('or run `hansard backup --full`') },
    ])
    change(path, `update entry set json = '{}'; update blob set bytes = x'00'`)
    const ofFile = verified(path).findings.find(({ check }) => check === 'files')
    expect(ofFile?.advice).toBe(
      'Restore a copy of the file: what is stored of agents and files is not fetched again.',
    )
  })

  it('looks at one moment of the archive, though a run writes to it meanwhile', () => {
    const path = newArchive()
    const archive = openArchive(path, { mode: 'write' })
    const steps = verifyArchive(path)
    expect(steps.next().value).toMatchObject({ done: { check: 'pages' } })
    change(path, `update conversation set revision = 1 where id = 'conv_river'`)
    expect([...steps].filter((step) => 'finding' in step)).toEqual([])
    archive.close()
    expect(verified(path).findings).toHaveLength(1)
  })

  it('leaves the file and its log as they are, also those of a run that was killed', () => {
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

  it('refuses a folder, and an archive that somebody holds for himself, without calling them damaged', () => {
    expect(() => verified(testFolder())).toThrow('this is a folder')
    const path = newArchive()
    const db = openSqlite(path, 'write')
    db.exec('begin exclusive')
    try {
      expect(() => verified(path)).toThrow('another process is writing to it')
    } finally {
      db.close()
    }
  })

  it('says of a file that it was cut off, whatever the size of its pages, and not while a log may hold the rest', () => {
    const path = newArchive()
    change(path, 'pragma page_size = 65536; vacuum')
    truncateSync(path, 65536 * 3)
    expect(verified(path).findings).toMatchObject([{ check: 'size', what: containing('was cut off') }])
    writeFileSync(`${path}-wal`, 'no log')
    expect(verified(path).findings).toMatchObject([{ check: 'file', what: containing('malformed') }])
  })
})

/** Makes an archive of one conversation with these entries, and messages that are kept beside them. */
function storeOne(path: string, entries: readonly string[], messages: readonly string[]): void {
  const archive = openArchive(path, { mode: 'create' })
  const run = archive.runs.begin({ command: 'backup', hansard: '0', baseUrl: 'http://x', startedAt: '2026' })
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
