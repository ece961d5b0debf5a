import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../../src/api/client.ts'
import { ANY_PARAMETERS, type Loss } from '../../../src/replay/loss.ts'
import type { ReplayOptions } from '../../../src/replay/plan/plan.ts'
import { render } from '../../../src/replay/plan/render.ts'
import type { Source } from '../../../src/replay/plan/source.ts'
import type { Comparison } from '../../../src/replay/verify/certificate.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { fetchCopy } from '../../../src/replay/verify/fetch-copy.ts'
import { replayedOf } from '../../support/copies.ts'
import { plainOptions, plainTarget } from '../../support/replay.ts'
import { visit } from '../../support/sandbox.ts'

/* eslint-disable @typescript-eslint/no-explicit-any -- mutants reach into bodies of every shape */

const entries = [
  { role: 'user', content: 'How high is the river at the delta, and at the ford?' }, // 0
  { type: 'function.call', tool_call_id: 'aaaaaaaaa', name: 'gauge', arguments: '{"place":"delta"}' }, // 1
  { type: 'function.call', tool_call_id: 'bbbbbbbbb', name: 'gauge', arguments: { place: 'ford' } }, // 2
  { type: 'function.result', tool_call_id: 'aaaaaaaaa', result: '4.2 m' }, // 3
  { type: 'function.result', tool_call_id: 'bbbbbbbbb', result: '1.1 m' }, // 4
  { type: 'message.output', role: 'assistant', content: 'It is 4.2 m high, and 1.1 m at the ford.' }, // 5
  {
    type: 'message.input',
    role: 'user',
    content: [
      { type: 'text', text: 'Compare it with this picture, please.' },
      { type: 'image_url', image_url: 'https://example.org/river.png' },
    ],
  }, // 6
  { type: 'tool.execution', name: 'web_search', arguments: '{"q":"river"}', info: { hits: 3 } }, // 7
  { type: 'agent.handoff', previous_agent_name: 'desk', next_agent_name: 'gauger' }, // 8
  {
    type: 'message.output',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: [{ type: 'text', text: 'I look closely.' }] },
      { type: 'text', text: 'The picture shows high water.' },
      { type: 'tool_reference', tool: 'web_search', title: 'River news', url: 'https://example.org/n' },
    ],
  }, // 9
  { type: 'memory.recall', memories: ['The user lives by the river.'] }, // 10
  { type: 'message.input', role: 'user', content: 'Thank you.', mood: 'glad' }, // 11
  { type: 'message.output', role: 'assistant', content: 'You are welcome.' }, // 12
  // Entries that validators refuse: each is changed, and declared.
  { type: 'message.input', role: 'user', content: [{ type: 'image_url', image_url: '/river.png' }] }, // 13
  { type: 'function.call', tool_call_id: 'call_1', name: 'map.show', arguments: ' ' }, // 14
  { type: 'function.result', tool_call_id: 'call_1', result: 'shown' }, // 15
  { type: 'tool.execution', name: 'map.find', arguments: '{"at":' }, // 16
  { type: 'message.input', role: 'user', content: 'And now?' }, // 17
  { type: 'function.call', tool_call_id: 'aaaaaaaaa', name: 'gauge', arguments: '{"place":' }, // 18
  { type: 'function.result', tool_call_id: 'aaaaaaaaa', result: '4.1 m' }, // 19
  { type: 'message.output', role: 'assistant', content: 'It falls.' }, // 20
]

const row = {
  id: 'conv_1',
  model: 'magistral-medium-latest',
  name: 'River levels',
  description: 'Gauges and pictures',
  instructions: 'Answer briefly.',
  metadata: { team: 'water', hansard_replay: 'an older stamp' },
  completion_args: { temperature: 0.3, tool_choice: 'auto' },
  tools: [
    { type: 'function', function: { name: 'gauge', parameters: { type: 'object' } } },
    { type: 'document_library', library_ids: ['l1'] },
    { type: 'function', function: { name: 'map.show', parameters: { $id: 'x', type: 'object' } } },
    { type: 'function', function: { name: 'sound', parameters: { type: 'objct' } } },
  ],
}

const options: ReplayOptions = {
  ...plainOptions,
  libraries: { l1: 'L1' },
  rebuild: 'quiet',
  models: { 'magistral-medium-latest': 'mistral-small-latest' },
}

const source: Source = {
  id: 'conv_1',
  row: JSON.stringify(row),
  entries: entries.map((entry, i) =>
    JSON.stringify({ id: `e_${i}`, object: 'entry', created_at: '2026-01-01', ...entry }),
  ),
  agent: undefined,
}

/**
 * What is rendered: the body of start, its inputs and the declared losses. Entry 7 above becomes two inputs, 16
 * becomes two, and an answer is added before 17: so 13 is input 14, 14 is 15, 15 is 16, 16 is 17 and 18, 17 is 20,
 * 18 is 21.
 */
interface Rendered {
  readonly body: any
  readonly inputs: any[]
  losses: Loss[]
}

/** A faulty rule, the entry at which the difference must be found (null: the conversation itself), and its kind. */
type Mutant = [rule: string, position: number | null, kind: string, breakIt: (rendered: Rendered) => void]

const mutants: Mutant[] = [
  ['loses the first entry', 0, 'missing', ({ inputs }) => inputs.splice(0, 1)],
  ['loses an answer', 5, 'missing', ({ inputs }) => inputs.splice(5, 1)],
  ['loses what a user says last', 11, 'missing', ({ inputs }) => inputs.splice(12, 1)],
  ['loses the entry that it adds', 21, 'another', ({ inputs }) => inputs.pop()],
  ['loses everything', 0, 'another', ({ inputs }) => inputs.splice(0)],
  ['swaps two calls', 1, 'moved', ({ inputs }) => swap(inputs, 1, 2)],
  ['swaps two results', 3, 'moved', ({ inputs }) => swap(inputs, 3, 4)],
  ['swaps a question and its answer', 5, 'moved', ({ inputs }) => swap(inputs, 5, 6)],
  ['gives an answer to the user', 5, 'another', ({ inputs }) => (inputs[5].role = 'user')],
  ['calls an answer an input', 5, 'another', ({ inputs }) => (inputs[5].type = 'message.input')],
  [
    'changes one letter',
    5,
    'another',
    ({ inputs }) => (inputs[5].content = inputs[5].content.replace('h', 'H')),
  ],
  [
    'replaces a space by a wider one',
    0,
    'another',
    ({ inputs }) => (inputs[0].content = 'How  high is the river at the delta, and at the ford?'),
  ],
  ['trims the end', 11, 'another', ({ inputs }) => (inputs[12].content = 'Thank you')],
  ['cuts a text short', 9, 'another', ({ inputs }) => (inputs[10].content[0].text = 'The picture shows')],
  [
    'normalises letters',
    0,
    'another',
    ({ inputs }) => (inputs[0].content = inputs[0].content.replace('i', 'í')),
  ],
  ['loses the last chunk', 9, 'another', ({ inputs }) => inputs[10].content.pop()],
  ['loses the picture', 6, 'another', ({ inputs }) => inputs[6].content.pop()],
  ['takes another picture', 6, 'another', ({ inputs }) => (inputs[6].content[1].image_url += '?w=1')],
  ['swaps two chunks', 6, 'another', ({ inputs }) => inputs[6].content.reverse()],
  ['sends an entry twice', 6, 'added', ({ inputs }) => inputs.splice(5, 0, inputs[5])],
  ['sends the last entry twice', 21, 'added', ({ inputs }) => inputs.push(inputs.at(-1))],
  ['loses a result and its call', 1, 'missing', ({ inputs }) => (inputs.splice(3, 1), inputs.splice(1, 1))],
  ['loses a result', 3, 'missing', ({ inputs }) => inputs.splice(3, 1)],
  ['empties a result', 3, 'another', ({ inputs }) => (inputs[3].result = '')],
  [
    'gives a call the result of another',
    3,
    'another',
    ({ inputs }) => (inputs[3].tool_call_id = 'bbbbbbbbb'),
  ],
  [
    'renames a call and its result',
    1,
    'another',
    ({ inputs }) => (inputs[1].tool_call_id = inputs[3].tool_call_id = 'zzzzzzzzz'),
  ],
  ['calls another function', 1, 'another', ({ inputs }) => (inputs[1].name = 'map')],
  ['changes an argument', 2, 'another', ({ inputs }) => (inputs[2].arguments.place = 'fjord')],
  ['loses an argument', 1, 'another', ({ inputs }) => (inputs[1].arguments = '{}')],
  ['loses the result of a tool', 7, 'another', ({ inputs }) => (inputs[8].result = '{}')],
  ['loses a tool execution', 7, 'another', ({ inputs }) => inputs.splice(7, 2)],
  ['loses a handoff', 8, 'missing', ({ inputs }) => inputs.splice(9, 1)],
  ['loses an unknown entry', 10, 'missing', ({ inputs }) => inputs.splice(11, 1)],
  [
    'puts an entry of its own first',
    0,
    'added',
    ({ inputs }) => inputs.unshift({ role: 'user', content: 'Hi' }),
  ],
  ['turns an answer into a prefix', 12, 'another', ({ inputs }) => (inputs[13].prefix = true)],

  // Rules that declare one thing and do another.
  ['rewrites without saying so', 7, 'another', (rendered) => without(rendered, 'tool-execution-as-call')],
  ['drops thinking without saying so', 9, 'another', (rendered) => without(rendered, 'thinking-dropped')],
  ['notes a citation without saying so', 9, 'another', (rendered) => without(rendered, 'citation-as-text')],
  ['notes a handoff without saying so', 8, 'another', (rendered) => without(rendered, 'handoff-noted')],
  ['drops a field without saying so', 11, 'another', (rendered) => without(rendered, 'field-dropped')],
  ['adds an entry without saying so', 21, 'added', (rendered) => without(rendered, 'tail-nudged')],
  [
    'declares a loss of another entry',
    10,
    'false-loss',
    (rendered) => change(rendered, 'unknown-entry-as-text', { before: '{}' }),
  ],
  [
    'declares a loss one entry too early',
    7,
    'false-loss',
    (rendered) => change(rendered, 'handoff-noted', { position: 7 }),
  ],
  [
    'declares a loss of another chunk',
    9,
    'false-loss',
    (rendered) => change(rendered, 'thinking-dropped', { path: 'content[1]' }),
  ],
  [
    'declares a loss beyond the end',
    8,
    'another',
    (rendered) => change(rendered, 'handoff-noted', { position: 40, id: null }),
  ],
  ['names another entry', 8, 'false-loss', (rendered) => change(rendered, 'handoff-noted', { id: 'e_9' })],
  [
    'declares words that do not arrive',
    8,
    'another',
    (rendered) => change(rendered, 'handoff-noted', { after: noted('[handoff: desk to gauger, at last]') }),
  ],
  [
    'notes a handoff without its names',
    8,
    'false-loss',
    (rendered) => (
      change(rendered, 'handoff-noted', { after: noted('[handoff]') }),
      (rendered.inputs[9].content = '[handoff]')
    ),
  ],
  [
    'declares an answer to be thinking',
    5,
    'false-loss',
    (rendered) => (declare(rendered, 5, 'thinking-dropped', '', null), rendered.inputs.splice(5, 1)),
  ],
  [
    'declares an answer to be empty',
    5,
    'false-loss',
    (rendered) => (declare(rendered, 5, 'empty-message-dropped', '', null), rendered.inputs.splice(5, 1)),
  ],
  [
    'declares an answer to be unknown',
    5,
    'false-loss',
    (rendered) => (
      declare(rendered, 5, 'unknown-entry-as-text', '', noted('Well.')),
      (rendered.inputs[5] = JSON.parse(noted('Well.'))[0])
    ),
  ],
  [
    'declares content to be a field',
    5,
    'false-loss',
    (rendered) => (declare(rendered, 5, 'field-dropped', 'content', null), (rendered.inputs[5].content = '')),
  ],
  [
    'declares an early answer to be answered again',
    5,
    'false-loss',
    (rendered) => (declare(rendered, 5, 'tail-asked-anew', '', null), rendered.inputs.splice(5, 1)),
  ],
  [
    'declares a question not to be asked',
    11,
    'false-loss',
    (rendered) => (declare(rendered, 11, 'not-asked-again', '', null), rendered.inputs.splice(12, 1)),
  ],
  [
    'cites another title',
    9,
    'false-loss',
    (rendered) => (
      change(rendered, 'citation-as-text', {
        after: '{"type":"text","text":"[news](https://example.org/n)"}',
      }),
      (rendered.inputs[10].content[1].text = '[news](https://example.org/n)')
    ),
  ],
  [
    'renames a call and not its result, and says so',
    14,
    'apart',
    (rendered) => (
      amend(rendered, 14, 'call-renamed', '"zzzzzzzzz"'),
      (rendered.inputs[15].tool_call_id = 'zzzzzzzzz')
    ),
  ],
  [
    'renames a call that could keep its id, and its result',
    1,
    'false-loss',
    (rendered) => {
      for (const [position, input] of [[1, 1] as const, [3, 3] as const]) {
        declare(rendered, position, 'call-renamed', 'tool_call_id', '"zzzzzzzzz"')
        rendered.inputs[input].tool_call_id = 'zzzzzzzzz'
      }
    },
  ],
  [
    'renames a call to another invalid id',
    14,
    'false-loss',
    (rendered) => {
      for (const position of [14, 15]) amend(rendered, position, 'call-renamed', '"call_2"')
      rendered.inputs[15].tool_call_id = rendered.inputs[16].tool_call_id = 'call_2'
    },
  ],
  [
    'renames a call to the id of another',
    14,
    'apart',
    (rendered) => {
      const id = rendered.inputs[15].tool_call_id as string
      for (const position of [18, 19]) amend(rendered, position, 'call-renamed', JSON.stringify(id))
      rendered.inputs[21].tool_call_id = rendered.inputs[22].tool_call_id = id
    },
  ],
  ['renames calls without saying so', 14, 'another', (rendered) => without(rendered, 'call-renamed')],
  [
    'renames a function without saying so',
    14,
    'another',
    (rendered) => without(rendered, 'function-renamed'),
  ],
  [
    'renames a function whose name could be sent',
    1,
    'false-loss',
    (rendered) => (
      declare(rendered, 1, 'function-renamed', 'name', '"gauge_1"'),
      (rendered.inputs[1].name = 'gauge_1')
    ),
  ],
  [
    'renames a function differently in a call and in its tool',
    null,
    'apart',
    (rendered) => (
      amend(rendered, 14, 'function-renamed', '"map_shown"'),
      (rendered.inputs[15].name = 'map_shown')
    ),
  ],
  [
    'gives two functions one name',
    16,
    'apart',
    (rendered) => {
      const { inputs, losses } = rendered
      inputs[17].name = 'map_show'
      amend(rendered, 16, 'function-renamed', '"map_show"')
      const at = losses.findIndex(
        ({ kind, position }) => kind === 'tool-execution-as-call' && position === 16,
      )
      const [loss] = losses.slice(at)
      if (loss !== undefined) losses[at] = { ...loss, after: JSON.stringify(inputs.slice(17, 19)) }
    },
  ],
  ['fills blank arguments', 14, 'false-loss', (rendered) => changeArguments(rendered, 14, 15, '{"at":1}')],
  [
    'declares arguments to be blank that are not',
    1,
    'false-loss',
    (rendered) => (
      declare(rendered, 1, 'blank-arguments', 'arguments', '"{}"'),
      (rendered.inputs[1].arguments = '{}')
    ),
  ],
  [
    'repairs truncated arguments',
    18,
    'false-loss',
    (rendered) => changeArguments(rendered, 18, 21, '{"place":1}'),
  ],
  [
    'repairs arguments of a tool execution',
    16,
    'false-loss',
    ({ inputs, losses }) => breakExecution(inputs, losses, 16, 17, '{"at":0}'),
  ],
  [
    'declares arguments to be truncated that are not',
    1,
    'false-loss',
    (rendered) => (
      declare(rendered, 1, 'cut-arguments', 'arguments', JSON.stringify(JSON.stringify('{"place":"delta"}'))),
      (rendered.inputs[1].arguments = JSON.stringify('{"place":"delta"}'))
    ),
  ],
  ['adds an answer without saying so', 17, 'added', (rendered) => without(rendered, 'answer-added')],
  ['loses the answer that it adds', 17, 'missing', ({ inputs }) => inputs.splice(19, 1)],
  [
    'adds an answer with other text',
    17,
    'false-loss',
    (rendered) => (
      change(rendered, 'answer-added', { after: noted('Yes.') }),
      (rendered.inputs[19].content = 'Yes.')
    ),
  ],
  [
    'adds an answer where none is needed',
    11,
    'false-loss',
    (rendered) => {
      const added = rendered.losses.find(({ kind }) => kind === 'answer-added')
      if (added !== undefined) rendered.losses.push({ ...added, position: 11, id: 'e_11' })
      rendered.inputs.splice(12, 0, structuredClone(rendered.inputs[19]))
    },
  ],
  [
    'replaces an image by text that could be sent',
    6,
    'false-loss',
    (rendered) => (
      declareChunk(rendered, 6, 'address-noted', 'content[1]', '[image: https://example.org/river.png]'),
      (rendered.inputs[6].content[1] = { type: 'text', text: '[image: https://example.org/river.png]' })
    ),
  ],
  [
    'replaces an image by text without its URL',
    13,
    'false-loss',
    (rendered) => (
      change(rendered, 'address-noted', { after: '{"type":"text","text":"[image]"}' }),
      (rendered.inputs[14].content[0].text = '[image]')
    ),
  ],
  [
    'sends a tool execution as a different call',
    7,
    'false-loss',
    ({ inputs, losses }) => breakExecution(inputs, losses, 7, 7, '{"q":"sea"}'),
  ],

  // Rules for the conversation itself.
  ['loses the name', null, 'another', ({ body }) => delete body.name],
  ['changes the name', null, 'another', ({ body }) => (body.name = 'River level')],
  ['loses the description', null, 'another', ({ body }) => delete body.description],
  ['loses the instructions', null, 'another', ({ body }) => delete body.instructions],
  ['gives other instructions', null, 'another', ({ body }) => (body.instructions += ' Be kind.')],
  ['loses metadata', null, 'another', ({ body }) => delete body.metadata.team],
  ['adds metadata', null, 'another', ({ body }) => (body.metadata.more = 1)],
  ['gives another stamp', null, 'another', ({ body }) => (body.metadata.hansard_replay += 'x')],
  ['gives no stamp', null, 'another', ({ body }) => delete body.metadata.hansard_replay],
  ['loses a tool', null, 'another', ({ body }) => body.tools.pop()],
  ['takes another library', null, 'another', ({ body }) => (body.tools[1].library_ids[0] = 'L2')],
  ['changes a function', null, 'another', ({ body }) => (body.tools[0].function.parameters = {})],
  ['drops $id without saying so', null, 'another', (rendered) => without(rendered, 'schema-key-dropped')],
  [
    'declares an accepted key of a schema to be refused',
    null,
    'false-loss',
    (rendered) => (
      declareTool(rendered, 'schema-key-dropped', 0, ['parameters', 'type'], null),
      delete rendered.body.tools[0].function.parameters.type
    ),
  ],
  [
    'replaces a schema without saying so',
    null,
    'another',
    (rendered) => without(rendered, 'schema-replaced'),
  ],
  [
    'replaces a schema that is valid',
    null,
    'false-loss',
    (rendered) => (
      declareTool(rendered, 'schema-replaced', 0, ['parameters'], ANY_PARAMETERS),
      (rendered.body.tools[0].function.parameters = JSON.parse(ANY_PARAMETERS))
    ),
  ],
  [
    'replaces a schema by another',
    null,
    'false-loss',
    (rendered) => (
      change(rendered, 'schema-replaced', { after: '{}' }),
      (rendered.body.tools[3].function.parameters = {})
    ),
  ],
  [
    'renames a tool whose name could be sent',
    null,
    'false-loss',
    (rendered) => (
      declareTool(rendered, 'function-renamed', 0, ['name'], '"gauge_1"'),
      (rendered.body.tools[0].function.name = 'gauge_1')
    ),
  ],
  ['loses a completion argument', null, 'another', ({ body }) => delete body.completion_args.temperature],
  ['changes a completion argument', null, 'another', ({ body }) => (body.completion_args.temperature = 0.31)],
  ['limits all later answers', null, 'another', ({ body }) => (body.completion_args.max_tokens = 1)],
  ['takes another model', null, 'another', ({ body }) => (body.model = 'mistral-medium-latest')],
  ['takes another model without saying so', null, 'another', (rendered) => without(rendered, 'model-mapped')],
  ['silences tools without saying so', null, 'another', (rendered) => without(rendered, 'tools-silenced')],
  [
    'declares a name to be a field that the API does not accept',
    null,
    'false-loss',
    (rendered) => (declare(rendered, null, 'field-dropped', 'name', null), delete rendered.body.name),
  ],
]

describe('A faulty rule of the plan that', () => {
  it.each(mutants)('%s is found at entry %s, as %s', async (_, entry, kind, breakIt) => {
    const { verdict, differences, hashes } = await certified(breakIt)
    const [first] = differences
    expect({ verdict, position: first?.position, kind: first?.kind }).toEqual({
      verdict: 'different',
      position: entry,
      kind,
    })
    if (kind === 'another' && entry !== null) expect(hashes.target).not.toBe(hashes.expected)
  })

  it('does what it declares is accepted', async () => {
    const { verdict, differences, hashes } = await certified(() => undefined)
    expect({ verdict, differences }).toEqual({ verdict: 'equivalent', differences: [] })
    expect(hashes.target).toBe(hashes.expected)
  })
})

describe('The target may return the same content with', () => {
  it.each<[shape: string, (rendered: Rendered) => unknown]>([
    [
      'a text as one chunk',
      ({ inputs }) => (inputs[0].content = [{ type: 'text', text: inputs[0].content }]),
    ],
    [
      'a text in three chunks',
      ({ inputs }) =>
        (inputs[0].content = inputs[0].content
          .split(/(?<=,| at)/)
          .map((text: string) => ({ type: 'text', text }))),
    ],
    [
      'null for what is absent',
      ({ inputs }) => Object.assign(inputs[0], { agent_id: null, model: null, prefix: false, info: null }),
    ],
    ['an input’s type spelt out', ({ inputs }) => (inputs[0].type = 'message.input')],
    [
      'its own ids and times',
      ({ inputs }) =>
        Object.assign(inputs[5], { id: 'm', object: 'entry', created_at: 'now', completed_at: 'now' }),
    ],
    [
      'keys in another order',
      ({ inputs }) => (inputs[1] = Object.fromEntries(Object.entries(inputs[1]).reverse())),
    ],
    ['arguments as an object', ({ inputs }) => (inputs[1].arguments = { place: 'delta' })],
    ['arguments as a text', ({ inputs }) => (inputs[2].arguments = '{ "place": "ford" }')],
    [
      'a picture as an object',
      ({ inputs }) =>
        (inputs[6].content[1].image_url = { url: inputs[6].content[1].image_url, detail: null }),
    ],
    ['a field that is new', ({ inputs }) => (inputs[5].safety = { score: 0 })],
  ])('%s', async (_, reshape) => {
    const { verdict, differences, hashes } = await certified((rendered) => void reshape(rendered))
    expect({ verdict, differences }).toEqual({ verdict: 'equivalent', differences: [] })
    expect(hashes.target).toBe(hashes.expected)
  })
})

/** Renders the conversation, changes the result, stores it in the sandbox, fetches it back and compares. */
async function certified(breakIt: (rendered: Rendered) => void): Promise<Comparison> {
  const { sandbox } = await visit({}, 'other')
  const client = new ConversationsClient({ apiKey: 'other', baseUrl: sandbox.url })
  onTestFinished(() => client.close())
  const { planned, requests } = render(source, options, plainTarget)
  const honest = JSON.parse(requests[0]?.body ?? '{}')
  const body = structuredClone(honest)
  const rendered: Rendered = { body, inputs: body.inputs, losses: structuredClone([...planned.losses]) }
  breakIt(rendered)
  // Many of these histories would be refused, so they are put into the target directly.
  const { json } = await client.start({ ...body, inputs: honest.inputs })
  const { conversation_id: id, outputs } = json
  const account = sandbox.account('other')
  const generated = account.entries(id)?.slice(honest.inputs.length) ?? []
  account.replaceEntries(id, [...rendered.inputs.map((input) => JSON.stringify(input)), ...generated])
  const ids = outputs.map((output) => String(output.id))
  const replayed = replayedOf(source, { stamp: planned.stamp, losses: rendered.losses }, options, ids)
  return compareCopy(replayed, await fetchCopy(client, id, {}))
}

function swap(inputs: any[], one: number, other: number): void {
  ;[inputs[one], inputs[other]] = [inputs[other], inputs[one]]
}

function without(rendered: Rendered, kind: string): void {
  expect(rendered.losses.map((loss) => loss.kind)).toContain(kind)
  rendered.losses = rendered.losses.filter((loss) => loss.kind !== kind)
}

function change(rendered: Rendered, kind: string, facts: Partial<Loss>): void {
  expect(rendered.losses.map((loss) => loss.kind)).toContain(kind)
  rendered.losses = rendered.losses.map((loss) => (loss.kind === kind ? { ...loss, ...facts } : loss))
}

function declare(
  rendered: Rendered,
  position: number | null,
  kind: Loss['kind'],
  path: string,
  after: string | null,
): void {
  const text = position === null ? source.row : (source.entries[position] ?? '{}')
  const before = path === '' ? text : JSON.stringify(JSON.parse(text)[path])
  rendered.losses.push({
    kind,
    position,
    id: position === null ? null : `e_${position}`,
    path,
    before,
    after,
  })
}

function noted(content: string): string {
  return JSON.stringify([{ type: 'message.output', role: 'assistant', content }])
}

function breakExecution(inputs: any[], losses: Loss[], position: number, input: number, args: string): void {
  inputs[input].arguments = args
  const at = losses.findIndex((each) => each.kind === 'tool-execution-as-call' && each.position === position)
  const [loss] = losses.slice(at)
  if (loss !== undefined) losses[at] = { ...loss, after: JSON.stringify(inputs.slice(input, input + 2)) }
}

/** Changes what a loss of an entry declares as sent. */
function amend({ losses }: Rendered, position: number, kind: string, after: string): void {
  const at = losses.findIndex((each) => each.kind === kind && each.position === position)
  const [loss] = losses.slice(at)
  if (at === -1 || loss === undefined) throw new Error(`no ${kind} at ${position}`)
  losses[at] = { ...loss, after }
}

function changeArguments(rendered: Rendered, position: number, input: number, args: string): void {
  const kind = position === 14 ? 'blank-arguments' : 'cut-arguments'
  amend(rendered, position, kind, JSON.stringify(args))
  rendered.inputs[input].arguments = args
}

function declareChunk(
  rendered: Rendered,
  position: number,
  kind: Loss['kind'],
  path: string,
  text: string,
): void {
  const [, index] = /\[(\d+)\]/.exec(path) ?? []
  const chunk = JSON.parse(source.entries[position] ?? '{}').content[Number(index)]
  rendered.losses.push({
    ...{ kind, position, id: `e_${position}`, path, before: JSON.stringify(chunk) },
    after: JSON.stringify({ type: 'text', text }),
  })
}

function declareTool(
  rendered: Rendered,
  kind: Loss['kind'],
  tool: number,
  [first = '', ...steps]: string[],
  after: string | null,
): void {
  const path = [`tools[${tool}].function.${first}`, ...steps].join('.')
  const given = [first, ...steps].reduce((at, step) => at[step], row.tools[tool]?.function as any)
  rendered.losses.push({ kind, position: null, id: null, path, before: JSON.stringify(given), after })
}
