import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { visit } from '../support/sandbox.ts'

const model = 'mistral-small-latest'
const start = '/v1/conversations'
const user = { role: 'user', content: 'Ask the gauge' }
const call = (id: string) => ({ type: 'function.call', tool_call_id: id, name: 'read', arguments: '{}' })
const result = (id: string) => ({ type: 'function.result', tool_call_id: id, result: '2 m' })
const tools = [
  {
    type: 'function',
    function: { name: 'read', parameters: { properties: { station: { type: 'integer' } } } },
  },
  { type: 'function', function: { name: 'write', parameters: {} } },
]

describe('a request', () => {
  it.each([
    ['without inputs', { model }, ['body', 'inputs'], 'missing'],
    ['with an unknown field', { model, inputs: 'x', colour: 1 }, ['body', 'colour'], 'extra_forbidden'],
    [
      'with an unknown field in an entry',
      { model, inputs: [{ ...user, mood: 1 }] },
      ['body', 'inputs', 0, 'mood'],
      'extra_forbidden',
    ],
    [
      'with an unknown entry type',
      { model, inputs: [{ type: 'memory' }] },
      ['body', 'inputs', 0],
      'union_tag_invalid',
    ],
    [
      'with an unknown chunk type',
      { model, inputs: [{ role: 'user', content: [{ type: 'hologram' }] }] },
      ['body', 'inputs', 0, 'content', 0],
      'union_tag_invalid',
    ],
    [
      'with content null',
      { model, inputs: [{ role: 'user', content: null }] },
      ['body', 'inputs', 0, 'content'],
      'list_type',
    ],
    [
      'with an unknown role',
      { model, inputs: [{ role: 'king', content: '' }] },
      ['body', 'inputs', 0, 'role'],
      'literal_error',
    ],
    [
      'with a temperature above 1',
      { model, inputs: 'x', completion_args: { temperature: 2 } },
      ['body', 'completion_args', 'temperature'],
      'less_than_equal',
    ],
    [
      'with the invalid response_format that the service returns',
      {
        model,
        inputs: 'x',
        completion_args: { response_format: { type: 'json_schema', json_schema: null } },
      },
      ['body', 'completion_args', 'response_format', 'json_schema'],
      'model_type',
    ],
    ['without model and agent', { inputs: 'x' }, ['body'], 'value_error'],
    ['with a number in place of a string', { model, inputs: 'x', name: 1 }, ['body', 'name'], 'string_type'],
    [
      'with a fraction in max_tokens',
      { model, inputs: 'x', completion_args: { max_tokens: 0.5 } },
      ['body', 'completion_args', 'max_tokens'],
      'int_type',
    ],
    ['with metadata that is a list', { model, inputs: 'x', metadata: [] }, ['body', 'metadata'], 'dict_type'],
    ['that is a list', [], ['body'], 'model_type'],
  ] as const)('%s is refused', async (_, body, loc, type) => {
    const { post } = await visit()
    const { status, json } = await post(start, body)
    expect([status, json.detail[0]]).toEqual([422, { loc, type, msg: expect.any(String) }])
  })

  it('is refused if it is not JSON', async () => {
    const { send } = await visit()
    expect((await send('POST', start, '{')).json.detail[0].type).toBe('json_invalid')
  })

  it('for an agent cannot have model fields', async () => {
    const { post } = await visit()
    const { id } = (await post('/v1/agents', { model, name: 'helper' })).json
    for (const extra of [{ model }, { instructions: 'x' }, { tools }, { completion_args: {} }]) {
      expect((await post(start, { agent_id: id, inputs: 'Hi', ...extra })).status).toBe(422)
    }
    expect((await post(start, { agent_id: id, inputs: 'Hi', tools: [], model: null })).status).toBe(200)
    expect((await post(start, { agent_id: 'ag_no', inputs: 'Hi' })).status).toBe(404)
    expect((await post(start, { agent_id: id, agent_version: 9, inputs: 'Hi' })).status).toBe(404)
  })

  it('is refused for an unknown model, or if it exceeds the context', async () => {
    const { post } = await visit()
    expect((await post(start, { model: 'gpt', inputs: 'Hi' })).json).toMatchObject({ code: '1500' })
    const long = await post(start, { model: 'open-mistral-tiny', inputs: 'x'.repeat(9000) })
    expect(long).toMatchObject({ status: 400, json: { code: 3051 } })
  })
})

describe('calls and results', () => {
  it('must match in the inputs', async () => {
    const { post } = await visit()
    const status = async (...inputs: object[]) => (await post(start, { model, inputs })).json.code
    expect(await status(user, call('a'), result('a'))).toBeUndefined()
    expect(await status(user, call('a'), call('b'), result('b'), result('a'), user)).toBeUndefined()
    expect(await status(user, call('a'))).toBe(3230)
    expect(await status(user, call('a'), user)).toBe(3230)
    expect(await status(user, result('a'))).toBe(3230)
    expect(await status(user, call('a'), call('b'), result('a'))).toBe(3230)
  })

  it('block the conversation until every call has its result', async () => {
    const { post } = await visit()
    const { json } = await post(start, { model, tools, inputs: 'Read it' })
    expect(json.outputs).toMatchObject([{ type: 'function.call', name: 'read', completed_at: null }])
    const [{ tool_call_id: id, arguments: args }] = json.outputs
    expect(id).toMatch(/^\w{9}$/)
    expect(JSON.parse(args)).toEqual({ station: expect.any(Number) })
    const path = `${start}/${json.conversation_id}`
    expect((await post(path, { inputs: 'Well?' })).json).toMatchObject({
      code: 3001,
      message: { tool_call_ids: [id] },
    })
    expect((await post(path, { inputs: [] })).json.code).toBe(3001)
    const answered = await post(path, { inputs: [result(id)] })
    expect(answered.json.outputs[0].content).toContain('The result was 2 m.')
  })

  it('follow tool_choice', async () => {
    const { post } = await visit()
    const types = async (tool_choice: string) => {
      const { json } = await post(start, { model, tools, inputs: 'Read', completion_args: { tool_choice } })
      return json.outputs.map(({ type, name }: { type: string; name?: string }) => name ?? type)
    }
    expect(await types('auto')).toEqual(['read'])
    expect(await types('any')).toEqual(['read', 'write'])
    expect(await types('required')).toEqual(['read', 'write'])
    expect(await types('none')).toEqual(['message.output'])
  })
})

describe('answers', () => {
  it('are the same for the same inputs, and differ for others', async () => {
    const { post } = await visit()
    const content = async (inputs: string) => (await post(start, { model, inputs })).json.outputs[0].content
    expect(await content('a')).toBe(await content('a'))
    expect(await content('a')).not.toBe(await content('b'))
  })

  it('run built-in tools and count their tokens', async () => {
    const { post } = await visit()
    const builtIn = ['web_search', 'code_interpreter', 'image_generation'].map((type) => ({ type }))
    const library = { type: 'document_library', library_ids: ['l'] }
    const connector = { type: 'connector', connector_id: 'gauges' }
    const { json } = await post(start, {
      model,
      inputs: 'All of it',
      tools: [...builtIn, library, connector],
    })
    expect(json.outputs.map((each: { name?: string; type: string }) => each.name ?? each.type)).toEqual([
      'web_search',
      'code_interpreter',
      'image_generation',
      'document_library',
      'gauges',
      'message.output',
    ])
    expect(json.outputs[1].info).toMatchObject({
      code: expect.stringContaining('def'),
      code_output: expect.any(String),
    })
    expect(json.outputs[4].function).toBe('lookup')
    expect(json.usage.connectors).toEqual({
      web_search: 1,
      code_interpreter: 1,
      image_generation: 1,
      document_library: 1,
      gauges: 1,
    })
    const { prompt_tokens, completion_tokens, connector_tokens, total_tokens } = json.usage
    expect(prompt_tokens + completion_tokens + connector_tokens).toBe(total_tokens)
  })

  it('contain thinking if the model reasons', async () => {
    const { post } = await visit()
    const ask = async (completion_args: object) => {
      const body = { model: 'magistral-medium-latest', inputs: 'Why?', completion_args }
      return (await post(start, body)).json.outputs[0].content
    }
    expect(await ask({})).toMatchObject([{ type: 'thinking' }, { type: 'text' }])
    expect(await ask({ reasoning_effort: 'none' })).toEqual(expect.any(String))
  })

  it('are handed over to the next agent, which responds from then on', async () => {
    const { post, get } = await visit()
    const second = (await post('/v1/agents', { model, name: 'second' })).json
    const first = (await post('/v1/agents', { model, name: 'first', handoffs: [second.id] })).json
    const { json } = await post(start, { agent_id: first.id, inputs: 'Hi' })
    expect(json.outputs).toMatchObject([
      { type: 'agent.handoff', previous_agent_name: 'first', next_agent_id: second.id },
      { type: 'message.output', agent_id: second.id },
    ])
    const path = `${start}/${json.conversation_id}`
    expect((await post(path, { inputs: 'On' })).json.outputs).toMatchObject([{ agent_id: second.id }])
    expect(Object.keys((await get(path)).json)).toEqual([
      'id',
      'created_at',
      'updated_at',
      'agent_id',
      'name',
      'description',
      'object',
    ])
    const left = await post(start, { agent_id: first.id, inputs: 'Hi', handoff_execution: 'client' })
    expect(left.json.outputs).toMatchObject([{ type: 'agent.handoff' }])
  })
})

describe('lookups', () => {
  it('return the models', async () => {
    const { get } = await visit()
    expect((await get('/v1/models')).json.data[0]).toMatchObject({ object: 'model', id: expect.any(String) })
  })

  it('return every version of an agent', async () => {
    const { post, send, get } = await visit()
    const { id } = (await post('/v1/agents', { model, name: 'one', tools: [{ type: 'web_search' }] })).json
    const path = `/v1/agents/${id}`
    await send('PATCH', path, '{"name":"two","instructions":"x"}')
    expect((await send('PATCH', path, '{"name":"two"}')).json.version).toBe(1)
    expect((await get(path)).json).toMatchObject({ name: 'two', version: 1, versions: [0, 1] })
    expect((await get(`${path}?agent_version=0`)).json).toMatchObject({ name: 'one', versions: [0, 1] })
    expect((await get(`${path}/versions/0`)).json).toMatchObject({ name: 'one' })
    expect((await get(`${path}/versions?page_size=1`)).json).toMatchObject([{ version: 1 }])
    expect((await get(`${path}?agent_version=7`)).status).toBe(404)
    expect((await get('/v1/agents/ag_no/versions')).status).toBe(404)
    expect((await send('PATCH', path, '{"colour":1}')).status).toBe(422)
  })

  it('return 404 for files that do not exist', async () => {
    const { get } = await visit()
    expect(await get('/v1/files/933c5b5a-1c47-4cdd-84f6-f32526bd161b')).toMatchObject({
      status: 404,
      json: { detail: 'No file matches the given query.' },
    })
  })
})

describe('any request body', () => {
  it('is accepted or refused, and never breaks the sandbox', async () => {
    const { post } = await visit()
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('user', 'assistant', 'a', model))
    const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }))
    const type = fc.constantFrom(
      'message.input',
      'message.output',
      'function.call',
      'function.result',
      'text',
      'thinking',
    )
    const fieldsOfEntry = {
      type,
      role: text,
      content: value,
      tool_call_id: text,
      name: text,
      arguments: value,
      result: text,
    }
    const entry = fc.record(fieldsOfEntry, { requiredKeys: [] })
    const bodies = fc.record(
      {
        inputs: fc.oneof(text, fc.array(entry), value),
        model: fc.constantFrom(model, 'magistral-medium-latest'),
        tools: fc.oneof(fc.constant([{ type: 'web_search' }]), value),
        metadata: value,
        stream: fc.boolean(),
      },
      { requiredKeys: ['inputs'] },
    )
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        expect([200, 400, 422]).toContain((await post(start, body)).status)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
