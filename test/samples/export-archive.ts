import { exportArchive, openArchive } from 'hansard'

const archive = openArchive('hansard.db')
try {
  const lines = await exportArchive(archive, { format: 'jsonl', output: 'conversations.jsonl' })
  const table = await exportArchive(archive, {
    format: 'csv',
    output: 'tables',
    options: { escapeFormulas: false },
  })
  console.log(JSON.stringify({ lines, table }))
} finally {
  archive.close()
}
