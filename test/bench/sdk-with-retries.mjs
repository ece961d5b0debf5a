// Reads conversations with the official SDK, its own retries and eight callers, until it is stopped.
import { Mistral } from '@mistralai/mistralai'
import pLimit from 'p-limit'

const [, , serverURL, apiKey] = process.argv
const backoff = { initialInterval: 500, maxInterval: 60_000, exponent: 1.5, maxElapsedTime: 3_600_000 }
const retryConfig = { strategy: 'backoff', backoff, retryConnectionErrors: false }
const { conversations } = new Mistral({ apiKey, serverURL, retryConfig }).beta
const limit = pLimit(8)

for (let page = 0; ; page++) {
  const rows = await conversations.list({ page, pageSize: 100 })
  if (rows.length === 0) break
  await Promise.all(
    rows.map(({ id: conversationId }) => limit(() => conversations.getHistory({ conversationId }))),
  )
}
