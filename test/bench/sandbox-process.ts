import type { Fault } from '../../src/sandbox/faults/fault.ts'
import { startSandbox } from '../../src/sandbox/http/server.ts'
import { generateConversations, type GenerateOptions } from '../../src/sandbox/seed/generate-conversations.ts'
import { KEY } from './measure.ts'

// A sandbox in its own process, so that it does not share a thread with what is measured.
const { faults, ...options } = JSON.parse(process.argv[2] ?? '') as GenerateOptions & { faults?: Fault[] }
const sandbox = await startSandbox({
  accounts: [{ key: KEY, stories: [generateConversations(options)] }],
  ...(faults && { faults }),
})
// Any message asks for the statuses of all requests so far.
process.on('message', () => process.send?.(sandbox.requests.map(({ status }) => status)))
process.send?.(sandbox.url)
