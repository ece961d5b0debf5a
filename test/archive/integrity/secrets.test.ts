import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { repairArchive } from '../../../src/archive/integrity/repair-archive.ts'
import { sealOf } from '../../../src/archive/schema/seal.ts'
import { openSqlite, type Sqlite } from '../../../src/archive/sqlite/sqlite.ts'
import { beginRun } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { makeSoundArchive } from '../../support/sound-archive.ts'
import { verified } from '../../support/verify.ts'

const SECRET = 'sk-0123456789-secret'
const TOOLS = `"tools":{"c":{"headers":{"X":"${SECRET}"},"authorization":{"type":"x","token":"${SECRET}"}}}`

/** Creates an archive as a version that redacted less: `change` writes the secrets. */
function olderArchive(change: (db: Sqlite) => void): string {
  const path = join(testFolder(), 'archive.db')
  makeSoundArchive(path)
  const db = openSqlite(path, 'write')
  change(db)
  db.close()
  return path
}

/** Adds tools to the row and the envelope of a revision, with a valid seal. */
function withTools(db: Sqlite, id: number, seals = true): void {
  const columns = 'conversation, run, stored_at, row, history, tip, length, chain, messages, messages_tip'
  const revision = db.get(`select ${columns} from revision where id = ?`, id) as Parameters<typeof sealOf>[0]
  const changed = {
    ...revision,
    row: revision.row.replace('{', `{${TOOLS},`),
    history: revision.history.replace('{', `{${TOOLS},`),
  }
  const seal = seals ? sealOf(changed) : Buffer.alloc(32)
  db.run(
    'update revision set row = ?, history = ?, seal = ? where id = ?',
    changed.row,
    changed.history,
    seal,
    id,
  )
}

const places: Readonly<Record<string, (db: Sqlite) => void>> = {
  'a row and the envelope of a history': (db) => withTools(db, 2),
  'an agent': (db) => db.run(`update dependency set json = ? where kind = 'agent'`, `{${TOOLS}}`),
  'the metadata of a file': (db) =>
    db.run(`update dependency set json = ? where kind = 'file'`, `{${TOOLS}}`),
  'the body of a failure': (db) => failure(db, 'it failed', Buffer.from(`{${TOOLS}}`)),
  'the body of a failure that was cut off': (db) =>
    failure(db, 'it failed', Buffer.from(`{${TOOLS}`.slice(0, -8))),
  'the message of a failure': (db) => failure(db, `refused: {${TOOLS}}`, null),
  'an event': (db) => db.run('update event set detail = ?', `refused: {${TOOLS}}`),
}

function failure(db: Sqlite, message: string, body: Uint8Array | null): void {
  db.run(
    `insert into failure (conversation, step, code, message, body, first_run, last_run, last_at)
    values ('conv_x', 'history', 'not-json', ?, ?, 1, 1, '2026-01-02T00:00:00.000Z')`,
    message,
    body,
  )
}

function bytesBeside(path: string): string {
  const folder = dirname(path)
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n')
}

describe('Secrets that an older version did not redact', () => {
  it.each(Object.keys(places))('are found in %s, and a repair removes every byte of them', (place) => {
    const path = olderArchive((db) => places[place]?.(db))
    expect(bytesBeside(path)).toContain(SECRET)
    const { findings } = verified(path)
    expect(findings).toMatchObject([{ check: 'secrets', repairable: true }])
    expect(findings[0]?.hint).toMatch(/--repair.*revoke it where it was issued/)
    expect(repairArchive(path, 'a test')).toMatchObject([{ check: 'secrets' }])
    expect(verified(path).findings).toEqual([])
    expect(bytesBeside(path)).not.toContain(SECRET)
  })

  it('do not get a valid seal when the revision has decayed', () => {
    const path = olderArchive((db) => withTools(db, 2, false))
    repairArchive(path, 'a test')
    expect(verified(path).findings).toMatchObject([{ check: 'revisions', repairable: false }])
  })

  it('are neither shown nor exported, and do not count as a change when fetched again', () => {
    const path = olderArchive((db) => withTools(db, 2))
    const archive = openArchive(path, { mode: 'write' })
    const stored = archive.conversations.read('conv_fork')
    expect(stored?.row).toContain('"token":"[redacted by hansard]"')
    expect(stored?.row).not.toContain(SECRET)
    const fetched = {
      ...{ id: 'conv_fork', row: stored?.row ?? '', messages: 'unread' as const },
      history: { entries: [...(stored?.entries() ?? [])], envelope: envelopeOf(path) },
      fetchedAt: '2026-01-03T00:00:00.000Z',
    }
    const run = beginRun(archive, fetched.fetchedAt)
    const { outcome } = archive.transaction(() =>
      archive.conversations.store(fetched, run, fetched.fetchedAt),
    )
    archive.close()
    expect(outcome).toBe('unchanged')
  })
})

/** The envelope of the history as the API sends it now. */
function envelopeOf(path: string): string {
  const db = openSqlite(path, 'read')
  const history = db.pluck.get('select history from revision where id = 2') as string
  db.close()
  return history.replaceAll(`"${SECRET}"`, '"[redacted by hansard]"')
}
