import { startSandbox } from '../../src/sandbox/http/server.ts'
import { manyConversations, type ManyOptions } from '../../src/sandbox/seed/generate-conversations.ts'

// A sandbox in a process of its own, so that what is measured does not share a thread with it.
const options = JSON.parse(process.argv[2] ?? '') as ManyOptions
const sandbox = await startSandbox({ accounts: [{ key: 'bench', stories: [manyConversations(options)] }] })
process.send?.(sandbox.url)
