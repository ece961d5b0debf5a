import { member, replaceAt } from '../../../model/json/json-text.ts'
import { redactBody, redactEntry, redactMember, redactSecrets } from '../../../model/secrets/redact-json.ts'
import { redactText } from '../../../model/secrets/redact-text.ts'
import { sealOf } from '../../schema/seal.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { attempt, readRows } from './read-damaged.ts'
import { isSealed, SEALED_COLUMNS, type SealedRow } from './revisions-check.ts'

/**
 * Finds secrets that should have been redacted before they were stored. An older version may have redacted less. A repair
 * removes them from the file.
 */
export const secrets: Check = {
  name: 'secrets',
  about: 'no connector secret is stored in plain text',
  *find({ db }) {
    yield* findInRevisions(db)
    yield* findInEntries(db)
    for (const column of columns) yield* findInColumn(db, column)
  },
}

/** A column that may contain secrets, an expression that identifies its row, and how it is redacted. */
interface Column {
  readonly table: string
  readonly name: string
  readonly key: string
  readonly redact: (value: string | Uint8Array) => string | Uint8Array
}

const json = (value: string | Uint8Array) => (typeof value === 'string' ? redactSecrets(value) : value)
const text = (value: string | Uint8Array) => (typeof value === 'string' ? redactText(value) : value)

const columns: readonly Column[] = [
  { table: 'dependency', name: 'json', key: `id || ' ' || version`, redact: json },
  { table: 'dependency', name: 'reason', key: `id || ' ' || version`, redact: text },
  { table: 'failure', name: 'body', key: 'id', redact: redactStoredBody },
  { table: 'failure', name: 'message', key: 'id', redact: text },
  { table: 'run', name: 'reason', key: 'id', redact: text },
  { table: 'event', name: 'detail', key: 'id', redact: text },
  { table: 'replay_copy', name: 'planned', key: 'id', redact: redactPlanned },
  { table: 'replay_copy', name: 'reason', key: 'id', redact: text },
]

/** A body is stored as bytes, mostly of a text. */
function redactStoredBody(body: string | Uint8Array): string | Uint8Array {
  if (typeof body === 'string') return redactBody(body)
  const asText = Buffer.from(body.buffer, body.byteOffset, body.length).toString()
  if (asText.includes('\ufffd')) return redactBody(body)
  const redacted = redactBody(asText)
  return redacted === asText ? body : new Uint8Array(Buffer.from(redacted))
}

/** Redacts what a plan quotes of a conversation's settings, but not what it quotes of entries. */
function redactPlanned(planned: string | Uint8Array): string | Uint8Array {
  if (typeof planned !== 'string') return planned
  return replaceAt(planned, ['losses', '*'], (loss) => {
    const path = member(loss, 'path')?.value ?? ''
    const name = /\.?(\w+)"$/.exec(path)?.[1] ?? ''
    if (!/^"(?:agent\.)?tools\b/.test(path)) return undefined
    return replaceAt(loss, ['source'], (value) => redactMember(name, value))
  })
}

function* findInColumn(db: Sqlite, { table, name, key, redact }: Column): Generator<Problem> {
  const sql = `select ${key}, ${name} from ${table} where ${name} is not null`
  const rows = db.raw.iterate<[row: string | number, stored: string | Uint8Array]>(sql)
  for (const [row, stored] of rows) {
    const redacted = attempt(() => redact(stored)) ?? stored
    if (redacted === stored) continue
    const update = `update ${table} set ${name} = ? where ${key} = ? and ${name} = ?`
    const repair = () => overwrite(db, update, redacted, row, stored)
    yield { ...IN_PLAIN_TEXT, where: { table, row: String(row).split(' ')[0] ?? '' }, repair }
  }
}

/** A repair seals a revision again only if it matched its seal before, so that other damage still shows. */
function* findInRevisions(db: Sqlite): Generator<Problem> {
  for (const { id, row: revision } of readRows<SealedRow>(db, 'revision', SEALED_COLUMNS)) {
    if (revision === undefined) continue
    const { row, history, messages } = revision
    const redacted = attempt(() => ({
      row: redactSecrets(row),
      history: redactSecrets(history),
      messages: messages === null ? null : redactSecrets(messages),
    }))
    if (redacted === undefined) continue
    if (redacted.row === row && redacted.history === history && redacted.messages === messages) continue
    const repair = () => {
      const seal = isSealed(revision) ? sealOf({ ...revision, ...redacted }) : revision.seal
      const update = 'update revision set row = ?, history = ?, messages = ?, seal = ? where id = ?'
      overwrite(db, update, redacted.row, redacted.history, redacted.messages, seal, id)
    }
    yield { ...IN_PLAIN_TEXT, where: { table: 'revision', row: id }, repair }
  }
}

/** An entry cannot be repaired: its hash is part of the histories that contain it. */
function* findInEntries(db: Sqlite): Generator<Problem> {
  const isLikely = [...SETTING_NAMES, '\\u00'].map((word) => `json like '%${word}%'`).join(' or ')
  const entries = db.raw.iterate<[id: number, json: string]>(`select id, json from entry where ${isLikely}`)
  for (const [row, entry] of entries) {
    const redacted = attempt(() => redactEntry(entry, Object.keys(Object(JSON.parse(entry)) as object)))
    if (redacted === undefined || redacted === entry) continue
    yield { ...IN_PLAIN_TEXT, where: { table: 'entry', row } }
  }
}

/** How the names of settings in an entry end. `like` ignores case. */
const SETTING_NAMES = [
  'tools"',
  'connector',
  'configuration"',
  'guardrails"',
  'args"',
  'servers"',
  'authorization"',
  'headers"',
]

const IN_PLAIN_TEXT = { what: 'the secret of a connector is stored in plain text' }

/** The old text must not remain in an unused part of a page. */
function overwrite(db: Sqlite, update: string, ...values: readonly unknown[]): void {
  db.pragma('secure_delete = on')
  db.run(update, ...values)
}
