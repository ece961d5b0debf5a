import { messageOf } from '../../../errors.ts'
import { plural } from '../../../model/plural.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../../model/search/searchable-text.ts'
import { Histories } from '../../content/histories.ts'
import { SearchIndex } from '../../content/search-index.ts'
import { Unindexed } from '../../content/unindexed-texts.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check } from './check.ts'
import { expectedDefinitions } from './definitions.ts'
import { faultOfEntry, type StoredEntryRow } from './entries-check.ts'
import { attempt, readRows } from './read-damaged.ts'
import { isSealed, SEALED_COLUMNS, type SealedRow } from './revisions-check.ts'
import { checksumOfIndex, WordChecksum } from './word-checksum.ts'

/**
 * Compares the search index with the texts it covers: every word of every entry and row, and the conversations that
 * contain them. Texts that are not indexed yet are no problem. A wrong index is cleared and filled again.
 */
export const search: Check = {
  name: 'search',
  about: 'the search index matches the texts that it covers',
  *find({ db, isRepaired }) {
    if (!hasTables(db)) return // reported by the schema check
    const where = { table: 'search' }
    const missing = isRepaired === true ? (attempt(() => new SearchIndex(db).state().waiting) ?? 0) : 0
    if (missing > 0)
      yield { what: `${plural(missing, 'conversation')} not indexed`, where, isWarning: true, hint: LATER }
    for (const what of describeUnindexed(db)) yield { what, where, isWarning: true, hint: LATER }
    for (const what of findFaults(db))
      yield { what, where, isWarning: true, isEvidence: true, repair: clearSearchIndex }
  },
}

const LATER =
  'No text is lost: `hansard show` and exports include it. A newer version of hansard may index it.'

function* describeUnindexed(db: Sqlite): Generator<string> {
  const sql = 'select document, reason from unindexed order by document'
  const rows = db.iterate<{ document: number; reason: string }>(sql)
  for (const { document, reason } of rows) {
    const what = document > 0 ? `entry ${document}` : `the row of revision ${-document}`
    yield `cannot index ${what}: ${reason}`
  }
}

/** Creates the index again, empty. A repair fills it afterwards, one batch at a time. */
export function clearSearchIndex(db: Sqlite): void {
  for (const { name, sql } of expectedDefinitions().filter(({ name }) => isSearchTable(name)))
    db.exec(`drop table if exists "${name}"; ${sql}`)
}

/** Tells whether a table belongs to the search index, so that it can be derived from the others. */
export function isSearchTable(name: string): boolean {
  return TABLES.includes(name)
}

const TABLES = ['search', 'holding', 'unindexed']

function hasTables(db: Sqlite): boolean {
  const sql = 'select count(*) from sqlite_schema where name in (?, ?, ?)'
  return db.pluck.get(sql, ...TABLES) === TABLES.length
}

function* findFaults(db: Sqlite): Generator<string> {
  try {
    const said = db.pluck.all<string>('pragma integrity_check(search)')
    for (const what of said) if (what !== 'ok') yield what.replaceAll('\n', ' ')
    const { entries, revisions } = new SearchIndex(db).reach()
    const checksum = new WordChecksum()
    const documents = addTexts(checksum, db, { entries, revisions })
    if (documents === undefined) return // a decayed text is reported elsewhere; its index cannot be checked
    const indexed = checksumOfIndex(db) ?? checksum.value
    if (documents !== count(db, 'search') || checksum.value !== indexed)
      yield 'its words differ from the texts'
    if (!hasSameHoldings(db, revisions)) yield 'it lists wrong conversations for some texts'
  } catch (thrown) {
    yield `cannot read it: ${messageOf(thrown)}`
  }
}

/** Adds the words of all texts that the index covers, and counts the texts; undefined if one of them has decayed. */
function addTexts(
  checksum: WordChecksum,
  db: Sqlite,
  reach: { readonly entries: number; readonly revisions: number },
): number | undefined {
  let documents = 0
  const unindexed = new Set(new Unindexed(db).documents())
  const add = (document: number, text: () => string) => {
    if (!unindexed.has(document)) checksum.add(document, text())
    documents++
  }
  for (const { id, row } of readRows<StoredEntryRow>(db, 'entry', 'sha256, json')) {
    if (id > reach.entries) continue
    if (row === undefined || faultOfEntry(row) !== undefined) return undefined
    add(id, () => searchTextOfEntry(String(row.json)))
  }
  for (const { id, row } of readRows<SealedRow>(db, 'revision', SEALED_COLUMNS)) {
    if (id > reach.revisions) continue
    if (row === undefined || !isSealed(row)) return undefined
    add(-id, () => searchTextOfRow(row.row))
  }
  return documents
}

function count(db: Sqlite, table: 'search' | 'holding'): unknown {
  return db.pluck.get(`select count(*) from ${table}`)
}

/** Every expected row exists and the number of rows is right, so there are no others. */
function hasSameHoldings(db: Sqlite, revisions: number): boolean {
  const histories = new Histories(db)
  const sql = `select max(id) as id, conversation, tip from revision not indexed
    where id <= ? group by conversation`
  const indexed = db.iterate<Indexed>(sql, revisions)
  let held = 0
  for (const { id, conversation, tip } of indexed) {
    for (const document of new Set([-id, ...histories.entryIds(tip)])) {
      if (document === 0) return true // a lost part of a history is reported by the links check
      if (db.get(HOLDING, document, conversation) === undefined) return false
      held++
    }
  }
  return held === count(db, 'holding')
}

const HOLDING = 'select 1 from holding where document = ? and conversation = ?'

interface Indexed {
  readonly id: number
  readonly conversation: number
  readonly tip: number
}
