import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, expectTypeOf, it } from 'vitest'

import type {
  AgentHandoff,
  Chunk,
  Conversation,
  ConversationResponse,
  Entry,
  EventData,
  FunctionCall,
  MessageInput,
  MessageOutput,
  OtherObject,
  OtherType,
  ThinkingChunk,
  Tool,
} from '../../src/index.ts'
import { clientOf, json, serve } from '../support/client-server.ts'

const captures = fileURLToPath(new URL('../../fixtures/captures', import.meta.url))

interface Narrowed {
  readonly type: string
  readonly known: boolean
}

/** A program that narrows entries by `type` alone, as a user writes it. Every branch compiles only if narrowing works. */
function describeEntry(entry: Entry): string {
  switch (entry.type) {
    case 'message.input':
    case undefined:
      return `${entry.role}: ${textOf(entry.content)}`
    case 'message.output':
      return `${entry.model ?? entry.agent_id ?? 'model'}: ${textOf(entry.content)}`
    case 'tool.execution':
      return `${entry.name}(${typeof entry.arguments === 'string' ? entry.arguments : ''}) ${Object.keys(entry.info ?? {}).join()}`
    case 'function.call':
      return `${entry.name}#${entry.tool_call_id.length}`
    case 'function.result':
      return `#${entry.tool_call_id.length}: ${entry.result.length}`
    case 'agent.handoff':
      return `to ${entry.next_agent_name ?? entry.agent_name ?? 'an agent'}`
    default: {
      const type: string = entry.type
      return `unknown ${type}: ${Object.keys(entry).join()}`
    }
  }
}

function textOf(content: MessageInput['content']): string {
  if (content === null) return ''
  if (typeof content === 'string') return content
  return content.map((chunk) => (typeof chunk === 'string' ? chunk : describeChunk(chunk))).join('')
}

function describeChunk(chunk: Chunk): string {
  switch (chunk.type) {
    case 'text':
    case undefined:
      return chunk.text
    case 'image_url':
      return typeof chunk.image_url === 'string' ? chunk.image_url : chunk.image_url.url
    case 'document_url':
      return chunk.document_name ?? chunk.document_url
    case 'tool_file':
      return chunk.file_name ?? chunk.file_id
    case 'thinking':
      return textOf(chunk.thinking)
    case 'tool_reference':
      return `${chunk.title} ${chunk.url ?? ''} ${chunk.source ?? ''}`
    case 'reference':
      return chunk.reference_ids.join()
    default:
      return `[${String(chunk.type)}]`
  }
}

describe('The types of responses', () => {
  it('narrow an entry by its type to that entry alone', () => {
    const entry = {} as Entry
    if (entry.type === 'message.output') expectTypeOf(entry).toEqualTypeOf<MessageOutput>()
    if (entry.type === 'function.call') expectTypeOf(entry).toEqualTypeOf<FunctionCall>()
    if (entry.type === 'agent.handoff') expectTypeOf(entry).toEqualTypeOf<AgentHandoff>()
    if (entry.type === undefined) expectTypeOf(entry).toEqualTypeOf<MessageInput>()
    const chunk = {} as Chunk
    if (chunk.type === 'thinking') expectTypeOf(chunk).toEqualTypeOf<ThinkingChunk>()
  })

  it('keep unknown types possible, with fields that are unknown', () => {
    expectTypeOf<OtherObject>().toExtend<Entry>()
    expectTypeOf<OtherObject>().toExtend<Chunk>()
    expectTypeOf<OtherObject>().toExtend<Tool>()
    expectTypeOf<OtherObject>().toExtend<EventData>()
    expectTypeOf<OtherObject['memory']>().toEqualTypeOf<unknown>()
    expectTypeOf<OtherType>().toExtend<string>()
    const recall = JSON.parse('{"type":"memory.recall","memories":["a"]}') as Entry
    expect(describeEntry(recall)).toBe('unknown memory.recall: type,memories')
    const hologram = JSON.parse('{"type":"hologram"}') as Chunk
    expect(describeChunk(hologram)).toBe('[hologram]')
  })

  it('allow null and absent fields where captures and reports have them', () => {
    expectTypeOf<null>().toExtend<MessageOutput['content']>()
    expectTypeOf<{ model: null; agent_id: string }>().toExtend<Pick<Conversation, 'model' | 'agent_id'>>()
    const conversation = {} as Conversation
    if (conversation.agent_id == null) expectTypeOf(conversation.model).toEqualTypeOf<string>()
    else expectTypeOf(conversation.agent_id).toEqualTypeOf<string>()
    expectTypeOf<undefined>().toExtend<ConversationResponse['usage']>()
  })

  it('come with every operation, beside the text as it was sent', async () => {
    const text =
      '{"conversation_id":"c1","entries":[{"type":"message.input","role":"user","content":"x"}],"n":1e400}'
    const { url } = await serve((_request, response) => json(response, text))
    const client = clientOf(url)
    const history = await client.getHistory('c1')
    expectTypeOf(history.json.entries).toEqualTypeOf<readonly Entry[]>()
    expect(history.json.entries.map(describeEntry)).toEqual(['user: x'])
    expect(history.text).toBe(text)
    expectTypeOf(client.list).returns.resolves.toHaveProperty('json').toEqualTypeOf<readonly Conversation[]>()
    expectTypeOf(client.get).returns.resolves.toHaveProperty('json').toEqualTypeOf<Conversation>()
    expectTypeOf(client.start).returns.resolves.toHaveProperty('json').toEqualTypeOf<ConversationResponse>()
    expectTypeOf(client.call).returns.resolves.not.toHaveProperty('json')
  })
})

describe('Captured responses', () => {
  const jsonFiles = readdirSync(captures).filter((name) => name.endsWith('.json'))

  it.each(jsonFiles)('fit the types: %s', (name) => {
    const body: unknown = JSON.parse(readFileSync(join(captures, name), 'utf8'))
    if (name === 'list.json' || name === 'get.json') {
      for (const { id, model, agent_id } of [body].flat() as Conversation[])
        expect([id, model ?? agent_id]).toEqual([expect.any(String), expect.any(String)])
      return
    }
    const { outputs, entries = outputs, messages = entries } = body as Record<string, Entry[] | undefined>
    expect(messages?.length).toBeGreaterThan(0)
    for (const entry of messages ?? []) {
      expect(describeEntry(entry)).not.toMatch(/unknown|undefined|\[object/)
      const text = JSON.stringify(entry)
      expect(entry.object).toBe('entry')
      expect(text).toContain(`"type":"${String(entry.type)}"`)
    }
  })

  it('narrow to every event of the stream', () => {
    const lines = readFileSync(join(captures, 'start.stream.sse'), 'utf8').split('\n')
    const events = lines
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)) as EventData)
    const narrowed = events.map((event): Narrowed => {
      switch (event.type) {
        case 'conversation.response.started':
          return { type: event.type, known: event.conversation_id.startsWith('conv_') }
        case 'message.output.delta':
          return {
            type: event.type,
            known: typeof event.content === 'string' && event.output_index !== undefined,
          }
        case 'tool.execution.started':
        case 'tool.execution.done':
          return { type: event.type, known: event.name.length > 0 }
        case 'conversation.response.done':
          return { type: event.type, known: (event.usage?.total_tokens ?? 0) > 0 }
        default:
          return { type: event.type, known: false }
      }
    })
    expect(narrowed.filter(({ known }) => !known)).toEqual([])
    expect(narrowed).toHaveLength(8)
  })
})
