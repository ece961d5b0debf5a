import { member, replaceAt } from '../../../model/json/json-text.ts'
import { redactBody, redactEntry, redactMember, redactSecrets } from '../../../model/secrets/redact-json.ts'
import { redactText } from '../../../model/secrets/redact-text.ts'
import { sealOf } from '../../schema/seal.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { rowsOf } from './read-rows.ts'
import { isSealed, SEALED_COLUMNS, type SealedRow } from './revisions-check.ts'

/**
 * Finds secrets that should have been redacted before they were stored, by the rules of today: an older hansard redacted
 * less. A repair takes them out of the file.
 */
export const secrets: Check = {
  name: 'secrets',
  about: 'no connector secret is stored in the clear',
  *find({ db }) {
    yield* ofRevisions(db)
    yield* ofEntries(db)
    for (const column of columns) yield* ofColumn(db, column)
  },
}

/** A column whose texts may hold secrets, the columns that name its row, and how secrets are taken out of it. */
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

/** A body is stored as bytes, mostly those of a text. */
function redactStoredBody(body: string | Uint8Array): string | Uint8Array {
  if (typeof body === 'string') return redactBody(body)
  const asText = Buffer.from(body.buffer, body.byteOffset, body.length).toString()
  if (asText.includes('\ufffd')) return redactBody(body)
  const redacted = redactBody(asText)
  return redacted === asText ? body : new Uint8Array(Buffer.from(redacted))
}

/** What a plan says about settings of a conversation; of entries it quotes what people said. */
function redactPlanned(planned: string | Uint8Array): string | Uint8Array {
  if (typeof planned !== 'string') return planned
  return replaceAt(planned, ['losses', '*'], (loss) => {
    const path = member(loss, 'path')?.value ?? ''
    const name = /\.?(\w+)"$/.exec(path)?.[1] ?? ''
    if (!/^"(?:agent\.)?tools\b/.test(path)) return undefined
    return replaceAt(loss, ['source'], (value) => redactMember(name, value))
  })
}

function* ofColumn(db: Sqlite, { table, name, key, redact }: Column): Generator<Problem> {
  const rows = db.prepare(`select ${key}, ${name} from ${table} where ${name} is not null`).raw()
  for (const [row, stored] of rows.iterate() as Iterable<[string | number, string | Uint8Array]>) {
    const redacted = attempt(() => redact(stored)) ?? stored
    if (redacted === stored) continue
    const mend = () =>
      void takeOut(
        db,
        `update ${table} set ${name} = ? where ${key} = ? and ${name} = ?`,
        redacted,
        row,
        stored,
      )
    yield { ...inTheClear, where: { table, row: String(row).split(' ')[0] ?? '' }, mend }
  }
}

/** A revision that is as it was sealed is sealed anew; one that is not stays recognisable as such. */
function* ofRevisions(db: Sqlite): Generator<Problem> {
  for (const { id, row: revision } of rowsOf<SealedRow>(db, 'revision', SEALED_COLUMNS)) {
    if (revision === undefined) continue
    const { row, history, messages } = revision
    const redacted = attempt(() => ({
      row: redactSecrets(row),
      history: redactSecrets(history),
      messages: messages === null ? null : redactSecrets(messages),
    }))
    if (redacted === undefined) continue
    if (redacted.row === row && redacted.history === history && redacted.messages === messages) continue
    const mend = () => {
      const seal = isSealed(revision) ? sealOf({ ...revision, ...redacted }) : revision.seal
      const update = 'update revision set row = ?, history = ?, messages = ?, seal = ? where id = ?'
      takeOut(db, update, redacted.row, redacted.history, redacted.messages, seal, id)
    }
    yield { ...inTheClear, where: { table: 'revision', row: id }, mend }
  }
}

/** The hash of an entry is part of the history that holds it, so it can't be changed here. */
function* ofEntries(db: Sqlite): Generator<Problem> {
  const isLikely = [...ENTRY_WORDS, '\\u00'].map((word) => `json like '%${word}%'`).join(' or ')
  const entries = db.prepare(`select id, json from entry where ${isLikely}`).raw()
  for (const [row, entry] of entries.iterate() as Iterable<[number, string]>) {
    const redacted = attempt(() => redactEntry(entry, Object.keys(Object(JSON.parse(entry)) as object)))
    if (redacted === undefined || redacted === entry) continue
    yield { ...inTheClear, where: { table: 'entry', row } }
  }
}

/** Ends of the names that settings of an entry have; SQLite compares them without letter case. */
const ENTRY_WORDS = [
  'tools"',
  'connector',
  'configuration"',
  'guardrails"',
  'args"',
  'servers"',
  'authorization"',
  'headers"',
]

const inTheClear = { what: 'the secret of a connector is stored in the clear' }

/** What is overwritten must not lie on in a free part of a page. */
function takeOut(db: Sqlite, update: string, ...values: readonly unknown[]): void {
  db.pragma('secure_delete = on')
  db.prepare(update).run(...values)
}

/** A damaged text can't be searched, and is reported with its row. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
