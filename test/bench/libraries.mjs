// What a first backup takes of the libraries alone: fetches and parses the same bytes, stores the entries in tables like ours, and
// fills a search index. Whatever makes it a backup is left out: proof, redaction, comparison, revisions, journal, retries.
import Database from 'better-sqlite3'
import { hash } from 'node:crypto'
import pLimit from 'p-limit'
import { Agent, request } from 'undici'

const [, , baseUrl, key, path] = process.argv
const dispatcher = new Agent({ connections: 8 })
const limit = pLimit(8)

const db = new Database(path)
db.exec(`
  pragma page_size = 16384; pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 4096;
  create table entry (id integer primary key, sha256 blob not null, json text not null) strict;
  create index entry_sha256 on entry (substr(sha256, 1, 8));
  create table link (id integer primary key, previous integer, entry integer, position integer, unique (previous, entry)) strict;
  create table conversation (key integer primary key, id text not null unique, row text not null) strict;
  create table holding (document integer, conversation integer, primary key (document, conversation)) strict, without rowid;
  create virtual table search using fts5 (words, content = '', tokenize = 'ascii');
  insert into search (search, rank) values ('hashsize', 32000000);`)
const findEntry = db.prepare('select id from entry where substr(sha256, 1, 8) = substr(?, 1, 8)').pluck()
const addEntry = db.prepare('insert into entry (sha256, json) values (?, ?)')
const addLink = db.prepare('insert into link (previous, entry, position) values (?, ?, ?)')
const addConversation = db.prepare('insert into conversation (id, row) values (?, ?)')
const addHolding = db.prepare('insert into holding values (?, ?)')
const nextEntry = db.prepare('select id, json from entry where id > ? order by id limit 1')
const addWords = db.prepare('insert into search (rowid, words) values (?, ?)')

let batchBegan = 0

async function get(path) {
  const { body } = await request(`${baseUrl}/v1/conversations${path}`, {
    dispatcher,
    headers: { authorization: `Bearer ${key}` },
  })
  return JSON.parse(await body.text())
}

function store(row, entries) {
  if (!db.inTransaction) {
    db.exec('begin')
    batchBegan = performance.now()
  }
  const conversation = addConversation.run(row.id, JSON.stringify(row)).lastInsertRowid
  let tip = 0
  for (const [position, entry] of entries.entries()) {
    const json = JSON.stringify(entry)
    const sha256 = hash('sha256', json, 'buffer')
    const id = findEntry.get(sha256) ?? addEntry.run(sha256, json).lastInsertRowid
    tip = addLink.run(tip, id, position).lastInsertRowid
    addHolding.run(id, conversation)
  }
  if (performance.now() - batchBegan >= 250) db.exec('commit')
}

function fillIndex() {
  let after = 0
  for (let isMore = true; isMore;) {
    db.exec('begin')
    for (let left = 16_000_000; left > 0 && isMore;) {
      const next = nextEntry.get(after)
      isMore = next !== undefined
      if (!isMore) break
      const { content, arguments: given, result } = JSON.parse(next.json)
      const text = content ?? given ?? result ?? ''
      addWords.run(next.id, typeof text === 'string' ? text : JSON.stringify(text))
      after = next.id
      left -= next.json.length
    }
    db.exec('commit')
  }
}

for (let page = 0; ; page++) {
  const rows = await get(`?page=${page}&page_size=100`)
  if (rows.length === 0) break
  const fetchOne = async (row) => {
    const { entries } = await get(`/${row.id}/history`)
    await get(`/${row.id}/messages`)
    store(row, entries)
  }
  await Promise.all(rows.map((row) => limit(() => fetchOne(row))))
}
if (db.inTransaction) db.exec('commit')
fillIndex()
db.pragma('wal_checkpoint(truncate)')
db.close()
