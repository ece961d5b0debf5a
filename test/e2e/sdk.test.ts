import { Mistral } from '@mistralai/mistralai'
import { expect, it } from 'vitest'

import { compact, elements, member } from '../../src/model/json/json-text.ts'
import type { Sandbox } from '../../src/sandbox/http/server.ts'
import { world } from '../support/world.ts'

const model = 'mistral-small-latest'
const HOUR_MS = 3_600_000

it('A backup contains token for token what the official SDK has created', async () => {
  let age = HOUR_MS
  // The SDK accepts only specified shapes. The Date header has the real time; the account is an hour old.
  const { sandbox, backup, run } = await world({
    behaviour: { toolShape: 'specified', agentVersion: 'integer' },
    clock: () => new Date(Date.now() - age),
  })
  const sdk = new Mistral({ apiKey: 'source', serverURL: sandbox.url })
  const settled = [...(await talkAtOnce(sdk)), ...(await talkInStreams(sdk)), await talkToAgents(sdk)]
  age = 0
  const { conversationId: fresh } = await sdk.beta.conversations.start({ model, inputs: 'Just now' })
  const ids = [...sandbox.account('source').ids].sort()
  expect(ids).toEqual([...settled, fresh].sort())

  expect(await backup()).toMatchObject({
    exitCode: 0,
    listed: ids.length,
    new: ids.length,
    failed: 0,
    complete: true,
    dependencies: { failed: 0, wanted: 0 },
  })
  const home = await exported(run)
  expect([...home.keys()].sort()).toEqual(ids)
  for (const id of ids) expect(home.get(id)).toEqual(truthOf(sandbox, id))
  expect(typesOf(home)).toEqual([
    'agent.handoff',
    'function.call',
    'function.result',
    'message.input',
    'message.output',
    'tool.execution',
  ])

  const before = sandbox.requests.length
  expect(await backup()).toMatchObject({ exitCode: 0, unchanged: ids.length, new: 0, updated: 0 })
  const again = sandbox.requests.slice(before).filter(({ operation }) => operation !== 'list')
  expect(again.map(({ operation, path }) => [operation, path.includes(fresh)])).toEqual([
    ['getHistory', true],
    ['getMessages', true],
  ])

  await sdk.beta.conversations.append({
    conversationId: settled[0] ?? '',
    conversationAppendRequest: { inputs: 'One more' },
  })
  expect(await backup()).toMatchObject({ exitCode: 0, updated: 1, unchanged: ids.length - 1 })
  expect((await exported(run)).get(settled[0] ?? '')).toEqual(truthOf(sandbox, settled[0] ?? ''))
})

/** start, append and restart, with every field that a row can have. */
async function talkAtOnce({ beta: { conversations } }: Mistral): Promise<string[]> {
  const { conversationId } = await conversations.start({
    model,
    inputs: [{ role: 'user', content: 'Schreib über Flüsse 🌊' }],
    instructions: 'Be brief',
    name: 'rivers',
    description: 'נהרות',
    metadata: { topic: 'rivers', depth: 1.5 },
    tools: [{ type: 'web_search' }, { type: 'code_interpreter' }],
    completionArgs: { temperature: 0.3, maxTokens: 200 },
  })
  await conversations.append({ conversationId, conversationAppendRequest: { inputs: 'Go on' } })
  const { entries } = await conversations.getHistory({ conversationId })
  const fork = await conversations.restart({
    conversationId,
    conversationRestartRequest: { fromEntryId: String(entries[0]?.id), inputs: 'Otherwise' },
  })
  return [conversationId, fork.conversationId]
}

/** The same as streams, read to the end. */
async function talkInStreams({ beta: { conversations } }: Mistral): Promise<string[]> {
  const conversationId = await idOfStream(
    await conversations.startStream({ model, inputs: 'Paint', tools: [{ type: 'image_generation' }] }),
  )
  await idOfStream(
    await conversations.appendStream({
      conversationId,
      conversationAppendStreamRequest: { inputs: 'Again' },
    }),
  )
  const { entries } = await conversations.getHistory({ conversationId })
  const fork = await idOfStream(
    await conversations.restartStream({
      conversationId,
      conversationRestartStreamRequest: { fromEntryId: String(entries[0]?.id), inputs: 'Larger' },
    }),
  )
  return [conversationId, fork]
}

/** A handoff, a function call and its result. */
async function talkToAgents({ beta: { agents, conversations } }: Mistral): Promise<string> {
  const read = { type: 'function' as const, function: { name: 'read', parameters: { type: 'object' } } }
  const reader = await agents.create({ model, name: 'reader', tools: [read] })
  const desk = await agents.create({ model, name: 'desk', handoffs: [reader.id] })
  const { conversationId, outputs } = await conversations.start({
    agentId: desk.id,
    inputs: 'Read the gauge',
  })
  const call = outputs.find((output) => output.type === 'function.call')
  if (call?.type !== 'function.call') throw new Error('no function was called')
  const inputs = [{ type: 'function.result' as const, toolCallId: call.toolCallId, result: '2 m' }]
  await conversations.append({ conversationId, conversationAppendRequest: { inputs } })
  return conversationId
}

async function idOfStream(stream: AsyncIterable<{ data: object }>): Promise<string> {
  let id = ''
  for await (const { data } of stream) {
    if ('conversationId' in data && typeof data.conversationId === 'string') id = data.conversationId
  }
  return id
}

interface Texts {
  readonly row: string
  readonly entries: readonly string[]
}

async function exported(
  run: (...args: string[]) => Promise<{ stdout: string }>,
): Promise<Map<string, Texts>> {
  const { stdout } = await run('export', 'jsonl', '--output', '-')
  const lines = stdout.trimEnd().split('\n')
  return new Map(
    lines.map((line) => {
      const row = member(line, 'conversation')?.value ?? ''
      const entries = elements(member(line, 'entries')?.value ?? '')
      return [(JSON.parse(row) as { id: string }).id, { row, entries }]
    }),
  )
}

function truthOf(sandbox: Sandbox, id: string): Texts {
  const account = sandbox.account('source')
  return { row: compact(account.row(id) ?? ''), entries: (account.entries(id) ?? []).map(compact) }
}

function typesOf(home: ReadonlyMap<string, Texts>): string[] {
  const entries = [...home.values()].flatMap((texts) => texts.entries)
  return [...new Set(entries.map((text) => (JSON.parse(text) as { type: string }).type))].sort()
}
