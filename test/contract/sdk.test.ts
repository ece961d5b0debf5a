import { Mistral } from '@mistralai/mistralai'
import { describe, expect, it } from 'vitest'

import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { visit } from '../support/sandbox.ts'

/** The shapes that the SDK accepts: it is stricter than the service. */
const specified: Partial<Behaviour> = { toolShape: 'specified', agentVersion: 'integer' }
const model = 'mistral-small-latest'

async function openSdk(behaviour = specified, stories = storiesDirectory) {
  const { sandbox } = await visit({
    behaviour,
    accounts: [{ key: 'key', stories: await loadStories(stories) }, { key: 'empty' }],
  })
  const as = (apiKey: string) => new Mistral({ apiKey, serverURL: sandbox.url })
  return {
    sandbox,
    full: as('key'),
    empty: as('empty').beta.conversations,
    sdk: as('empty'),
    stranger: as('nobody'),
  }
}

async function eventsOf(stream: AsyncIterable<{ event: string }>): Promise<string[]> {
  const events: string[] = []
  for await (const { event } of stream) events.push(event)
  return events
}

describe('the official SDK with the sandbox', () => {
  it('calls the eight operations that do not stream', async () => {
    const { empty } = await openSdk()
    const started = await empty.start({ model, inputs: 'Hello', name: 'greeting', metadata: { a: 1 } })
    expect(started.outputs[0]).toMatchObject({ type: 'message.output', role: 'assistant' })
    const { conversationId } = started
    const appended = await empty.append({ conversationId, conversationAppendRequest: { inputs: 'Go on' } })
    expect(appended.conversationId).toBe(conversationId)
    const { entries } = await empty.getHistory({ conversationId })
    expect(entries.map(({ type }) => type)).toEqual([
      'message.input',
      'message.output',
      'message.input',
      'message.output',
    ])
    expect((await empty.getMessages({ conversationId })).messages).toHaveLength(4)
    const restarted = await empty.restart({
      conversationId,
      conversationRestartRequest: { fromEntryId: String(entries[1]?.id), inputs: 'Again' },
    })
    expect((await empty.getHistory({ conversationId: restarted.conversationId })).entries).toHaveLength(4)
    expect(await empty.get({ conversationId })).toMatchObject({ name: 'greeting', metadata: { a: 1 }, model })
    expect((await empty.list({})).map(({ id }) => id)).toEqual([restarted.conversationId, conversationId])
    expect(await empty.list({ metadata: { a: 2 } })).toEqual([])
    await empty.delete({ conversationId })
    await expect(empty.get({ conversationId })).rejects.toMatchObject({ statusCode: 404 })
  })

  it('calls the three that stream', async () => {
    const { sandbox, empty } = await openSdk()
    const tools = [{ type: 'web_search' as const }, { type: 'image_generation' as const }]
    const events = await eventsOf(await empty.startStream({ model, inputs: 'Hello', tools }))
    expect(events[0]).toBe('conversation.response.started')
    expect(events).toContain('tool.execution.delta')
    expect(events.at(-1)).toBe('conversation.response.done')
    const conversationId = sandbox.account('empty').ids[0] ?? ''
    const appended = await empty.appendStream({
      conversationId,
      conversationAppendStreamRequest: { inputs: 'Go on' },
    })
    expect(await eventsOf(appended)).toContain('message.output.delta')
    const [first] = (await empty.getHistory({ conversationId })).entries
    const restarted = await empty.restartStream({
      conversationId,
      conversationRestartStreamRequest: { fromEntryId: String(first?.id), inputs: 'Again' },
    })
    expect((await eventsOf(restarted)).at(-1)).toBe('conversation.response.done')
    expect(sandbox.requests.map(({ operation }) => operation)).toEqual([
      'startStream',
      'appendStream',
      'getHistory',
      'restartStream',
    ])
  })

  it('calls functions, sends results, and hands over between agents that it created', async () => {
    const { sdk, empty } = await openSdk()
    const read = { type: 'function' as const, function: { name: 'read', parameters: { type: 'object' } } }
    const reader = await sdk.beta.agents.create({ model, name: 'reader', tools: [read] })
    const desk = await sdk.beta.agents.create({ model, name: 'desk', handoffs: [reader.id] })
    const { conversationId, outputs } = await empty.start({ agentId: desk.id, inputs: 'Read the gauge' })
    const [handoff, call] = outputs
    expect(handoff).toMatchObject({ type: 'agent.handoff', nextAgentName: 'reader' })
    if (call?.type !== 'function.call') throw new Error('no function was called')
    const inputs = [{ type: 'function.result' as const, toolCallId: call.toolCallId, result: '2 m' }]
    const answer = await empty.append({ conversationId, conversationAppendRequest: { inputs } })
    expect(JSON.stringify(answer.outputs)).toContain('The result was 2 m.')
  })

  it('looks up models, agents at their versions, and generated files', async () => {
    const { sdk, empty } = await openSdk()
    expect((await sdk.models.list()).data?.length).toBeGreaterThan(3)
    const { id } = await sdk.beta.agents.create({ model, name: 'one' })
    await sdk.beta.agents.update({ agentId: id, updateAgentRequest: { name: 'two' } })
    expect((await sdk.beta.agents.get({ agentId: id })).name).toBe('two')
    expect((await sdk.beta.agents.get({ agentId: id, agentVersion: 0 })).name).toBe('one')
    expect((await sdk.beta.agents.getVersion({ agentId: id, version: '0' })).name).toBe('one')
    expect(await sdk.beta.agents.listVersions({ agentId: id })).toHaveLength(2)
    const { outputs } = await empty.start({ model, inputs: 'Paint', tools: [{ type: 'image_generation' }] })
    const [, fileId = ''] = /"fileId":"([^"]+)"/.exec(JSON.stringify(outputs)) ?? []
    expect((await sdk.files.retrieve({ fileId })).id).toBe(fileId)
    const bytes = await new Response(await sdk.files.download({ fileId })).arrayBuffer()
    expect(Buffer.from(bytes).subarray(1, 4).toString()).toBe('PNG')
  })

  it('recognizes the errors', async () => {
    const { stranger, empty } = await openSdk()
    await expect(stranger.beta.conversations.list({})).rejects.toMatchObject({ statusCode: 401 })
    await expect(empty.start({ inputs: 'Hello' })).rejects.toMatchObject({
      name: 'HTTPValidationError',
      statusCode: 422,
    })
  })

  it('reads the plain stories, and fails on the odd ones', async () => {
    const { full } = await openSdk()
    const read = (conversationId: string) => full.beta.conversations.getHistory({ conversationId })
    expect((await read('conv_0684fd306df172f2800051d4f82d4a8b')).entries).toHaveLength(5)
    expect((await read('conv_019c8f1a2b3c7d4e8f60718293a4b5c6')).entries).toHaveLength(5)
    for (const odd of ['conv_068359b1dc6f74658000000a358b2357', 'conv_019ce791858676bc94cc69cd6aa43500']) {
      await expect(read(odd)).rejects.toThrow('Response validation failed')
    }
    await expect(full.beta.conversations.list({})).rejects.toThrow('Response validation failed')
  })
})
