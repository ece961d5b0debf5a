import { DatabaseAccess } from '../sqlite/database-access.ts'

interface Tips {
  readonly tip: number
  readonly messages_tip: number | null
}

/** Links and entries that only the revisions to be deleted have. Forks and later revisions share what they began with. */
export interface UnsharedHistory {
  /** The latest first. */
  readonly links: readonly number[]
  readonly entries: readonly number[]
}

/** Finds what no other conversation holds. */
export class UnsharedHistories extends DatabaseAccess {
  /**
   * @param conversations keys of the conversations that will be deleted
   */
  of(conversations: readonly number[]): UnsharedHistory {
    const keys = JSON.stringify(conversations)
    const sql =
      'select tip, messages_tip from revision where conversation in (select value from json_each(?))'
    const links = this.#linksTo(this.db.all<Tips>(sql, keys))
    const unshared = this.#withoutShared(links, keys)
    return { links: unshared, entries: this.#entriesOfOnly(unshared) }
  }

  /** All links of these histories, the latest first: a link always leads to an older one. */
  #linksTo(revisions: readonly Tips[]): number[] {
    const links = new Set<number>()
    for (const { tip, messages_tip } of revisions) {
      for (const start of [tip, messages_tip ?? 0]) {
        for (let link = start; link !== 0 && !links.has(link);) {
          links.add(link)
          const previous = this.db.pluck.get<number>('select previous from link where id = ?', link) ?? 0
          link = previous < link ? previous : 0
        }
      }
    }
    return [...links].sort((a, b) => b - a)
  }

  /** A link is shared if another revision ends with it, or if a link that stays leads to it. */
  #withoutShared(links: readonly number[], keys: string): number[] {
    const tips = `select tip as id from revision where conversation not in (select value from json_each(:keys))
      union select messages_tip from revision where conversation not in (select value from json_each(:keys))`
    const sql = `select id from (${tips}) where id in (select value from json_each(:links))`
    const ends = new Set(this.db.pluck.all<number>(sql, { keys, links: JSON.stringify(links) }))
    const unshared = new Set<number>()
    for (const link of links) {
      const next = this.db.pluck.all<number>('select id from link where previous = ?', link)
      if (!ends.has(link) && next.every((id) => unshared.has(id))) unshared.add(link)
    }
    return [...unshared]
  }

  /** The entries of links that no other link has. There is no index for this: it reads all links once. */
  #entriesOfOnly(links: readonly number[]): number[] {
    const sql = `with gone as (select value as id from json_each(?)),
        entries as materialized (select distinct entry from link where id in gone)
      select entry from entries
      except select entry from link where entry in entries and id not in gone`
    return this.db.pluck.all(sql, JSON.stringify(links))
  }
}
