import { ConversationsClient, startSandbox } from 'hansard'

const sandbox = await startSandbox({
  accounts: [{ key: 'my-key' }],
  faults: [{ operation: 'get', nth: 1, then: { kind: 'answer', status: 503 } }],
})
const client = new ConversationsClient({ apiKey: 'my-key', baseUrl: sandbox.url })
try {
  const id = sandbox.account('my-key').create({
    entries: ['{"type":"message.input","role":"user","content":"Hello"}'],
  })
  const { json } = await client.get(id)
  console.log(JSON.stringify({ found: json.id === id, retries: client.counters.retries }))
} finally {
  await client.close()
  await sandbox.close()
}
