import { ConversationsClient, isHansardError, type Chunk, type Entry } from 'hansard'

const client = new ConversationsClient({
  apiKey: process.env['MISTRAL_API_KEY'] ?? '',
  baseUrl: process.env['MISTRAL_BASE_URL'],
})

function textOf(chunk: Chunk | string): string {
  if (typeof chunk === 'string') return chunk
  return chunk.type === 'text' ? chunk.text : `[${chunk.type ?? 'text'}]`
}

function describe(entry: Entry): string {
  switch (entry.type) {
    case 'message.input':
    case 'message.output': {
      const content = entry.content ?? ''
      return `${entry.role ?? 'assistant'}: ${typeof content === 'string' ? content : content.map(textOf).join('')}`
    }
    case 'function.call':
      return `${entry.name}(${typeof entry.arguments === 'string' ? entry.arguments : '…'})`
    default:
      return `${entry.type ?? 'message.input'}: ${Object.keys(entry).join(', ')}`
  }
}

try {
  const { json: started } = await client.start({
    model: 'mistral-medium-latest',
    inputs: 'Why do rivers bend?',
  })
  const events: string[] = []
  for await (const { json } of client.appendStream(started.conversation_id, { inputs: 'Go on.' })) {
    if (json.type === 'message.output.delta' && typeof json.content === 'string') events.push(json.content)
  }
  const { json: history, text } = await client.getHistory(started.conversation_id)
  const { json: page } = await client.list({ page: 0, pageSize: 1 })
  console.log(
    JSON.stringify({
      entries: history.entries.map(describe),
      bytes: text.length,
      newest: page[0]?.id,
      events: events.length,
    }),
  )
  await client.get('conv_unknown')
} catch (error) {
  if (!isHansardError(error, 'not-found')) throw error
  console.log(JSON.stringify({ code: error.code, status: error.status, hint: error.hint }))
} finally {
  await client.close()
}
