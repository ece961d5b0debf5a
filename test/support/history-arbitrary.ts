import fc from 'fast-check'

import { jsonObject, jsonText } from './json-arbitrary.ts'

const word = fc.constantFrom('river', 'delta', 'دلتا', '🌊', '', ' ', '[x](y)', 'half "of')
const quoted = word.map((text) => JSON.stringify(text))

/** A value that mostly fits, and sometimes is anything. */
function mostly(fitting: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: jsonText })
}

/** The JSON text of an object with these members: sometimes one is left out, unknown or given twice. */
function object(members: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const pairs = Object.entries(members).map(([key, value]) =>
    fc.option(fc.tuple(fc.constant(JSON.stringify(key)), value), { freq: 12 }),
  )
  const strange = fc.tuple(
    fc.constantFrom('"mood"', '"source"', '"a.b"', '"]"', '"__proto__"', '"\\u0061"'),
    jsonText,
  )
  return fc
    .tuple(fc.tuple(...pairs), fc.array(strange, { maxLength: 1 }))
    .map(([known, more]) => [...known, ...more].filter((pair) => pair !== null))
    .map((all) => `{${all.map(([key, value]) => `${key}:${value}`).join(',')}}`)
}

function typed(type: string, members: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  return object({ type: fc.constant(JSON.stringify(type)), ...members })
}

const text = typed('text', { text: mostly(quoted) })
const reference = typed('reference', { reference_ids: mostly(fc.constantFrom('[1,"a"]', '[]')) })
const citation = typed('tool_reference', {
  tool: quoted,
  title: mostly(quoted),
  url: mostly(quoted),
  description: quoted,
})

const chunk = fc.oneof(
  { weight: 4, arbitrary: text },
  typed('image_url', {
    image_url: mostly(
      fc.oneof(quoted, object({ url: mostly(quoted), detail: mostly(fc.constant('"low"')) })),
    ),
  }),
  typed('document_url', {
    document_url: mostly(fc.constantFrom('"https://example.org/a?sig=1"', '"https://example.org/a"')),
    document_name: mostly(quoted),
  }),
  typed('tool_file', { tool: quoted, file_id: mostly(quoted), file_name: quoted, file_type: quoted }),
  citation,
  reference,
  typed('thinking', {
    thinking: mostly(
      fc.array(fc.oneof(text, citation, reference, jsonText)).map((all) => `[${all.join(',')}]`),
    ),
    signature: quoted,
    closed: fc.constantFrom('true', 'false', 'null'),
  }),
  typed('hologram', { depth: jsonText }),
  jsonText,
)

const content = mostly(
  fc.oneof(
    quoted,
    fc.array(chunk, { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
  ),
)

const common = {
  id: fc.constantFrom('"msg_1"', '"msg_2"', 'null', '7'),
  object: fc.constant('"entry"'),
  created_at: fc.constant('"2026-01-01T00:00:00Z"'),
  completed_at: fc.constant('null'),
  model: quoted,
  agent_id: fc.constantFrom('null', '"ag_1"'),
}

const callId = fc.constantFrom('"aaaaaaaaa"', '"bbbbbbbbb"', '"c"')
const name = mostly(fc.constantFrom('"gauge"', '"map"'))
const args = mostly(fc.oneof(fc.constantFrom('"{\\"half\\": ', '"{}"').map(closed), jsonObject))

function closed(half: string): string {
  return half.endsWith('"') ? half : `${half}"`
}

const call = (id: fc.Arbitrary<string>) =>
  typed('function.call', {
    ...common,
    tool_call_id: id,
    name,
    arguments: args,
    confirmation_status: fc.constantFrom('null', '"allowed"'),
  })
const result = (id: fc.Arbitrary<string>) =>
  typed('function.result', { ...common, tool_call_id: id, result: mostly(quoted) })

const message = fc.oneof(
  typed('message.input', {
    ...common,
    role: mostly(fc.constantFrom('"user"', '"assistant"')),
    content,
    prefix: fc.constantFrom('false', 'true', 'null'),
  }),
  typed('message.output', { ...common, role: mostly(fc.constant('"assistant"')), content }),
)

const other = fc.oneof(
  typed('tool.execution', {
    ...common,
    name,
    arguments: args,
    info: mostly(jsonObject),
    function: quoted,
  }),
  typed('agent.handoff', {
    ...common,
    previous_agent_id: quoted,
    previous_agent_name: mostly(quoted),
    next_agent_id: quoted,
    next_agent_name: quoted,
  }),
  typed('memory.recall', { ...common, memories: jsonText }),
  jsonObject,
)

/** Calls with their results, mostly in order, sometimes with something between. */
const calls = fc
  .tuple(callId, callId)
  .chain(([a, b]) =>
    fc.constantFrom(
      [call(fc.constant(a)), result(fc.constant(a))],
      [call(fc.constant(a)), call(fc.constant(b)), result(fc.constant(a)), result(fc.constant(b))],
      [call(fc.constant(a)), call(fc.constant(b)), result(fc.constant(b)), result(fc.constant(a))],
      [call(fc.constant(a)), message, result(fc.constant(a))],
      [call(fc.constant(a)), other, call(fc.constant(b)), result(fc.constant(a)), result(fc.constant(b))],
      [result(fc.constant(a))],
      [call(fc.constant(a))],
    ),
  )
  .chain((all: readonly fc.Arbitrary<string>[]) => fc.tuple(...all))

/** JSON texts of a history's entries: of all known types, of unknown ones, and malformed ones of both. */
export const history: fc.Arbitrary<string[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: message.map((each) => [each]) },
      { weight: 2, arbitrary: other.map((each) => [each]) },
      { weight: 1, arbitrary: calls },
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((groups) => groups.flat())

/** The JSON text of a row: a model with settings, most of which can be sent again. */
export const row: fc.Arbitrary<string> = object({
  name: mostly(quoted),
  description: mostly(quoted),
  metadata: mostly(jsonObject),
  instructions: mostly(quoted),
  guardrails: mostly(fc.constantFrom('[]', 'null', '[{"block_on_error":true}]')),
  completion_args: mostly(
    object({
      temperature: mostly(fc.constantFrom('0.3', '2', 'null')),
      max_tokens: mostly(fc.constantFrom('0', '7', 'null')),
      stop: mostly(fc.constantFrom('"x"', '["x"]')),
      random_seed: mostly(fc.constant('12345678901234567890')),
      response_format: mostly(
        fc.constantFrom(
          '{"type":"json_schema","json_schema":null}',
          '{"type":"json_schema","json_schema":{"name":"a","schema":{"x":1e400}}}',
          '{"type":"text"}',
        ),
      ),
      tool_choice: mostly(fc.constantFrom('"auto"', '"none"', '"any"')),
      reasoning_effort: mostly(fc.constantFrom('"none"', '"high"')),
    }),
  ),
  tools: mostly(
    fc
      .array(
        fc.oneof(
          typed('web_search', { tool_configuration: mostly(fc.constant('{"include":["a"]}')) }),
          typed('function', {
            function: mostly(
              object({
                name: mostly(quoted),
                description: quoted,
                strict: fc.constant('false'),
                parameters: jsonObject,
              }),
            ),
          }),
          typed('document_library', { library_ids: mostly(fc.constantFrom('["l1"]', '["l2"]')) }),
          typed('connector', {
            connector_id: mostly(fc.constantFrom('"c1"', '"c2"')),
            authorization: mostly(fc.constant('{"type":"api-key","value":"[redacted by hansard]"}')),
          }),
          typed('telepathy', {}),
          jsonText,
        ),
        { maxLength: 3 },
      )
      .map((all) => `[${all.join(',')}]`),
  ),
}).map((text) =>
  text.replace('{', '{"id":"conv_1","model":"magistral-medium-latest"' + (text === '{}' ? '' : ',')),
)
