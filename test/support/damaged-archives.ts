import Database from 'better-sqlite3'
import { openSync, closeSync, readSync, readFileSync, truncateSync, statSync, writeSync } from 'node:fs'

import { makeSoundArchive } from './sound-archive.ts'

/** The kinds of damaged archives in `fixtures/damaged`, each created from the sound archive. */
export const damagedArchives: Readonly<Record<string, (path: string) => void>> = {
  'flipped-page': (path) => {
    makeSoundArchive(path)
    const [page, size] = query(
      path,
      `select rootpage from sqlite_schema where name = 'revision_conversation'`,
    )
    flipByte(path, (page - 1) * size + 4) // of the number of cells in the page
  },
  'flipped-text': (path) => {
    makeSoundArchive(path)
    // An earlier copy of the text may be left over in the unused part of a page.
    flipByte(path, readFileSync(path).lastIndexOf('bends 3 times'))
  },
  'missing-entry': (path) => {
    makeSoundArchive(path)
    change(path, 'pragma foreign_keys = off; delete from entry where id = 2')
  },
  truncated: (path) => {
    makeSoundArchive(path)
    truncateSync(path, Math.floor(statSync(path).size * 0.7))
  },
  newer: (path) => {
    makeSoundArchive(path)
    change(path, 'pragma user_version = 999')
  },
  older: (path) => {
    makeSoundArchive(path)
    change(path, 'pragma user_version = 7')
  },
}

/** Flips one bit of a file. */
export function flipByte(path: string, offset: number, bit = 0): void {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, offset)
  byte[0] = (byte[0] ?? 0) ^ (1 << bit)
  writeSync(file, byte, 0, 1, offset)
  closeSync(file)
}

/** Changes an archive with plain SQL. */
export function change(path: string, sql: string): void {
  const db = new Database(path)
  db.unsafeMode() // FTS5 protects the tables of the search index
  db.exec(sql)
  db.close()
}

function query(path: string, sql: string): [value: number, pageSize: number] {
  const db = new Database(path, { readonly: true })
  const value = db.prepare(sql).pluck().get() as number
  const size = db.pragma('page_size', { simple: true }) as number
  db.close()
  return [value, size]
}
