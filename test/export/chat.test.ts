import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Archive } from '../../src/archive/archive.ts'
import { archiveOf } from '../support/archives.ts'
import { anyEntry } from '../support/entry-arbitrary.ts'
import { exported } from '../support/exports.ts'
import { hansard } from '../support/hansard.ts'
import { changingFields, faultsOf, type TrainingLine } from '../support/training-line.ts'

type Options = Readonly<Record<string, unknown>>
type Entry = Readonly<Record<string, unknown>>

const asked = (content: unknown = 'How deep?'): Entry => ({ type: 'message.input', role: 'user', content })
const answered = (content: unknown = 'Two metres.'): Entry => ({
  type: 'message.output',
  role: 'assistant',
  content,
})
const called = (args: unknown = '{"station":12}', id = 'aB3dE5gH7', name = 'read_gauge'): Entry => ({
  type: 'function.call',
  tool_call_id: id,
  name,
  arguments: args,
})
const resulted = (result: unknown = '{"metres":2}', id = 'aB3dE5gH7'): Entry => ({
  type: 'function.result',
  tool_call_id: id,
  result,
})
const gauge = {
  type: 'function',
  function: { name: 'read_gauge', description: 'A level', parameters: { type: 'object' } },
}

/** Returns an archive with one conversation; an entry is a JSON text or a value. */
function of(entries: readonly unknown[], row: Readonly<Record<string, unknown>> = {}): Archive {
  return archiveOf([{ row: { id: 'conv_1', ...row }, entries }])
}

/** Exports the lines of an archive, validates each with an independent check, and returns why others are left out. */
async function trained(archive: Archive, options: Options = {}) {
  const leftOut: Record<string, string> = {}
  const { files, conversations } = await exported(archive, 'chat', {
    options,
    onLeftOut: (id, reason) => (leftOut[id] = reason),
  })
  const textOf = (name: string) => String(files[name] ?? '')
  const texts = textOf('out').split('\n').slice(0, -1)
  for (const text of texts) expect({ text, faults: faultsOf(text) }).toEqual({ text, faults: [] })
  expect(changingFields(texts)).toEqual([])
  return {
    texts,
    lines: texts.map((text) => JSON.parse(text) as TrainingLine),
    leftOut,
    textOf,
    conversations,
  }
}

async function reasonOf(archive: Archive, options?: Options): Promise<string | undefined> {
  const { lines, leftOut } = await trained(archive, options)
  expect(lines).toHaveLength(leftOut['conv_1'] === undefined ? 1 : 0)
  return leftOut['conv_1']
}

async function messagesOf(archive: Archive, options?: Options): Promise<unknown> {
  const { lines, leftOut } = await trained(archive, options)
  expect(leftOut).toEqual({})
  return lines[0]?.messages
}

describe('A conversation becomes a training line', () => {
  it('with the messages of user and assistant in order', async () => {
    expect(await messagesOf(of([asked('One?'), answered('One.'), asked('Two?'), answered('Two.')]))).toEqual([
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'One.' },
      { role: 'user', content: 'Two?' },
      { role: 'assistant', content: 'Two.' },
    ])
  })

  it('with the texts of a reply joined into one', async () => {
    const answer = answered([
      { type: 'text', text: 'Two ' },
      { type: 'text', text: 'metres.' },
    ])
    expect(await messagesOf(of([asked(), answer]))).toMatchObject([{}, { content: 'Two metres.' }])
  })

  it('with images and texts of the user as they were sent', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } }
    const archive = of([asked([{ type: 'text', text: 'What?' }, image]), answered()])
    expect(await messagesOf(archive)).toMatchObject([
      { content: [{ type: 'text', text: 'What?' }, image] },
      { content: [{ type: 'text', text: 'Two metres.' }] },
    ])
    expect(await reasonOf(archive, { textOnly: true })).toContain('more than one text')
  })

  it('with adjacent calls in one message, and a result for each', async () => {
    const entries = [
      asked(),
      called('{"station":1}', 'aaaaaaaaa'),
      called({ station: 2 }, 'bbbbbbbbb'),
      resulted('{"metres":2}', 'bbbbbbbbb'),
      resulted('', 'aaaaaaaaa'),
      answered(),
    ]
    const { lines } = await trained(of(entries, { model: 'm', tools: [{ type: 'web_search' }, gauge] }))
    expect(lines[0]).toEqual({
      messages: [
        { role: 'user', content: 'How deep?' },
        {
          role: 'assistant',
          tool_calls: [
            {
              id: 'aaaaaaaaa',
              type: 'function',
              function: { name: 'read_gauge', arguments: '{"station":1}' },
            },
            {
              id: 'bbbbbbbbb',
              type: 'function',
              function: { name: 'read_gauge', arguments: '{"station":2}' },
            },
          ],
        },
        { role: 'tool', content: '{"metres":2}', tool_call_id: 'bbbbbbbbb' },
        { role: 'tool', content: '', tool_call_id: 'aaaaaaaaa' },
        { role: 'assistant', content: 'Two metres.' },
      ],
      tools: [gauge],
    })
  })

  it('with strings among parts as texts', async () => {
    const entries = [asked(['How ', { type: 'text', text: 'deep?' }]), answered(['Two ', 'metres.'])]
    expect(await messagesOf(of(entries))).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'How ' },
          { type: 'text', text: 'deep?' },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Two metres.' }] },
    ])
  })

  it('that may end with a call, since the call is the reply', async () => {
    expect(await messagesOf(of([asked(), called()], { tools: [gauge] }))).toMatchObject([
      {},
      { tool_calls: [{ id: 'aB3dE5gH7' }] },
    ])
  })

  it('with every digit of large numbers, in arguments and definitions', async () => {
    const args = '{"station":12345678901234567890,"ratio":0.10000000000000000001,"far":1e400}'
    const call = `{"type":"function.call","tool_call_id":"aB3dE5gH7","name":"read_gauge","arguments":${args}}`
    const tools = `[{"type":"function","function":{"name":"read_gauge","strict":true,"description":null,"parameters":{"maximum":12345678901234567890}}}]`
    const archive = archiveOf([
      { row: `{"id":"conv_1","tools":${tools}}`, entries: [asked(), call, resulted(), answered()] },
    ])
    const [text = ''] = (await trained(archive)).texts
    expect(text).toContain(JSON.stringify(args))
    expect(text).toContain(
      '"function":{"name":"read_gauge","description":"","parameters":{"maximum":12345678901234567890}}',
    )
  })

  it('without thinking, citations or server tools only if --drop says so', async () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }
    const citation = { type: 'tool_reference', tool: 'web_search', title: 'Gauge 12' }
    const said = { type: 'text', text: 'Two metres.' }
    const search = { type: 'tool.execution', name: 'web_search', arguments: '{}' }
    const cases = [
      ['thinking', [asked(), answered([thinking, said])], 'contains thinking'],
      ['references', [asked(), answered([said, citation])], 'cites sources'],
      ['references', [asked(), answered([said, { type: 'reference', reference_ids: [1] }])], 'cites sources'],
      ['executions', [asked(), search, answered([said])], 'a tool ran on the server'],
    ] as const
    for (const [what, entries, reason] of cases) {
      expect(await reasonOf(of(entries))).toContain(reason)
      expect(await messagesOf(of(entries), { drop: [what] })).toEqual([
        { role: 'user', content: 'How deep?' },
        { role: 'assistant', content: 'Two metres.' },
      ])
    }
  })
})

describe('A conversation that the format cannot represent is left out with the reason', () => {
  const handoff = { type: 'agent.handoff', previous_agent_id: 'a', next_agent_id: 'b' }
  it.each<[string, readonly unknown[], string]>([
    ['has no entries', [], 'it has no user message'],
    ['has no reply', [asked()], 'does not end with the assistant'],
    [
      'has an unanswered question at its end',
      [asked(), answered(), asked()],
      'does not end with the assistant',
    ],
    ['has only an assistant', [answered()], 'it has no user message'],
    ['has an empty reply', [asked(), answered('')], 'an assistant message has no content'],
    ['ends with the result of a call', [asked(), called(), resulted()], 'does not end with the assistant'],
    ['lacks a result', [asked(), called(), answered()], 'a call has no result'],
    [
      'lacks one of two results',
      [asked(), called(), called('{}', 'b23456789'), resulted(), answered()],
      'a call has no result',
    ],
    [
      'goes on with the user after a result',
      [asked(), called(), resulted(), asked(), answered()],
      'a user message follows the result',
    ],
    ['has a result without a call', [asked(), resulted(), answered()], 'has no call before it'],
    ['has a result twice', [asked(), called(), resulted(), resulted(), answered()], 'has no call before it'],
    [
      'uses an id twice at once',
      [asked(), called(), called(), resulted(), answered()],
      'two calls have the same id',
    ],
    ['has a call id with other characters', [asked(), called('{}', 'call_1')], 'nine letters and digits'],
    [
      'has a function of an odd name',
      [asked(), called('{}', undefined, 'read gauge')],
      'the name of a function',
    ],
    [
      'calls what is not defined',
      [asked(), called('{}', undefined, 'read_moon')],
      'read_moon is not defined',
    ],
    ['has truncated arguments', [asked(), called('{"station": 3, "sin')], 'not a JSON object'],
    ['has arguments that are not an object', [asked(), called('[1]')], 'not a JSON object'],
    [
      'has a result that is not text',
      [asked(), called(), resulted({ metres: 2 }), answered()],
      'is not text',
    ],
    ['was handed off between agents', [asked(), handoff, answered()], 'handed off between agents'],
    [
      'has an entry of an unknown type',
      [asked(), { type: 'memory.recall' }, answered()],
      'does not have: memory.recall',
    ],
    [
      'has an entry whose type is an object',
      [asked(), { type: { toString: 1 } }, answered()],
      'the format does not have',
    ],
    ['has an unreadable entry', [asked(), '{"type":', answered()], 'cannot be read: it is not JSON'],
    ['has a system message among its entries', [{ ...asked(), role: 'system' }, answered()], 'a role'],
    [
      'begins an answer by a prefix',
      [asked(), { ...asked(), role: 'assistant', prefix: true }, answered()],
      'the beginning of a reply',
    ],
    ['has no content', [asked(null), answered()], 'neither text nor parts'],
    ['has content that is not parts', [asked([7]), answered()], 'neither text nor parts'],
    [
      'has a text chunk without text',
      [asked([{ type: 'text', text: 7 }]), answered()],
      'neither text nor parts',
    ],
    [
      'has a document',
      [asked([{ type: 'document_url', document_url: 'x' }]), answered()],
      'does not have: document_url',
    ],
    ['has a file', [asked(), answered([{ type: 'tool_file', file_id: 'f' }])], 'does not have: tool_file'],
    [
      'has an image in a reply',
      [asked(), answered([{ type: 'image_url', image_url: 'x' }])],
      'not from the user has an image',
    ],
    [
      'has an image without a link',
      [asked([{ type: 'image_url', image_url: {} }]), answered()],
      'neither text nor parts',
    ],
    [
      'has a call that was denied',
      [asked(), { ...called(), confirmation_status: 'denied' }, resulted(), answered()],
      'not executed, which the format cannot represent: denied',
    ],
    [
      'has a call that waits',
      [asked(), { ...called(), confirmation_status: 'pending' }],
      'not executed, which the format cannot represent: pending',
    ],
    ['has a lone surrogate', [asked('\ud800'), answered()], 'it would not be a valid line'],
  ])('if it %s', async (_, entries, reason) => {
    expect(await reasonOf(of(entries, { tools: [gauge] }))).toContain(reason)
  })

  it('if two functions have the same name, or one is not valid', async () => {
    const bad = { type: 'function', function: { name: 'read_gauge' } }
    expect(await reasonOf(of([asked(), answered()], { tools: [gauge, gauge] }))).toContain('the same name')
    expect(await reasonOf(of([asked(), answered()], { tools: [bad] }))).toContain(
      'invalid function definition',
    )
  })
})

describe('A field has one type on all lines', () => {
  const image = { type: 'image_url', image_url: 'https://example.org/a.png' }
  const detailed = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: null } }

  it('so all content is in parts if one message needs them, in any order', async () => {
    const said = [
      [asked(), answered()],
      [asked([{ type: 'text', text: 'What?' }, image]), answered([{ type: 'text', text: 'A river.' }])],
      [asked([detailed]), called(), resulted(), answered('Two.')],
    ]
    for (const all of [said, said.toReversed()]) {
      const { lines } = await trained(
        archiveOf(
          all.map((entries, i) => ({ row: { id: `conv_${i}`, tools: [gauge], instructions: 'x' }, entries })),
        ),
        { system: true },
      )
      const contents = lines.flatMap(({ messages }) => messages.flatMap(({ content }) => content ?? []))
      expect(contents).toContainEqual({ type: 'image_url', image_url: { url: 'https://example.org/a.png' } })
      expect(contents.every((part) => typeof part === 'object')).toBe(true)
      expect(lines).toHaveLength(3)
    }
    const texts = await trained(
      archiveOf(said.map((entries, i) => ({ row: { id: `conv_${i}` }, entries }))),
      {
        textOnly: true,
      },
    )
    expect(texts.lines).toHaveLength(1)
  })

  it('also in tool definitions: a line that differs from an earlier one is left out', async () => {
    const tool = (parameters: object) => [{ ...gauge, function: { ...gauge.function, parameters } }]
    const conversation = (id: string, parameters: object) => ({
      row: { id, tools: tool(parameters) },
      entries: [asked(id), answered()],
    })
    const { lines, leftOut } = await trained(
      archiveOf([
        conversation('conv_1', { properties: { of: { type: 'string', default: 1 } } }),
        conversation('conv_2', { properties: { of: { type: ['string', 'null'] } } }),
        conversation('conv_3', { properties: { of: { default: null } }, required: [] }),
        conversation('conv_4', { properties: { of: { enum: [1, 'a'] } } }),
      ]),
    )
    expect(lines).toHaveLength(2)
    expect(leftOut['conv_2']).toMatch(
      /: tools\[\]\.function\.parameters\.properties\.of\.type is array here, string there$/,
    )
    expect(leftOut['conv_4']).toContain('enum')
  })
})

describe('The parameters of a function', () => {
  it.each([
    [{ properties: { pages: { type: 'integer', exclusiveMinimum: true, minimum: 0 } } }],
    [{ properties: { a: { type: 'str' } } }],
    [{ description: { type: 'string' } }],
    [{ required: 'a' }],
    [{ properties: { a: { pattern: '(' } } }],
    [{ properties: { a: { pattern: '(?<year>[0-9]{4})' } } }],
    [{ properties: { a: { pattern: '^\\p{L}+$' } } }],
  ])('are not a schema of Draft 7: %j', async (parameters) => {
    const tools = [{ ...gauge, function: { ...gauge.function, parameters } }]
    expect(await reasonOf(of([asked(), answered()], { tools }))).toContain('not a JSON schema of Draft 7')
  })

  it.each([
    [{ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'x', type: 'object' }],
    [{ properties: { a: { pattern: '^(?:\\d|\\\\p)(?=x)$', format: 'whatever' } }, unknown: 1 }],
    [{}],
  ])('are a schema of Draft 7: %j', async (parameters) => {
    const tools = [{ ...gauge, function: { ...gauge.function, parameters } }]
    expect(await reasonOf(of([asked(), answered()], { tools }))).toBeUndefined()
  })
})

it('A line is one line for every reader, even for those that split at U+2028', async () => {
  const text = 'a\u2028b\u2029c\u0085d\ve\ff\x1cg\x1dh\x1ei'
  const tools = [{ ...gauge, function: { ...gauge.function, description: text } }]
  const { texts, lines } = await trained(
    of([asked(text), called(JSON.stringify({ text })), resulted(text), answered(text)], {
      tools,
      instructions: text,
    }),
    { system: true },
  )
  expect(texts.join('')).not.toMatch(/[\v\f\x1c-\x1e\x85\u2028\u2029]/)
  expect(lines[0]?.messages.map(({ content }) => content)).toEqual([text, text, undefined, text, text])
})

describe('The instructions', () => {
  const withSystem = { system: true }

  it('come first with --system, and are omitted without', async () => {
    const archive = of([asked(), answered()], { model: 'm', instructions: 'Be \ud83c\udf0a.' })
    expect(await messagesOf(archive)).toHaveLength(2)
    expect(await messagesOf(archive, withSystem)).toMatchObject([
      { role: 'system', content: 'Be 🌊.' },
      { role: 'user' },
      { role: 'assistant' },
    ])
  })

  it('are not a message if they are empty', async () => {
    for (const instructions of [null, '', undefined]) {
      expect(await messagesOf(of([asked(), answered()], { instructions }), withSystem)).toHaveLength(2)
    }
  })

  it('and the functions of an agent are those of the version that the conversation used', async () => {
    const archive = of([asked(), called(), resulted(), answered()], { agent_id: 'ag_1', agent_version: 1 })
    expect(await reasonOf(archive)).toContain('read_gauge is not defined in the archive')
    expect(await reasonOf(archive, withSystem)).toContain('its agent is not in the archive')
    for (const version of ['', '0', '1', '2']) {
      const agent = { instructions: `version ${version}`, tools: version === '1' ? [gauge] : [] }
      const reference = { kind: 'agent', id: 'ag_1', version } as const
      archive.dependencies.store(reference, JSON.stringify(agent), undefined, '2026-11-22')
    }
    const { lines } = await trained(archive, withSystem)
    expect(lines[0]).toMatchObject({ messages: [{ content: 'version 1' }, {}, {}, {}, {}], tools: [gauge] })
  })
})

describe('Equal messages', () => {
  const said = (id: string, ...entries: readonly unknown[]) => ({ row: { id }, entries })

  it('are written once, and the reason for the others names the first', async () => {
    const { lines, leftOut } = await trained(
      archiveOf([
        said('conv_1', { ...asked(), id: 'msg_1' }, answered()),
        said('conv_2', { ...asked(), id: 'msg_2' }, answered([{ type: 'text', text: 'Two metres.' }])),
      ]),
    )
    expect(lines).toHaveLength(1)
    expect(leftOut).toEqual({ conv_2: 'its messages are the same as those of: conv_1' })
  })

  it('do not include those of a longer fork', async () => {
    const { lines } = await trained(
      archiveOf([
        said('conv_1', asked(), answered()),
        said('conv_2', asked(), answered(), asked(), answered()),
      ]),
    )
    expect(lines).toHaveLength(2)
  })
})

describe('A split', () => {
  const many = (from: number, to: number) =>
    archiveOf(
      Array.from({ length: to - from }, (_, i) => ({
        row: { id: `conv_${from + i}` },
        entries: [asked(`${from + i}?`), answered()],
      })),
    )
  const sidesOf = async (archive: Archive, options: Options) => {
    const { textOf, conversations } = await trained(archive, options)
    const [train, validation] = ['train.jsonl', 'validation.jsonl'].map((name) =>
      textOf(name).split('\n').slice(0, -1),
    )
    expect((train?.length ?? 0) + (validation?.length ?? 0)).toBe(conversations)
    for (const line of [...(train ?? []), ...(validation ?? [])]) expect(faultsOf(line)).toEqual([])
    return { train: new Set(train), validation: new Set(validation) }
  }

  it('has about the requested share', async () => {
    const { train, validation } = await sidesOf(many(0, 2000), { split: 0.9 })
    expect(train.size).toBeGreaterThan(1740)
    expect(validation.size).toBeGreaterThan(140)
  })

  it('keeps each conversation in its file, whatever else is exported', async () => {
    const [few, all] = [
      await sidesOf(many(100, 200), { split: 0.8 }),
      await sidesOf(many(0, 400), { split: 0.8 }),
    ]
    for (const line of few.train) expect(all.train).toContain(line)
    for (const line of few.validation) expect(all.validation).toContain(line)
  })

  it('depends on the seed, and moves conversations in one direction when the share grows', async () => {
    const archive = many(0, 300)
    const [first, second] = [
      await sidesOf(archive, { split: 0.5, seed: 1 }),
      await sidesOf(archive, { split: 0.5, seed: 2 }),
    ]
    expect(second.train).not.toEqual(first.train)
    const larger = await sidesOf(archive, { split: 0.6, seed: 1 })
    for (const line of first.train) expect(larger.train).toContain(line)
  })

  it('names what is left out in left-out.jsonl', async () => {
    const { textOf } = await trained(of([asked()]), { split: 0.5 })
    expect(JSON.parse(textOf('left-out.jsonl'))).toEqual({
      id: 'conv_1',
      reason: 'it would not be a valid line: it does not end with the assistant',
    })
  })

  it.each(['0', '1', '-0.5', '', 'half', 'NaN'])('is refused with the share %j', async (share) => {
    const { exitCode, stderr } = await hansard(['export', 'chat', '--output', 'x', `--split=${share}`])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/is not a share of the conversations\nhint: .+0\.9\.\n$/)
  })
})

describe('For any archive', () => {
  const options: readonly Options[] = [
    {},
    { system: true },
    { textOnly: true },
    { drop: ['thinking', 'references', 'executions'], system: true },
  ]
  const rounds = [
    [asked(), answered()],
    [asked(), called(), resulted(), answered()],
    [asked(), called(), called({}, 'b23456789'), resulted('', 'b23456789'), resulted(), answered()],
  ]
  const stray = fc.oneof(fc.constantFrom(...rounds.flat()), anyEntry)
  const history = fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...rounds) },
        { weight: 1, arbitrary: stray.map((one) => [one]) },
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.flat())
  const row = fc.record(
    {
      instructions: fc.oneof(fc.string(), fc.jsonValue()),
      tools: fc.oneof({ weight: 3, arbitrary: fc.constant([gauge]) }, fc.jsonValue()),
      agent_id: fc.constantFrom(null, 'ag_1'),
    },
    { requiredKeys: [] },
  )

  it('each conversation is a valid line or left out with a reason', async () => {
    let written = 0
    const histories = fc.array(fc.tuple(row, history), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(histories, fc.constantFrom(...options), async (all, chosen) => {
        const made = all.map(([members, entries], i) => ({
          row: { ...members, id: `conv_${i}` },
          entries: entries.map((entry) => JSON.stringify(entry)),
        }))
        const { lines, leftOut } = await trained(archiveOf(made), chosen)
        expect(lines.length + Object.keys(leftOut).length).toBe(made.length)
        for (const reason of Object.values(leftOut)) expect(reason).toMatch(/^[a-z].{10,}/)
        written += lines.length
      }),
      { numRuns: 60 },
    )
    expect(written).toBeGreaterThan(10)
  })

  it('nothing that the format can represent is left out or changed', async () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((said) => !/\p{Surrogate}/u.test(said))
    const turn = fc.record({ question: text, answer: text, results: fc.array(text, { maxLength: 3 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 5 }), text, async (turns, instructions) => {
        const ids = ['aaaaaaaaa', 'bbbbbbbbb', 'ccccccccc']
        const entries = turns.flatMap(({ question, answer, results }) => [
          asked(question),
          ...results.map((result, i) => called(JSON.stringify({ result }), ids[i])),
          ...results.map((result, i) => resulted(result, ids[i])),
          answered(answer),
        ])
        const archive = of(entries, { instructions, tools: [gauge] })
        const { lines } = await trained(archive, { system: true })
        const said = lines[0]?.messages.flatMap(({ content, tool_calls = [] }) => [
          ...(content === undefined ? [] : [content]),
          ...tool_calls.map((call) => (JSON.parse(call.function.arguments) as { result: string }).result),
        ])
        expect(said).toEqual([
          instructions,
          ...turns.flatMap(({ question, answer, results }) => [question, ...results, ...results, answer]),
        ])
      }),
      { numRuns: 30 },
    )
  })
})
