import { describe, expect, it } from 'vitest'

import type { Loss } from '../../src/replay/loss.ts'
import type { ReplayOptions } from '../../src/replay/plan/plan.ts'
import { render, type Rendering } from '../../src/replay/plan/render.ts'
import { compareCopy } from '../../src/replay/verify/certify.ts'
import { replayedOf } from '../support/copies.ts'
import { plainOptions, plainTarget } from '../support/replay.ts'
import { sendToStrictTarget } from '../support/strict-target.ts'

/* eslint-disable @typescript-eslint/no-explicit-any -- what is sent may have any shape */

const user = { type: 'message.input', role: 'user', content: 'Hi' }
const answer = { type: 'message.output', role: 'assistant', content: 'Hello' }
const call = (id: unknown, name: unknown = 'f', args: unknown = '{}') => ({
  ...{ type: 'function.call', tool_call_id: id, name, arguments: args },
})
const result = (id: unknown, text: unknown = 'ok') => ({
  type: 'function.result',
  tool_call_id: id,
  result: text,
})
const ran = (name: unknown, args?: unknown) => ({
  type: 'tool.execution',
  name,
  arguments: args,
  info: { n: 1 },
})
const tool = (name: string, parameters: unknown = { type: 'object' }) => ({
  type: 'function',
  function: { name, parameters },
})

interface Sent {
  readonly body: any
  readonly inputs: any[]
  readonly kinds: Loss['kind'][]
  readonly rendering: Rendering
}

/** Renders a conversation, sends it to the strict profile and certifies it. */
function sentOf(
  entries: readonly object[],
  row: object = {},
  options: Partial<ReplayOptions> = { tail: 'answer' },
): Sent {
  const source = {
    id: 'conv_1',
    row: JSON.stringify({ id: 'conv_1', model: 'mistral-small-latest', ...row }),
    entries: entries.map((entry) => JSON.stringify(entry)),
    agent: undefined,
  }
  const all = { ...plainOptions, ...options }
  const rendering = render(source, all, plainTarget)
  expect(rendering.planned.blocks).toEqual([])
  const copy = sendToStrictTarget(rendering.requests)
  if ('refused' in copy) throw new Error(copy.refused)
  const { differences } = compareCopy(replayedOf(source, rendering.planned, all), copy)
  expect(differences).toEqual([])
  const body = JSON.parse(rendering.requests[0]?.body ?? '{}')
  return { body, inputs: body.inputs, kinds: rendering.planned.losses.map(({ kind }) => kind), rendering }
}

describe('The id of a call', () => {
  it.each(['call_abc123DEF456', 'chatcmpl-tool-8c498bee', 'a', '', 'aaaaaaaa_', 'ааааааааа', 'aaaaaaaaa\n'])(
    'that is invalid is replaced by nine letters and digits: %j',
    (id) => {
      const { inputs, kinds } = sentOf([user, call(id), result(id), user])
      expect(inputs[1].tool_call_id).toMatch(/^[a-zA-Z0-9]{9}$/)
      expect(inputs[2].tool_call_id).toBe(inputs[1].tool_call_id)
      expect(kinds).toEqual(['call-renamed', 'call-renamed', 'answer-added'])
    },
  )

  it('is replaced for calls made at once, whatever the order of their results', () => {
    const { inputs } = sentOf([
      user,
      call('call_1'),
      call('call_2'),
      result('call_2', 'two'),
      result('call_1', 'one'),
    ])
    const [, first, second, two, one] = inputs
    expect(first.tool_call_id).not.toBe(second.tool_call_id)
    expect([two.tool_call_id, one.tool_call_id]).toEqual([second.tool_call_id, first.tool_call_id])
  })

  it('is always replaced by the same one, whatever the times of the entry', () => {
    const ids = [null, '2026-01-01T00:00:00Z'].map(
      (completed_at) =>
        sentOf([user, { ...call('call_1'), id: 'fc_1', completed_at }, result('call_1')]).inputs[1]
          .tool_call_id,
    )
    expect(ids[0]).toBe(ids[1])
  })

  it('that occurs again in a later turn belongs to the call of that turn, which gets an id of its own', () => {
    const { inputs, kinds } = sentOf([
      ...[user, call('aaaaaaaa1'), result('aaaaaaaa1', 'one'), answer],
      ...[user, call('aaaaaaaa1'), result('aaaaaaaa1', 'two'), answer, user],
    ])
    expect(inputs[1].tool_call_id).toBe('aaaaaaaa1')
    expect(inputs[5].tool_call_id).not.toBe('aaaaaaaa1')
    expect(inputs[6]).toMatchObject({ tool_call_id: inputs[5].tool_call_id, result: 'two' })
    expect(kinds).toEqual(['call-renamed', 'call-renamed'])
  })

  it('that is in use is never given to another call', () => {
    const taken = sentOf([user, call('call_1'), result('call_1')]).inputs[1].tool_call_id
    const { inputs } = sentOf([user, call('call_1'), result('call_1'), answer, call(taken), result(taken)])
    expect(inputs[1].tool_call_id).not.toBe(taken)
    expect(inputs[4].tool_call_id).toBe(taken)
  })

  it('of a call without a result is not mistaken for that of a later call', () => {
    const { inputs, kinds } = sentOf([user, call('aaaaaaaa1'), user, call('aaaaaaaa1'), result('aaaaaaaa1')])
    expect(kinds).toEqual(['call-as-text'])
    expect(inputs.map(({ type }) => type)).toEqual([
      ...['message.input', 'message.output', 'message.input', 'function.call', 'function.result'],
    ])
  })
})

describe('The name of a function', () => {
  it.each([
    ['weather.get', 'weather_get'],
    ['server/tools list', 'server_tools_list'],
    ['größe', 'gr__e'],
    ['n'.repeat(128), `${'n'.repeat(55)}_`],
    ['', '_'],
  ])('%j is replaced by %j in calls, executions and tools alike', (name, stem) => {
    const { inputs, body, kinds } = sentOf([user, call('aaaaaaaa1', name), result('aaaaaaaa1'), ran(name)], {
      tools: [tool(name)],
    })
    const names = [inputs[1].name, inputs[3].name, body.tools[0].function.name]
    expect(new Set(names).size).toBe(1)
    expect(names[0].startsWith(stem)).toBe(true)
    expect(kinds.filter((kind) => kind === 'function-renamed')).toHaveLength(3)
  })

  it('is never replaced by the name of another function', () => {
    const names = ['a.b', 'a/b', 'a b', 'a_b', `${'x'.repeat(70)}1`, `${'x'.repeat(70)}2`, '..', '__', '🌊']
    const { inputs } = sentOf([user, ...names.map((name) => ran(name))])
    const sent = inputs.filter(({ type }) => type === 'function.call').map(({ name }) => name)
    expect(new Set(sent).size).toBe(names.length)
    expect(sent).toContain('a_b')
  })

  it('is the same in turns, where results are sent under the new name', () => {
    const entries = [user, call('call_1', 'weather.get'), result('call_1', '4 °C'), answer]
    const { body, rendering } = sentOf(entries, { tools: [tool('weather.get')] }, { mode: 'turns' })
    expect(body.tools[0].function.name).toBe('weather_get')
    expect(rendering.requests[0]?.results).toMatchObject([{ name: 'weather_get', result: '"4 °C"' }])
  })
})

describe('Arguments', () => {
  it.each<[given: unknown, sent: unknown, kind: Loss['kind'] | undefined]>([
    ['{"a":1}', '{"a":1}', undefined],
    [{ a: 1 }, { a: 1 }, undefined],
    ['[1]', '[1]', undefined],
    ['', '{}', 'blank-arguments'],
    [' \n', '{}', 'blank-arguments'],
    ['{"a":', '"{\"a\":"', 'cut-arguments'],
    ["{'a': 1}", '"{\'a\': 1}"', 'cut-arguments'],
    ['NaN', '"NaN"', 'cut-arguments'],
    [null, '{}', 'value-as-text'],
    [[1], '[1]', 'value-as-text'],
  ])('%j of a call are sent as %j', (given, sent, kind) => {
    const expected = kind === 'cut-arguments' ? JSON.stringify(given) : sent
    const { inputs, kinds } = sentOf([user, call('aaaaaaaa1', 'f', given), result('aaaaaaaa1')])
    expect(inputs[1].arguments).toEqual(expected)
    expect(kinds).toEqual(kind === undefined ? [] : [kind])
    const execution = sentOf([user, ran('f', given)])
    expect(execution.inputs[1].arguments).toEqual(expected)
    expect(execution.kinds).toEqual(
      kind === undefined || kind === 'value-as-text'
        ? ['tool-execution-as-call']
        : ['tool-execution-as-call', kind],
    )
  })

  it('of a tool execution without any are empty', () => {
    const { inputs } = sentOf([user, { type: 'tool.execution', name: 'web_search' }])
    expect(inputs[1]).toMatchObject({ name: 'web_search', arguments: '{}' })
  })
})

describe('The order of entries', () => {
  it('gets a short answer between a result and a user message, which is declared', () => {
    const { inputs, kinds } = sentOf([user, call('aaaaaaaa1'), result('aaaaaaaa1'), user])
    expect(inputs[3]).toEqual({ type: 'message.output', role: 'assistant', content: '[no answer]' })
    expect(kinds).toEqual(['answer-added'])
  })

  it('gets only one where an empty answer was dropped', () => {
    const empty = { ...answer, content: '' }
    const { inputs, kinds } = sentOf([user, ran('f'), empty, { ...user, content: [] }, user])
    expect(inputs).toHaveLength(5)
    expect(kinds).toEqual([
      ...['tool-execution-as-call', 'empty-message-dropped', 'empty-message-dropped', 'answer-added'],
    ])
  })

  it.each<[why: string, entries: object[], texts: number]>([
    ['a result without a call', [user, result('aaaaaaaa1'), user], 1],
    ['a call without a result', [user, call('aaaaaaaa1'), answer, user], 1],
    [
      'a result that comes twice',
      [user, call('aaaaaaaa1'), result('aaaaaaaa1'), result('aaaaaaaa1'), user],
      1,
    ],
    [
      'a message between a call and its result',
      [user, call('aaaaaaaa1'), user, result('aaaaaaaa1'), user],
      2,
    ],
    ['a tool execution between them', [user, call('aaaaaaaa1'), ran('f'), result('aaaaaaaa1'), user], 2],
    [
      'a tool execution with a role between them',
      [user, call('aaaaaaaa1'), { ...ran('f'), role: 'assistant' }, result('aaaaaaaa1'), user],
      2,
    ],
    [
      'a call between the results of others',
      [
        ...[user, call('aaaaaaaa1'), call('aaaaaaaa2'), result('aaaaaaaa1')],
        ...[call('aaaaaaaa3'), result('aaaaaaaa2'), result('aaaaaaaa3'), user],
      ],
      6,
    ],
    ['an id that is no string', [user, call(7), result(7), user], 2],
  ])('with %s is sent as text', (_, entries, texts) => {
    const { inputs, kinds } = sentOf(entries)
    const told = kinds.filter((kind) => kind.endsWith('-as-text'))
    expect(told).toHaveLength(texts)
    expect(inputs.filter(({ content }) => /^\[function\./.test(String(content)))).toHaveLength(texts)
  })

  it('keeps a call and its result together if nothing between them is sent', () => {
    const empty = { ...answer, content: '' }
    const handoff = { type: 'agent.handoff', agent_name: 'gauge' }
    const { inputs } = sentOf([user, call('aaaaaaaa1'), empty, handoff, result('aaaaaaaa1')])
    expect(inputs.map(({ type }) => type)).toEqual(['message.input', 'function.call', 'function.result'])
  })
})

describe('A message', () => {
  it.each([[''], [[]], [null], [[{ text: '', type: 'text' }]], [[{ type: 'text', text: '' }, { text: '' }]]])(
    'of the assistant without content is not sent: %j',
    (content) => {
      const { inputs, kinds } = sentOf([user, { ...answer, content }, user])
      expect(inputs).toHaveLength(2)
      expect(kinds.at(-1)).toBe('empty-message-dropped')
    },
  )

  it.each([
    '',
    'file:///a.png',
    '/a.png',
    'HTTPS://EXAMPLE.ORG/A.PNG',
    ' https://example.org',
    'iVBORw0KGgo=',
  ])('names the URL of an image or a document that cannot be fetched: %j', (address) => {
    const content = [
      { type: 'image_url', image_url: address },
      { type: 'image_url', image_url: { url: address, detail: 'low' } },
      { type: 'document_url', document_url: address, document_name: 'plan.pdf' },
    ]
    const { inputs, kinds } = sentOf([{ ...user, content }])
    expect(inputs[0].content.map(({ text }: any) => text)).toEqual([
      ...[`[image: ${address}]`, `[image: ${address}]`],
      `[document: ${['plan.pdf', address].filter((word) => word !== '').join(' ')}]`,
    ])
    expect(new Set(kinds)).toEqual(new Set(['address-noted']))
  })

  it('with an unknown role is sent as text', () => {
    const { inputs } = sentOf([{ ...user, role: 'system', content: 'Be brief.' }, user])
    expect(inputs[0].content).toContain('Be brief.')
  })

  it('loses its prefix if an answer follows, and its citations become text in user messages, too', () => {
    const cited = { type: 'tool_reference', tool: 't', title: 'News', url: 'https://example.org', index: 1 }
    const { inputs } = sentOf([
      ...[user, { ...user, role: 'assistant', prefix: true }, answer, { ...user, content: [cited, 'bare'] }],
    ])
    expect(inputs[1].prefix).toBeUndefined()
    expect(inputs[3].content.map(({ text }: any) => text)).toEqual(['[News](https://example.org)', 'bare'])
  })
})

describe('The parameters of a function', () => {
  it('lose $id and $schema at any depth, and a property of that name', () => {
    const parameters = {
      ...{ $schema: 'http://json-schema.org/draft-07/schema#', $id: 'f', type: 'object' },
      properties: {
        a: { anyOf: [{ $schema: 'x', type: 'string' }] },
        $id: { type: 'string' },
        n: { maximum: 1 },
      },
      required: ['$id', 'a'],
    }
    const { body, kinds } = sentOf([user], { tools: [tool('f', parameters)] })
    expect(body.tools[0].function.parameters).toEqual({
      type: 'object',
      properties: { a: { anyOf: [{ type: 'string' }] }, n: { maximum: 1 } },
      required: ['a'],
    })
    expect(kinds).toEqual(Array(5).fill('schema-key-dropped'))
  })

  it('keep their digits if a key is dropped', () => {
    const parameters = '{"$id":"f","maximum":12345678901234567890,"minimum":1.10}'
    const row = `{"id":"c","model":"mistral-small-latest","tools":[{"type":"function","function":{"name":"f","parameters":${parameters}}}]}`
    const source = { id: 'c', row, entries: [JSON.stringify(user)], agent: undefined }
    const { requests } = render(source, plainOptions, plainTarget)
    expect(requests[0]?.body).toContain('{"maximum":12345678901234567890,"minimum":1.10}')
  })

  it.each<unknown>([
    { type: 'objct' },
    { type: 'object', properties: { a: 'string' } },
    { required: 'a' },
    { pattern: '(' },
    nested(200),
  ])('that are not a schema accept any object instead: %j', (parameters) => {
    const { body, kinds } = sentOf([user], { tools: [tool('f', parameters)] })
    expect(body.tools[0].function.parameters).toEqual({ type: 'object', properties: {} })
    expect(kinds).toEqual(['schema-replaced'])
  })

  it('with a hundred thousand levels are not a schema either, and do not end the plan', () => {
    const deep = `${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`
    const row = `{"id":"c","model":"mistral-small-latest","tools":[{"type":"function","function":{"name":"f","parameters":${deep}}}]}`
    const source = { id: 'c', row, entries: [JSON.stringify(user)], agent: undefined }
    const { planned, requests } = render(source, plainOptions, plainTarget)
    expect(planned.losses.map(({ kind }) => kind)).toEqual(['schema-replaced'])
    const copy = sendToStrictTarget(requests)
    if ('refused' in copy) throw new Error(copy.refused)
    expect(compareCopy(replayedOf(source, planned, plainOptions), copy).differences).toEqual([])
  })
})

it('What one model accepts is kept for another model, unless that one refuses it', () => {
  const thinking = { ...answer, content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }
  const entries = [user, call('aaaaaaaa1'), result('aaaaaaaa1'), thinking, user]
  const { inputs, kinds } = sentOf(
    entries,
    { model: 'magistral-medium-latest' },
    { models: { 'magistral-medium-latest': 'mistral-small-latest' } },
  )
  expect(inputs.map(({ type }) => type)).toEqual([
    ...['message.input', 'function.call', 'function.result', 'message.output', 'message.input'],
  ])
  expect(kinds).toEqual(['model-mapped', 'thinking-dropped', 'empty-message-dropped', 'answer-added'])
})

function nested(levels: number): object {
  let schema = {}
  for (let level = 0; level < levels; level++) schema = { not: schema }
  return schema
}
