import fc from 'fast-check'

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '```\n</details><script>',
    '=1+1',
    '\u0000\u001b[31m',
    '\r\n',
    'a\u2028b',
    '\ud800',
    '日本語',
  ),
)

const anything = fc.oneof({ weight: 3, arbitrary: text }, fc.jsonValue({ maxDepth: 2 }))

/** An object whose members can be missing, valid, or anything. */
const loose = (members: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(members).map(([key, right]) => [
        key,
        fc.oneof({ weight: 4, arbitrary: right }, anything),
      ]),
    ),
    { requiredKeys: [] },
  )

const chunk = fc.oneof(
  loose({ type: fc.constant('text'), text }),
  loose({ type: fc.constant('image_url'), image_url: fc.oneof(text, loose({ url: text })) }),
  loose({ type: fc.constant('document_url'), document_url: text, document_name: text }),
  loose({ type: fc.constant('tool_file'), tool: text, file_id: text, file_name: text, file_type: text }),
  loose({
    type: fc.constant('thinking'),
    thinking: fc.array(loose({ type: fc.constant('text'), text }), { maxLength: 2 }),
  }),
  loose({
    type: fc.constant('tool_reference'),
    tool: text,
    title: text,
    url: fc.oneof(text, fc.constant('javascript:alert(1)')),
  }),
  loose({ type: fc.constant('reference'), reference_ids: fc.array(fc.nat()) }),
  anything,
)

const content = fc.oneof(text, fc.array(chunk, { maxLength: 3 }))
const common = { id: text, created_at: fc.oneof(text, fc.constant('2026-11-01T00:00:00Z')), model: text }

/** Types that break a lookup in an object, or a conversion to a string. */
const oddType = fc.oneof(
  text,
  fc.constantFrom<unknown>('constructor', 'toString', '__proto__', { toString: 1, valueOf: 1 }),
)

/** An entry of any type, known or not, as hostile as JSON can be. */
export const anyEntry: fc.Arbitrary<unknown> = fc.oneof(
  loose({
    ...common,
    type: fc.constant('message.input'),
    role: fc.constantFrom('user', 'assistant'),
    content,
  }),
  loose({ ...common, type: fc.constant('message.output'), role: fc.constant('assistant'), content }),
  loose({
    ...common,
    type: fc.constant('function.call'),
    tool_call_id: text,
    name: text,
    arguments: anything,
  }),
  loose({ ...common, type: fc.constant('function.result'), tool_call_id: text, result: text }),
  loose({
    ...common,
    type: fc.constant('tool.execution'),
    name: text,
    arguments: text,
    info: loose({ code: text, code_output: text }),
  }),
  loose({ ...common, type: fc.constant('agent.handoff'), previous_agent_id: text, next_agent_name: text }),
  loose({ ...common, type: oddType, content }),
  loose({
    ...common,
    type: fc.constant('message.input'),
    role: oddType,
    content: fc.array(loose({ type: oddType })),
  }),
  anything,
)
