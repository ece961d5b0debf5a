import { Ajv2020 } from 'ajv/dist/2020.js'
import { default as addFormats } from 'ajv-formats'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import { parseStory } from '../../src/sandbox/account/story.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import { readEvents, visit, type Visit } from '../support/sandbox.ts'

type Value = Record<string, unknown>

const openapi = JSON.parse(readFileSync('fixtures/openapi.json', 'utf8')) as object
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema(openapi, 'openapi')

const model = 'mistral-small-latest'
const start = '/v1/conversations'
const builtIn = ['web_search', 'code_interpreter', 'image_generation'].map((type) => ({ type }))
const library = { type: 'document_library', library_ids: ['l'] }
const connector = { type: 'connector', connector_id: 'gauges' }
const reader = { type: 'function', function: { name: 'read', parameters: { type: 'object' } } }
const tools = [...builtIn, library, connector]

/** Known deviations of the service from its own specification: corrected before a response is validated. */
const deviations: Record<string, (value: Value) => Value | undefined> = {
  'tool.execution without arguments': (value) =>
    value['type'] === 'tool.execution' && !('arguments' in value) ? { ...value, arguments: '' } : undefined,
  'function on tool.execution': (value) =>
    value['type'] === 'tool.execution' && 'function' in value ? omit(value, 'function') : undefined,
  'source on tool_reference': (value) =>
    value['type'] === 'tool_reference' && 'source' in value ? omit(value, 'source') : undefined,
  'tool.execution.started without arguments': (value) =>
    value['type'] === 'tool.execution.started' && !('arguments' in value)
      ? { ...value, arguments: '' }
      : undefined,
}

describe('every response matches the specification', () => {
  it('with the switches set as specified', async () => {
    await tour({ toolShape: 'specified' }, (value) => value)
  })

  it('whatever the type of agent_version', async () => {
    for (const agentVersion of ['absent', 'integer', 'string', 'null'] as const) {
      const visitor = await visit({ behaviour: { agentVersion } })
      const { id } = (await visitor.post('/v1/agents', { model, name: 'helper' })).json
      const { conversation_id: started } = (await visitor.post(start, { agent_id: id, inputs: 'Hi' })).json
      await readAll(
        visitor,
        started,
        judgeOf((value) => value),
      )
    }
  })

  it('with the switches set as captured, apart from known deviations', async () => {
    const seen = new Set<string>()
    await tour({}, (value) => putRight(value, seen))
    expect([...seen].sort()).toEqual(Object.keys(deviations).sort())
  })

  it('in the plain stories', async () => {
    for (const name of ['plain-river', 'plain-agents']) {
      const story = parseStory(readFileSync(`fixtures/stories/${name}.json`, 'utf8'))
      const visitor = await visit({ accounts: [{ key: 'key', stories: [story] }] })
      const judge = judgeOf((value) => value)
      const [id = ''] = visitor.sandbox.account('key').ids
      await readAll(visitor, id, judge)
      for (const agent of story.agents) judge('Agent', JSON.parse(agent))
    }
  })

  it('but not in the odd ones', () => {
    const story = parseStory(readFileSync('fixtures/stories/odd-shapes.json', 'utf8'))
    const [odd] = story.conversations
    const history = { conversation_id: 'x', entries: odd?.entries.map((text) => JSON.parse(text) as Value) }
    expect(complaints('ConversationHistory', history)).not.toEqual([])
  })
})

type Judge = (schema: string, value: unknown) => void

function judgeOf(prepare: (value: unknown) => unknown): Judge {
  return (schema, value) => expect(complaints(schema, prepare(value)), schema).toEqual([])
}

/** Calls every operation of the sandbox. */
async function tour(behaviour: Partial<Behaviour>, prepare: (value: unknown) => unknown): Promise<void> {
  const visitor = await visit({ behaviour })
  const { get, post, send } = visitor
  const judge = judgeOf(prepare)
  judge('ModelList', (await get('/v1/models')).json)
  const second = (await post('/v1/agents', { model, name: 'second', tools: [reader] })).json
  const first = (await post('/v1/agents', { model, name: 'first', handoffs: [second.id] })).json
  judge('Agent', first)
  judge('Agent', (await send('PATCH', `/v1/agents/${first.id}`, '{"description":"x"}')).json)
  judge('Agent', (await get(`/v1/agents/${first.id}`)).json)
  judge('Agent', (await get(`/v1/agents/${first.id}/versions`)).json[0])
  const bodies = [
    { model, inputs: 'Use them', tools, metadata: { a: 1 }, completion_args: { temperature: 0.5 } },
    {
      model: 'magistral-medium-latest',
      inputs: [{ role: 'user', content: 'Think' }],
      name: 'n',
      instructions: 'i',
    },
    { model, inputs: 'Call', tools: [reader], guardrails: [] },
    { agent_id: first.id, inputs: 'Hand over' },
  ]
  for (const body of bodies) {
    const { json } = await post(start, body)
    judge('ConversationResponse', json)
    await readAll(visitor, json.conversation_id, judge)
    judgeEvents((await post(start, { ...body, stream: true })).text, judge)
  }
  const { json } = await post(start, { model, inputs: 'Hi' })
  const path = `${start}/${json.conversation_id}`
  judge('ConversationResponse', (await post(path, { inputs: 'On' })).json)
  const [entry] = (await get(`${path}/history`)).json.entries
  judge('ConversationResponse', (await post(`${path}/restart`, { from_entry_id: entry.id, inputs: '' })).json)
  judge('HTTPValidationError', (await post(start, { inputs: 1, x: 2 })).json)
  for (const id of generatedFiles(visitor)) judge('GetFileResponse', (await get(`/v1/files/${id}`)).json)
}

async function readAll({ get }: Visit, id: string, judge: Judge): Promise<void> {
  const row = (await get(`${start}/${id}`)).json
  const kind = 'model' in row ? 'ModelConversation' : 'AgentConversation'
  judge(kind, row)
  judge(
    kind,
    (await get(start)).json.find((each: Value) => each['id'] === id),
  )
  judge('ConversationHistory', (await get(`${start}/${id}/history`)).json)
  judge('ConversationMessages', (await get(`${start}/${id}/messages`)).json)
}

function judgeEvents(text: string, judge: Judge): void {
  const events = readEvents(text)
  expect(events.length).toBeGreaterThan(2)
  for (const event of events) judge('ConversationEvents', event)
}

function generatedFiles({ sandbox }: Visit): string[] {
  const account = sandbox.account('key')
  const entries = account.ids.flatMap((id) => account.entries(id) ?? []).join()
  const ids = [...entries.matchAll(/"file_id":"([^"]+)"/g)].map(([, id = '']) => id)
  expect(ids).not.toEqual([])
  return ids
}

function complaints(schema: string, value: unknown): string[] {
  const validate = ajv.compile({ $ref: `openapi#/components/schemas/${schema}` })
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

function putRight(value: unknown, seen: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => putRight(each, seen))
  if (typeof value !== 'object' || value === null) return value
  let right = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, putRight(each, seen)]))
  for (const [name, repair] of Object.entries(deviations)) {
    const repaired = repair(right)
    if (repaired === undefined) continue
    seen.add(name)
    right = repaired
  }
  return right
}

function omit(value: Value, key: string): Value {
  return Object.fromEntries(Object.entries(value).filter(([each]) => each !== key))
}
