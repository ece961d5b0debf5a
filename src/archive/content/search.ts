import { ftsOf, parseQuery } from '../../model/search/search-query.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../model/search/searchable-text.ts'
import { snippetOf, type Snippet } from '../../model/search/snippet.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'
import type { SearchIndex } from './search-index.ts'
import { conditionOf, type Selection } from './selection.ts'

/** A conversation in which something was found, with the entry that says most of it. */
export interface SearchHit {
  readonly id: string
  readonly name: string | null
  /** The entry's place in the history, from 0; null where it was found in name, description, instructions or metadata. */
  readonly position: number | null
  /** When the entry (or else the conversation) was created, as the API sent it. */
  readonly createdAt: string | null
  /** How many entries of the conversation hold something of what was looked for. */
  readonly entries: number
  readonly goneAt: string | null
  readonly snippet: Snippet
}

interface HitRow extends Omit<SearchHit, 'position' | 'snippet'> {
  readonly document: number
  readonly tip: number
  readonly row: string
}

/** Looks for words in the conversations. */
export class Search {
  readonly #db: Sqlite
  readonly #index: SearchIndex

  constructor(db: Sqlite, index: SearchIndex) {
    this.#db = db
    this.#index = index
  }

  /**
   * The conversations of a selection that hold all that `text` asks for, the best first: those that say it more often,
   * in shorter entries, in rarer words. They need not hold it all in one entry.
   *
   * @throws HansardError `usage` where there is no word in the text, `not-indexed`
   */
  *find(text: string, selection: Selection = {}): Generator<SearchHit, void, undefined> {
    const query = parseQuery(text)
    this.#index.refuseMissing()
    // What is ranked below holds a single clause anyway.
    const isOneClause = query.wanted.length + query.unwanted.length === 1
    const match = [...(selection.match ?? []), ...(isOneClause ? [] : [text])]
    const { where, values } = conditionOf({ ...selection, match })
    const rows = this.#db
      .prepare(
        `select conversation.id, name, document, entries, tip, row, created_at as createdAt, gone_at as goneAt
        from (select holding.conversation as key, search.rowid as document, min(search.rank) as score,
            sum(search.rowid > 0) as entries
          from search cross join holding on holding.document = search.rowid
          where search match :any group by holding.conversation) hit
        join conversation on conversation.key = hit.key
        join revision on revision.id = conversation.revision
        where ${where} order by score, instant(created_at) desc, conversation.id limit :limit`,
      )
      .iterate({ ...values, any: query.wanted.map(ftsOf).join(' OR '), limit: selection.limit ?? -1 })
    const entry = this.#db.prepare('select json from entry where id = ?').pluck()
    for (const hit of rows as IterableIterator<HitRow>) {
      const { document, tip, row, ...rest } = hit
      const json = document > 0 ? ((entry.get(document) as string | undefined) ?? '{}') : row
      const found = document > 0 ? searchTextOfEntry(json) : searchTextOfRow(json)
      yield {
        ...rest,
        position: document > 0 ? this.#positionOf(document, tip) : null,
        createdAt: document > 0 ? createdAtOf(json) : rest.createdAt,
        snippet: snippetOf(found, query),
      }
    }
  }

  #positionOf(entry: number, tip: number): number | null {
    const step: Statement = this.#db.prepare('select previous, entry, position from link where id = ?').raw()
    for (let link = tip; link !== 0;) {
      const [previous, found, position] = (step.get(link) ?? [0, 0, 0]) as [number, number, number]
      if (found === entry) return position
      if (previous >= link) return null
      link = previous
    }
    return null
  }
}

function createdAtOf(json: string): string | null {
  try {
    const { created_at } = JSON.parse(json) as { created_at?: unknown }
    return typeof created_at === 'string' ? created_at : null
  } catch {
    return null
  }
}
