import { messageOf } from '../../../errors.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../../model/search/searchable-text.ts'
import { Histories } from '../../content/histories.ts'
import { SearchIndex } from '../../content/search-index.ts'
import { Unindexed } from '../../content/unindexed-texts.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check } from './check.ts'
import { expectedDefinitions } from './definitions.ts'
import { faultOfEntry, type StoredEntryRow } from './entries-check.ts'
import { rowsOf } from './read-rows.ts'
import { isSealed, SEALED_COLUMNS, type SealedRow } from './revisions-check.ts'
import { checksumOfIndex, WordChecksum } from './word-checksum.ts'

/**
 * Compares the search index with the texts: every word of every entry and row up to where it was filled, and every
 * conversation that holds them. What was not indexed yet is no problem. It is an index, so it is made anew as one.
 */
export const search: Check = {
  name: 'search',
  about: 'the search index has the words of the texts that it was filled with, and knows who holds them',
  *find({ db, isRepaired }) {
    if (!isThere(db)) return // reported with the schema
    const where = { table: 'search' }
    const missing = isRepaired === true ? waitingIn(db) : 0
    if (missing > 0)
      yield { what: `${missing} conversations are not in it`, where, isWarning: true, advice: LATER }
    for (const what of unindexedIn(db)) yield { what, where, isWarning: true, advice: LATER }
    for (const what of faultsOf(db))
      yield { what, where, isWarning: true, isEvidence: true, mend: emptySearch }
  },
}

const LATER =
  'No text is lost: `hansard show` and the exports have it. A newer hansard may be able to index it.'

function waitingIn(db: Sqlite): number {
  try {
    return new SearchIndex(db, new Histories(db)).state().waiting
  } catch {
    return 0 // an index that can't be read is reported below
  }
}

function* unindexedIn(db: Sqlite): Generator<string> {
  const rows = db.prepare('select document, reason from unindexed order by document').iterate()
  for (const { document, reason } of rows as Iterable<{ document: number; reason: string }>) {
    const what = document > 0 ? `entry ${document}` : `the row of revision ${-document}`
    yield `${what} could not be put into it: ${reason}`
  }
}

/** Makes the index anew, empty: whoever repairs fills it afterwards, a batch at a time. */
export function emptySearch(db: Sqlite): void {
  for (const { name, sql } of expectedDefinitions().filter(({ name }) => isSearchTable(name)))
    db.exec(`drop table if exists "${name}"; ${sql}`)
}

/** Tells whether a table belongs to the search index, and so derives from the others. */
export function isSearchTable(name: string): boolean {
  return TABLES.includes(name)
}

const TABLES = ['search', 'holding', 'unindexed']

function isThere(db: Sqlite): boolean {
  const tables = db.prepare('select count(*) from sqlite_schema where name in (?, ?, ?)')
  return tables.pluck().get(...TABLES) === TABLES.length
}

function* faultsOf(db: Sqlite): Generator<string> {
  try {
    const said = db.prepare('pragma integrity_check(search)').pluck().all() as string[]
    for (const what of said) if (what !== 'ok') yield what.replaceAll('\n', ' ')
    const { entries, revisions } = new SearchIndex(db, new Histories(db)).reach()
    const checksum = new WordChecksum()
    const documents = addTexts(checksum, db, { entries, revisions })
    if (documents === undefined) return // what decayed is reported where it is, and an index of it can't be judged
    const indexed = checksumOfIndex(db) ?? checksum.value
    if (documents !== count(db, 'search') || checksum.value !== indexed)
      yield 'its words are not those of the texts'
    if (!hasSameHolders(db, revisions)) yield 'it is wrong about which conversation holds what'
  } catch (thrown) {
    yield `it can’t be read: ${messageOf(thrown)}`
  }
}

/** Adds all words up to where the index was filled, and counts the texts; undefined where one of them has decayed. */
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
  for (const { id, row } of rowsOf<StoredEntryRow>(db, 'entry', 'sha256, json')) {
    if (id > reach.entries) continue
    if (row === undefined || faultOfEntry(row) !== undefined) return undefined
    add(id, () => searchTextOfEntry(String(row.json)))
  }
  for (const { id, row } of rowsOf<SealedRow>(db, 'revision', SEALED_COLUMNS)) {
    if (id > reach.revisions) continue
    if (row === undefined || !isSealed(row)) return undefined
    add(-id, () => searchTextOfRow(row.row))
  }
  return documents
}

function count(db: Sqlite, table: 'search' | 'holding'): unknown {
  return db.prepare(`select count(*) from ${table}`).pluck().get()
}

/** As many rows as there should be, and none of those missing, are the right ones. */
function hasSameHolders(db: Sqlite, revisions: number): boolean {
  const histories = new Histories(db)
  const isHeld = db.prepare('select 1 from holding where document = ? and conversation = ?').pluck()
  const indexed = db.prepare(`
    select max(id) as id, conversation, tip from revision not indexed where id <= ? group by conversation`)
  let held = 0
  for (const { id, conversation, tip } of indexed.iterate(revisions) as Iterable<Indexed>) {
    for (const document of new Set([-id, ...histories.entryIds(tip)])) {
      if (document === 0) return true // a part of a history is lost, which is reported with the links
      if (isHeld.get(document, conversation) === undefined) return false
      held++
    }
  }
  return held === count(db, 'holding')
}

interface Indexed {
  readonly id: number
  readonly conversation: number
  readonly tip: number
}
