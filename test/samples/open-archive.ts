import { openArchive, type Conversation, type Entry } from 'hansard'

const archive = openArchive('hansard.db')
try {
  for (const { id, row, length, entries } of archive.conversations.readAll({
    since: '2020-01-01T00:00:00Z',
  })) {
    const { name, model } = JSON.parse(row) as Conversation
    const types = Array.from(entries(), (text) => (JSON.parse(text) as Entry).type)
    console.log(JSON.stringify({ id, name, model, length, types }))
  }
} finally {
  archive.close()
}
