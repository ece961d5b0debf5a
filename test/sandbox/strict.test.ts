import { describe, expect, it } from 'vitest'

import { parseBehaviour, profiles, type Behaviour } from '../../src/sandbox/behaviour.ts'
import { visit } from '../support/sandbox.ts'

const model = 'mistral-small-latest'
const start = '/v1/conversations'
const user = { role: 'user', content: 'Ask the gauge' }
const answer = { type: 'message.output', content: 'Noted.' }
const call = (id: string, more: object = {}) => ({
  ...{ type: 'function.call', tool_call_id: id, name: 'read', arguments: '{}' },
  ...more,
})
const result = (id: string) => ({ type: 'function.result', tool_call_id: id, result: '2 m' })
const [a, b, c] = ['aaaaaaaa1', 'aaaaaaaa2', 'aaaaaaaa3'] as const
const tool = (parameters: object, name = 'read') => ({ type: 'function', function: { name, parameters } })

/** A switch, its strict value, and what is refused then: inputs, or tools. */
type Rule = [what: string, strict: Partial<Behaviour>, inputs: object[], code: unknown, tools?: object[]]

const rules: Rule[] = [
  ['a call id of ten letters', { callIds: 'nine' }, [user, call('aaaaaaaa10'), result('aaaaaaaa10')], 3280],
  ['a call id with a dash', { callIds: 'nine' }, [user, call('call-aaa1'), result('call-aaa1')], 3280],
  [
    'a function name with a dot',
    { functionNames: 'limited' },
    [user, call(a, { name: 'a.b' }), result(a)],
    3000,
  ],
  [
    'a function name of 65 letters',
    { functionNames: 'limited' },
    [user, call(a, { name: 'n'.repeat(65) }), result(a)],
    3000,
  ],
  ['a tool with a space in its name', { functionNames: 'limited' }, [user], 3000, [tool({}, 'a b')]],
  ['blank arguments', { callArguments: 'json' }, [user, call(a, { arguments: ' ' }), result(a)], 3000],
  [
    'truncated arguments',
    { callArguments: 'json' },
    [user, call(a, { arguments: '{"a":' }), result(a)],
    3000,
  ],
  ['a user entry after a result', { userAfterResult: 'refuse' }, [user, call(a), result(a), user], 3230],
  [
    'a call between the results of other calls',
    { callOrder: 'exact' },
    [user, call(a), call(b), result(a), call(c), result(b), result(c)],
    3230,
  ],
  ['two calls with the same id', { callOrder: 'exact' }, [user, call(a), call(a), result(a)], 3230],
  ['an empty assistant entry', { emptyAssistant: 'refuse' }, [user, { ...answer, content: '' }, user], 3240],
  [
    'an assistant entry without chunks',
    { emptyAssistant: 'refuse' },
    [user, { ...answer, content: [] }, user],
    3240,
  ],
  [
    'an assistant entry of empty texts',
    { emptyAssistant: 'refuse' },
    [user, { role: 'assistant', content: [{ text: '' }] }, user],
    3240,
  ],
  [
    'an image with a file: URL',
    { addresses: 'http-or-data' },
    [{ ...user, content: [{ type: 'image_url', image_url: { url: 'file:///a.png' } }] }],
    3000,
  ],
  ['parameters that are not a schema', { toolSchemas: 'draft-7' }, [user], 3000, [tool({ type: 'objct' })]],
  [
    'a schema with $schema deep inside',
    { toolSchemas: 'draft-7-without-ids' },
    [user],
    null,
    [tool({ properties: { x: { anyOf: [{ $schema: 'x' }] } } })],
  ],
]

describe('the strict profile refuses', () => {
  it.each(rules)('%s', async (_, strict, inputs, code, tools = []) => {
    const { post } = await visit({ behaviour: strict })
    const refused = await post(start, { model, inputs, tools })
    expect([refused.status, refused.json.code]).toEqual([400, code])
    const lenient = await visit()
    expect((await lenient.post(start, { model, inputs, tools })).status).toBe(200)
    const profile = await visit({ behaviour: profiles.strict })
    expect((await profile.post(start, { model, inputs, tools })).status).toBe(400)
  })

  it('the same tools for an agent as for a conversation', async () => {
    const { post } = await visit({ behaviour: profiles.strict })
    const tools = [tool({ $id: 'x' })]
    expect((await post('/v1/agents', { model, name: 'n', tools })).status).toBe(400)
  })
})

describe('the strict profile accepts', () => {
  it('parallel calls with their results in any order, and a response after them', async () => {
    const { post } = await visit({ behaviour: profiles.strict })
    const inputs = [user, call(a), call(b, { arguments: {} }), result(b), result(a), answer, user]
    const tools = [tool({ $ref: '#/definitions/x', definitions: { x: true } })]
    expect((await post(start, { model, inputs, tools })).status).toBe(200)
  })

  it('the results of its own calls', async () => {
    const { post } = await visit({ behaviour: profiles.strict })
    const { json } = await post(start, { model, tools: [tool({})], inputs: 'Read it' })
    const path = `${start}/${json.conversation_id}`
    expect((await post(path, { inputs: 'Well?' })).json.code).toBe(3001)
    expect((await post(path, { inputs: [result(json.outputs[0].tool_call_id)] })).status).toBe(200)
  })
})

describe('a profile', () => {
  it('sets several switches, and a later switch overrides one of them', () => {
    expect(parseBehaviour(['strict', 'callIds=any'])).toEqual({ ...profiles.strict, callIds: 'any' })
    expect(() => parseBehaviour(['stric'])).toThrow('Unknown behavior switch "stric"')
  })
})
