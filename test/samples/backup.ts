import { backup, ConversationsClient, openArchive } from 'hansard'

const client = new ConversationsClient({
  apiKey: process.env['MISTRAL_API_KEY'] ?? '',
  baseUrl: process.env['MISTRAL_BASE_URL'],
})
const archive = openArchive('hansard.db', { mode: 'create' })
try {
  const { listed, new: added, failed, complete } = await backup(client, archive, { concurrency: 4 })
  console.log(JSON.stringify({ listed, added, failed, complete }))
} finally {
  archive.close()
  await client.close()
}
