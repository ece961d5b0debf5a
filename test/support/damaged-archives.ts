import Database from 'better-sqlite3'
import {
  openSync,
  closeSync,
  readSync,
  readFileSync,
  truncateSync,
  statSync,
  writeSync,
  chmodSync,
} from 'node:fs'

import { migrate } from '../../src/archive/schema/migrations.ts'
import { makeSoundArchive } from './sound-archive.ts'

/** The kinds of damaged archives in `fixtures/damaged`, each made from a small sound one (or from nothing). */
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
  'format-1': makeFormat1,
}

/** Turns one bit of a byte of a file. */
export function flipByte(path: string, offset: number, bit = 0): void {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, offset)
  byte[0] = (byte[0] ?? 0) ^ (1 << bit)
  writeSync(file, byte, 0, 1, offset)
  closeSync(file)
}

/** Changes an archive behind hansard's back. */
export function change(path: string, sql: string): void {
  const db = new Database(path)
  db.unsafeMode() // the search index guards its own tables
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

/** The first format had generated columns and no seals. The row has a key twice: the last counts, SQLite takes the first. */
function makeFormat1(path: string): void {
  const db = new Database(path)
  db.pragma('page_size = 1024')
  migrate(db, path, 1)
  db.exec(`
    insert into run (command, hansard, base_url, started_at, ended_at, outcome, complete, listed, new)
    values ('backup', '0', 'http://x', '2026-01-02', '2026-01-02', 'done', 1, 1, 1);
    insert into entry values (1, x'${ENTRY_SHA256}', '${ENTRY}');
    insert into link values (1, 0, 1, 0);
    begin;
    insert into conversation values (1, 'conv_old', 1, '2026-01-02T00:00:00.000Z', null);
    insert into revision (conversation, run, stored_at, row, history, tip, length, chain)
    values (1, 1, '2026-01-02', '{"id":"conv_old","name":"first","name":"last","agent_version":3,"tools":[]}',
      '{"conversation_id":"conv_old","entries":[]}', 1, 1, x'${CHAIN}');
    commit;
  `)
  db.close()
  chmodSync(path, 0o600)
}

const ENTRY = '{"type":"message.input","content":"from the first days"}'
const ENTRY_SHA256 = 'f244b50adb7339893dc6762894fddc6dbdf2ce243416385a3993bd1aec152c4c'
const CHAIN = '3e72c676c7f2d01d786bcb5d72472b59f6ee1018067a76475f3e28212f266710'
