import fc from 'fast-check'

import type { Source } from '../../src/replay/plan/source.ts'

/*
 * Generates conversations as models of other vendors, connectors and clients produce them. Most turns are complete, so
 * that little is blocked, but nearly every entry contains something that a validator of 2026-07 refuses.
 */

const words = fc.constantFrom('river', 'How deep?', '🌊', ' ', 'دلتا', '"half', '[x](y)', '\\', '\ud800')

/** Generates something else now and then. */
function mostly<Value>(usual: fc.Arbitrary<Value>, odd: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: odd })
}

const ids = fc.constantFrom(
  ...['aaaaaaaa1', 'Zz9Zz9Zz9', 'aaaaaaaa2', '000000000'],
  ...['call_abc123DEF456', 'chatcmpl-tool-8c498bee', 'a', '', 'aaaaaaaa ', 'ааааааааа', '0'.repeat(64)],
)

const names = fc.constantFrom(
  ...['f', 'get_weather', 'a_b', 'a-b', 'N'.repeat(64)],
  ...[
    'a.b',
    'a/b',
    'a b',
    'server/tools.list',
    'N'.repeat(65),
    'N'.repeat(128),
    'größe',
    '🌊',
    '',
    '__proto__',
  ],
)

const args = mostly(
  fc.constantFrom<unknown>('{"a":1}', '{}', { n: 1, deep: { x: [] } }, '{"a":12345678901234567890}'),
  fc.constantFrom<unknown>(
    '',
    ' \n',
    '{"a":',
    '{"a":"b',
    'null',
    '"text"',
    '[1]',
    '\u00a0',
    'NaN',
    null,
    [1],
    7,
  ),
)

const addresses = fc.constantFrom(
  ...['https://example.org/a.png', 'data:image/png;base64,AAAA', 'http://example.org/a?sig=1'],
  ...['', 'file:///etc/passwd', '/a.png', 'HTTPS://EXAMPLE.ORG', ' https://example.org', 'iVBORw0KGgo='],
)

const chunk = fc.oneof(
  { weight: 3, arbitrary: words.map((text) => ({ type: 'text', text })) },
  fc.constant({ text: '', type: 'text' }),
  addresses.map((image_url) => ({ type: 'image_url', image_url })),
  addresses.map((url) => ({ type: 'image_url', image_url: { url, detail: 'low' } })),
  addresses.map((document_url) => ({ type: 'document_url', document_url, document_name: 'a.pdf' })),
  fc.constant({
    type: 'tool_reference',
    tool: 'web_search',
    title: 'News',
    url: 'https://example.org',
    index: 2,
  }),
  fc.constant({ type: 'reference', reference_ids: ['a', 7] }),
  fc.constant({
    type: 'tool_file',
    tool: 'code_interpreter',
    file_id: 'f1',
    file_name: 'p.png',
    file_type: 'png',
  }),
  fc.constant({ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }], signature: 's', closed: true }),
  fc.constantFrom<unknown>('a bare string', { type: 'hologram', depth: 1 }, null, 7),
)

const content = mostly(
  fc.oneof(words, fc.array(chunk, { minLength: 1, maxLength: 3 })),
  fc.constantFrom<unknown>('', null, [], [{ type: 'text', text: '' }], 7),
)

const user = fc.record({
  type: fc.constant('message.input'),
  role: mostly(fc.constant('user'), fc.constantFrom('system', 'assistant', 'tool', null)),
  content,
  prefix: mostly(fc.constant(false), fc.constant(true)),
})

const answer = fc.record({ type: fc.constant('message.output'), role: fc.constant('assistant'), content })

const execution = fc.record(
  { type: fc.constant('tool.execution'), name: names, arguments: args, info: fc.constant({ hits: 3 }) },
  { requiredKeys: ['type', 'name'] },
)

const other = fc.constantFrom<object>(
  { type: 'agent.handoff', previous_agent_name: 'desk', next_agent_name: 'gauge' },
  { type: 'agent.handoff', agent_id: 'ag_1', agent_name: 'websearch-agent', object: 'conversation.entry' },
  { type: 'memory.recall', memories: ['by the river'] },
)

const call = (id: string) =>
  fc.record({
    type: fc.constant('function.call'),
    tool_call_id: fc.constant(id),
    name: names,
    arguments: args,
  })

const resultOf = (id: string) => ({ type: 'function.result', tool_call_id: id, result: `result of ${id}` })

/** Generates parallel calls with results in any order; sometimes with a missing, extra or interrupted result. */
const calls = fc
  .tuple(fc.array(ids, { minLength: 1, maxLength: 3 }), fc.constantFrom('whole', 'whole', 'whole', 'broken'))
  .chain(([chosen, kind]) =>
    fc.tuple(
      fc.tuple(...chosen.map(call)),
      fc.shuffledSubarray(chosen.map(resultOf), { minLength: kind === 'whole' ? chosen.length : 0 }),
      kind === 'whole'
        ? fc.constant([])
        : fc.array(fc.oneof(user, answer, other, execution), { maxLength: 1 }),
      kind === 'whole'
        ? fc.constant([])
        : fc.array(fc.oneof(ids.map(resultOf), ids.chain(call)), { maxLength: 2 }),
    ),
  )
  .map(([made, results, between, more]): object[] => [...made, ...between, ...results, ...more])

const turn = fc
  .tuple(
    user,
    fc.array(fc.oneof({ weight: 3, arbitrary: calls }, execution.map(one), other.map(one), answer.map(one)), {
      maxLength: 2,
    }),
    fc.option(answer, { freq: 4 }),
  )
  .map(([asked, steps, said]): object[] => [asked, ...steps.flat(), ...(said === null ? [] : [said])])

function one<Value>(value: Value): Value[] {
  return [value]
}

const schemas = mostly(
  fc.constantFrom<unknown>(
    { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
    { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'f', type: 'object', properties: {} },
    { type: 'object', properties: { a: { $schema: 'x', type: 'array', items: [{ $id: 'deep' }] } } },
    { type: 'object', properties: { $id: { type: 'string' } }, required: ['$id', 'a'] },
    {},
  ),
  fc.constantFrom<unknown>(
    { type: 'objct' },
    { type: 'object', properties: { a: 'string' } },
    { type: 'object', required: 'a', $id: 'f' },
    { pattern: '(' },
    { $schema: 7, type: 'object' },
  ),
)

const tool = fc.record({
  type: fc.constant('function'),
  function: fc.record({ name: names, description: words, parameters: schemas }),
})

/** Generates a conversation with a model. */
export const hostileConversation: fc.Arbitrary<Source> = fc
  .record({
    turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
    tools: fc.array(tool, { maxLength: 3 }),
    model: fc.constantFrom('mistral-small-latest', 'magistral-medium-latest'),
  })
  .map(({ turns, tools, model }) => ({
    id: 'conv_1',
    row: JSON.stringify({ id: 'conv_1', model, name: 'n', tools }),
    entries: turns.flat().map((entry, i) => JSON.stringify({ id: `e_${i}`, object: 'entry', ...entry })),
    agent: undefined,
  }))
