import Database from 'better-sqlite3'
import { closeSync, openSync, writeSync } from 'node:fs'

/** Makes a page of a table or an index unreadable; returns its number of leaf pages. */
export function destroyPage(path: string, tree: string, which = 0): number {
  const db = new Database(path, { readonly: true })
  const pages = db
    .prepare(`select pageno from dbstat where name = ? and pagetype = 'leaf' order by pageno`)
    .pluck()
    .all(tree) as number[]
  const size = db.pragma('page_size', { simple: true }) as number
  db.close()
  const page = pages[which]
  if (page === undefined) throw new Error(`${tree} has only ${pages.length} pages`)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.from([0]), 0, 1, (page - 1) * size) // no type of page has this number
  closeSync(file)
  return pages.length
}
