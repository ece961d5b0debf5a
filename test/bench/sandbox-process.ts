import { startSandbox } from '../../src/sandbox/http/server.ts'
import { generateConversations, type GenerateOptions } from '../../src/sandbox/seed/generate-conversations.ts'

// A sandbox in its own process, so that it does not share a thread with what is measured.
const options = JSON.parse(process.argv[2] ?? '') as GenerateOptions
const sandbox = await startSandbox({
  accounts: [{ key: 'bench', stories: [generateConversations(options)] }],
})
process.send?.(sandbox.url)
