import { conversationTitle } from '../../model/entries/conversation-title.ts'
import { parseContainer } from '../../model/json/parse-json.ts'
import { parseQuery, toFtsQuery, type SearchQuery } from '../../model/search/search-query.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../model/search/searchable-text.ts'
import { makeSnippet, type Snippet } from '../../model/search/snippet.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import { Histories } from './histories.ts'
import { SearchIndex } from './search-index.ts'
import { conditionOf, type Selection } from './selection.ts'

/** A conversation that matches, with its best entry. */
export interface SearchHit {
  readonly id: string
  /** Its name, or else its first words; null if it has neither. */
  readonly title: string | null
  readonly name: string | null
  /** Position of the entry in the history, from 0; null for a match in name, description, instructions or metadata. */
  readonly position: number | null
  /** When the entry was created (without an entry: the conversation), as the API sent it. */
  readonly createdAt: string | null
  /** Number of entries that match at least one term. */
  readonly matchingEntries: number
  readonly goneAt: string | null
  readonly snippet: Snippet
}

interface HitRow extends Omit<SearchHit, 'title' | 'position' | 'snippet'> {
  readonly document: number
  readonly tip: number
}

/** More words than that are not counted. */
const MAX_WORDS = 2000

/** Full-text search. */
export class Search extends DatabaseAccess {
  readonly #histories = new Histories(this.db)
  readonly #index = new SearchIndex(this.db);

  /**
   * Finds the conversations of a selection that match all terms of `text`, though not necessarily in one entry. The best
   * match comes first (BM25 of its best entry). The limit counts from `offset`.
   *
   * @throws HansardError `usage` if the text has no word, `not-indexed`
   */
  *find(text: string, selection: Selection = {}, offset = 0): Generator<SearchHit, void, undefined> {
    const query = parseQuery(text)
    const { from, values } = this.#matches(text, query, selection, ', min(search.rank) as score')
    const rows = this.db.iterate<HitRow>(
      `select conversation.id, name, document, entries as matchingEntries, tip, created_at as createdAt,
          gone_at as goneAt
        ${from} order by score, instant(created_at) desc, conversation.id limit :limit offset :offset`,
      { ...values, limit: selection.limit ?? -1, offset },
    )
    for (const { document, tip, ...rest } of rows) {
      const json = this.#index.readJson(document) ?? '{}'
      const isEntry = document > 0
      yield {
        ...rest,
        title: conversationTitle(rest.name, () => this.#histories.first(tip)) ?? null,
        position: isEntry ? this.#histories.positionOf(document, tip) : null,
        createdAt: isEntry ? readCreatedAt(json) : rest.createdAt,
        snippet: makeSnippet(isEntry ? searchTextOfEntry(json) : searchTextOfRow(json), query),
      }
    }
  }

  /**
   * Number of conversations that `find` finds without a limit. Throws as `find` does.
   */
  count(text: string, selection: Selection = {}): number {
    const { from, values } = this.#matches(text, parseQuery(text), selection)
    return this.db.pluck.get(`select count(*) ${from}`, values) as number
  }

  /**
   * How much the words that begin with a normalized word occur: the sum of the texts that each is in. Infinity for more than 2,000
   * words. Throws `not-indexed`.
   */
  occurrencesOf(beginning: string): number {
    this.#index.refuseMissing()
    // A table of the connection, so that the archive stays as it is.
    this.db.exec('create virtual table if not exists temp.search_word using fts5vocab (main, search, row)')
    const sql = `select count(*) as words, ifnull(sum(doc), 0) as texts from
      (select doc from temp.search_word where term >= :beginning and term < :end limit ${MAX_WORDS + 1})`
    const values = { beginning, end: `${beginning}\u{10ffff}` }
    const { words, texts } = this.db.get(sql, values) as { readonly words: number; readonly texts: number }
    return words > MAX_WORDS ? Infinity : texts
  }

  /** The FROM and WHERE of a search. `ranking` is another column of each hit, which only a ranked search can afford. */
  #matches(text: string, query: SearchQuery, selection: Selection, ranking = '') {
    this.#index.refuseMissing()
    // A single term is matched by the first query already.
    const isOneClause = query.wanted.length + query.unwanted.length === 1
    const match = [...(selection.match ?? []), ...(isOneClause ? [] : [text])]
    const { where, values } = conditionOf({ ...selection, match })
    const from = `from (select holding.conversation as key, search.rowid as document${ranking},
          sum(search.rowid > 0) as entries
        from search cross join holding on holding.document = search.rowid
        where search match :any group by holding.conversation) hit
      join conversation on conversation.key = hit.key
      join revision on revision.id = conversation.revision
      where ${where}`
    return { from, values: { ...values, any: query.wanted.map(toFtsQuery).join(' OR ') } }
  }
}

function readCreatedAt(json: string): string | null {
  const { created_at } = (parseContainer(json) ?? {}) as { readonly created_at?: unknown }
  return typeof created_at === 'string' ? created_at : null
}
