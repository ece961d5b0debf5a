import { findReferences, type Reference } from '../../model/entries/references.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

/** Finds the agents and files that nothing refers to any more. */
export class UnsharedDependencies extends DatabaseAccess {
  /** The references of rows and entries. */
  referencesIn(rows: Iterable<string>, entries: Iterable<string>): ReadonlyMap<string, Reference> {
    const found = new Map<string, Reference>()
    for (const row of rows) for (const each of referencesOf(row, [])) found.set(keyOf(each), each)
    for (const entry of entries) for (const each of referencesOf('{}', [entry])) found.set(keyOf(each), each)
    return found
  }

  /**
   * Those of some references that no stored row or entry has. Call it after the deletion of rows and entries. It reads all
   * texts once: references have no table of their own, because nothing else needs one.
   */
  unshared(references: ReadonlyMap<string, Reference>): Reference[] {
    const left = new Map(references)
    for (const { kind, text } of this.#textsWithAny([...references.values()])) {
      const held = kind === 'row' ? this.referencesIn([text], []) : this.referencesIn([], [text])
      for (const key of held.keys()) left.delete(key)
      if (left.size === 0) break
    }
    return [...left.values()]
  }

  /** A text with an escape may spell an id in another way. */
  *#textsWithAny(references: readonly Reference[]): Generator<{ kind: 'row' | 'entry'; text: string }> {
    if (references.length === 0) return
    const needles = JSON.stringify(['\\u', ...new Set(references.map(({ id }) => id))])
    const has = (column: string) =>
      `exists (select 1 from json_each(:needles) where instr(${column}, value) > 0)`
    const sql = `select 'row' as kind, row as text from revision where ${has('row')}
      union all select 'entry', json from entry where ${has('json')}`
    yield* this.db.iterate<{ kind: 'row' | 'entry'; text: string }>(sql, { needles })
  }
}

/** A text that cannot be read has no references that a backup would have found. */
function referencesOf(row: string, entries: readonly string[]): Reference[] {
  try {
    return findReferences(
      row,
      entries.map((entry): unknown => JSON.parse(entry)),
    )
  } catch {
    return []
  }
}

function keyOf({ kind, id, version }: Reference): string {
  return JSON.stringify([kind, id, version])
}
