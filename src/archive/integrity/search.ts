import { messageOf } from '../../errors.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../model/search-text.ts'
import { Histories } from '../histories.ts'
import { SearchIndex } from '../search-index.ts'
import type { Sqlite } from '../sqlite.ts'
import type { Check } from './check.ts'
import { expectedDefinitions } from './definitions.ts'
import { faultOfEntry, type EntryRow } from './entries.ts'
import { isSealed, SEALED_COLUMNS, type SealedRow } from './revisions.ts'
import { rowsOf } from './rows.ts'
import { checksumOfIndex, WordChecksum } from './word-checksum.ts'

/**
 * Compares the search index with the texts: every word of every entry and row up to where it was filled, and every
 * conversation that holds them. What was not indexed yet is no problem. It is an index, so it is made anew as one.
 */
export const search: Check = {
  name: 'search',
  about: 'the search index has the words of the texts that it was filled with, and knows who holds them',
  *find({ db }) {
    if (!isThere(db)) return // reported with the schema
    for (const what of faultsOf(db))
      yield { what, where: { table: 'search' }, isWarning: true, isEvidence: true, mend: emptySearch }
  },
}

/** Makes the index anew, empty: whoever repairs fills it afterwards, a batch at a time. */
export function emptySearch(db: Sqlite): void {
  for (const { name, sql } of expectedDefinitions().filter(({ name }) => isSearchTable(name)))
    db.exec(`drop table if exists "${name}"; ${sql}`)
}

/** Tells whether a table belongs to the search index, and so derives from the others. */
export function isSearchTable(name: string): boolean {
  return name === 'search' || name === 'holding'
}

function isThere(db: Sqlite): boolean {
  const tables = db.prepare(`select count(*) from sqlite_schema where name in ('search', 'holding')`)
  return tables.pluck().get() === 2
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
  for (const { id, row } of rowsOf<EntryRow>(db, 'entry', 'sha256, json')) {
    if (id > reach.entries) continue
    if (row === undefined || faultOfEntry(row) !== undefined) return undefined
    checksum.add(id, searchTextOfEntry(String(row.json)))
    documents++
  }
  for (const { id, row } of rowsOf<SealedRow>(db, 'revision', SEALED_COLUMNS)) {
    if (id > reach.revisions) continue
    if (row === undefined || !isSealed(row)) return undefined
    checksum.add(-id, searchTextOfRow(row.row))
    documents++
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
