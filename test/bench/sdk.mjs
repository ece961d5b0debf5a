// A simple backup script to compare with: the official SDK, p-limit, better-sqlite3.
import { Mistral } from '@mistralai/mistralai'
import Database from 'better-sqlite3'
import pLimit from 'p-limit'

const [, , serverURL, apiKey, path] = process.argv
const { conversations } = new Mistral({ apiKey, serverURL }).beta
const limit = pLimit(8)
const db = new Database(path)
db.pragma('journal_mode = wal')
db.exec('create table conversation (id text primary key, row text, history text, messages text)')
const insert = db.prepare('insert or replace into conversation values (?, ?, ?, ?)')

for (let page = 0; ; page++) {
  const rows = await conversations.list({ page, pageSize: 100 })
  if (rows.length === 0) break
  await Promise.all(
    rows.map((row) =>
      limit(async () => {
        const conversationId = row.id
        const history = await conversations.getHistory({ conversationId })
        const messages = await conversations.getMessages({ conversationId })
        insert.run(conversationId, JSON.stringify(row), JSON.stringify(history), JSON.stringify(messages))
      }),
    ),
  )
}
