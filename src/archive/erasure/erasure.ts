import type { Reference } from '../../model/entries/references.ts'
import { SearchIndex } from '../content/search-index.ts'
import { Forgotten } from '../journal/forgotten.ts'
import { ReplayCopies } from '../ledger/replay-copies.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import { UnsharedDependencies } from './unshared-dependencies.ts'
import { UnsharedHistories } from './unshared-history.ts'

/** Number of rows that were deleted. `dependencies`: agents and files. */
export type Erased = Readonly<Record<'conversations' | 'revisions' | 'entries' | 'dependencies', number>>

/** Deletes conversations with all that belongs to them alone. */
export class Erasure extends DatabaseAccess {
  readonly #histories = new UnsharedHistories(this.db)
  readonly #dependencies = new UnsharedDependencies(this.db)
  readonly #copies = new ReplayCopies(this.db)
  readonly #forgotten = new Forgotten(this.db)
  readonly #index = new SearchIndex(this.db)

  /** The ids that the archive has something of: a conversation, or a failure to store one. */
  known(ids: readonly string[]): string[] {
    const sql = `select value from json_each(?) where value in (select id from conversation)
      or value in (select conversation from failure) or value in (select conversation from event)`
    return this.db.pluck.all(sql, JSON.stringify(ids))
  }

  /**
   * Deletes conversations, and writes their receipts. The search index is cleared: FTS5 deletes a word only when it merges the
   * parts of an index, so the index is made anew from what is left. Call it inside a transaction without foreign keys.
   */
  erase(ids: readonly string[], at: string): Erased {
    const keys = this.#keysOf(ids)
    const { links, entries } = this.#histories.of(keys)
    const [keyList, entryList] = [JSON.stringify(keys), JSON.stringify(entries)]
    const references = this.#dependencies.referencesIn(
      this.#texts('row from revision where conversation', keyList),
      this.#texts('json from entry where id', entryList),
    )
    for (const id of ids) this.#forgotten.add(id, this.#countRevisions(id), at)
    this.#deduct(keyList)
    this.#delete('link', 'id', JSON.stringify(links))
    this.#delete('entry', 'id', entryList)
    const revisions = this.#delete('revision', 'conversation', keyList)
    const conversations = this.#delete('conversation', 'key', keyList)
    this.#eraseJournal(ids)
    const unshared = this.#dependencies.unshared(references)
    this.#eraseDependencies(unshared)
    this.#index.clear()
    return { conversations, revisions, entries: entries.length, dependencies: unshared.length }
  }

  #keysOf(ids: readonly string[]): number[] {
    const sql = 'select key from conversation where id in (select value from json_each(?))'
    return this.db.pluck.all(sql, JSON.stringify(ids))
  }

  #texts(columnOfSome: string, list: string): Iterable<string> {
    return this.db.pluck.iterate<string>(`select ${columnOfSome} in (select value from json_each(?))`, list)
  }

  #countRevisions(id: string): number {
    const sql = `select count(*) from revision where conversation = (select key from conversation where id = ?)`
    return this.db.pluck.get(sql, id) as number
  }

  /** Notes with each run how many of its revisions are deleted, so that its counts can still be checked. */
  #deduct(keys: string): void {
    this.db.run(
      `with gone as (select run, count(*) as revisions from revision
          where conversation in (select value from json_each(?)) group by run)
        update run set forgotten = forgotten + gone.revisions from gone where gone.run = run.id`,
      keys,
    )
  }

  #eraseJournal(ids: readonly string[]): void {
    const list = JSON.stringify(ids)
    for (const table of ['failure', 'event', 'deletion']) this.#delete(table, 'conversation', list)
    // Its name may be a text of the conversation; another conversation that has it is not known.
    this.#delete('unknown_shape', 'example', list)
    for (const id of ids) {
      for (const copy of this.#copies.ofConversation(id)) this.#copies.remove(copy)
      this.db.run(`update run set reason = replace(reason, ?, '[forgotten]') where instr(reason, ?)`, id, id)
    }
  }

  #eraseDependencies(references: readonly Reference[]): void {
    const sql = 'delete from dependency where kind = :kind and id = :id and version = :version'
    for (const reference of references) this.db.run(sql, reference)
    const unused = 'select sha256 from blob except select sha256 from dependency'
    this.db.run(`delete from blob where sha256 in (${unused})`)
  }

  #delete(table: string, column: string, list: string): number {
    const sql = `delete from ${table} where ${column} in (select value from json_each(?))`
    return this.db.run(sql, list).changes
  }
}
