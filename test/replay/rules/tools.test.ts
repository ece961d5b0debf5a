import { describe, expect, it } from 'vitest'

import { ANY_PARAMETERS } from '../../../src/replay/loss.ts'
import { carryTools } from '../../../src/replay/plan/rules/carry-tools.ts'

const options = {
  ...{ libraries: { l1: 'L1', l2: 'l2' }, connectors: { c1: 'C1', c2: 'c2' } },
  ...{ connectorAuth: { c1: 'TOKEN' }, dropTools: false },
  naming: (name: string) => name.replaceAll('.', '_'),
}

/** What is sent for tools, as values, with losses and blocks. */
function carried(tools: unknown, more: Partial<typeof options> = {}) {
  const text = tools === undefined ? undefined : JSON.stringify(tools)
  const { texts, losses, blocks, secrets } = carryTools(text, { ...options, ...more })
  return {
    sent: texts.map((each) => JSON.parse(each) as unknown),
    losses: losses.map(({ kind, path, after }) => [kind, path, after]),
    blocks: blocks.map(({ kind }) => kind),
    secrets,
  }
}

const asItIs = (...tools: unknown[]) => ({ sent: tools, losses: [], blocks: [], secrets: [] })
const gauge = (members: object) => ({ type: 'function', function: members })
const parameters = { type: 'object' }
const library = (...ids: unknown[]) => ({ type: 'document_library', library_ids: ids })
const connector = (id: unknown, more: object = {}) => ({ type: 'connector', connector_id: id, ...more })
const key = { type: 'api-key', value: '[redacted by hansard]' }

describe('A tool', () => {
  it('is not sent if there is none', () => {
    for (const none of [undefined, null, []]) expect(carried(none)).toEqual(asItIs())
  })

  it.each<[object]>([
    ...['web_search', 'web_search_premium', 'code_interpreter', 'image_generation'].map((type): [object] => [
      { type },
    ]),
    [
      {
        type: 'web_search',
        tool_configuration: { exclude: ['a'], include: null, requires_confirmation: [] },
      },
    ],
    [gauge({ name: 'gauge', description: 'd', strict: true, parameters })],
    [library('l2')],
    [connector('c2')],
  ])('is sent as it is: %j', (tool) => {
    expect(carried([tool])).toEqual(asItIs(tool))
  })

  it.each<[tool: object, sent: object, paths: string[]]>([
    [{ type: 'web_search', mood: 1 }, { type: 'web_search' }, ['.mood']],
    [
      { type: 'web_search', tool_configuration: { include: [7], mood: 1, exclude: ['a'] } },
      { type: 'web_search', tool_configuration: { exclude: ['a'] } },
      ['.tool_configuration.include', '.tool_configuration.mood'],
    ],
    [{ type: 'web_search', tool_configuration: 7 }, { type: 'web_search' }, ['.tool_configuration']],
    [
      { ...gauge({ name: 'f', parameters, mood: 1, strict: 'no', description: null }), mood: 1 },
      gauge({ name: 'f', parameters }),
      ['.mood', '.function.mood', '.function.strict'],
    ],
    [{ ...library('l2'), mood: 1 }, library('l2'), ['.mood']],
    [
      { ...library('l2'), tool_configuration: { mood: 1 } },
      { ...library('l2'), tool_configuration: {} },
      ['.tool_configuration.mood'],
    ],
    [{ ...connector('c2'), mood: 1, none: null }, connector('c2'), ['.mood']],
  ])('loses what the API does not accept: %j', (tool, sent, paths) => {
    const { losses, ...rest } = carried([{ type: 'web_search' }, tool])
    expect(rest).toEqual({ sent: [{ type: 'web_search' }, sent], blocks: [], secrets: [] })
    expect(losses.toSorted()).toEqual(
      paths.map((path) => ['field-dropped', `tools[1]${path}`, null]).toSorted(),
    )
  })

  it.each<[unknown, string]>([
    [{ type: 'telepathy' }, 'tool'],
    [{ type: 'toString' }, 'tool'],
    [{}, 'tool'],
    ['web_search', 'tool'],
    [gauge({ name: 'f' }), 'tool'],
    [gauge({ parameters }), 'tool'],
    [gauge({ name: 7, parameters }), 'tool'],
    [gauge({ name: 'f', parameters: [] }), 'tool'],
    [{ type: 'function' }, 'tool'],
    [{ type: 'document_library', library_ids: 'l1' }, 'tool'],
    [library('l3'), 'library'],
    [library('l1', 'toString'), 'library'],
    [library(7), 'library'],
    [connector(7), 'tool'],
    [connector('c3'), 'connector'],
    [connector('toString'), 'connector'],
    [connector('c2', { authorization: key }), 'connector-secret'],
    [connector('c1', { authorization: { type: 'basic' } }), 'tool'],
    [connector('c1', { authorization: {} }), 'tool'],
  ])('that cannot be sent blocks, or is dropped: %j', (tool, kind) => {
    const tools = [tool, { type: 'web_search' }]
    const sent = [{ type: 'web_search' }]
    expect(carried(tools)).toEqual({ sent, losses: [], blocks: [kind], secrets: [] })
    const losses = [['tool-dropped', 'tools[0]', null]]
    expect(carried(tools, { dropTools: true })).toEqual({ sent, losses, blocks: [], secrets: [] })
  })

  it('is expected in a list: anything else is refused as a whole', () => {
    const losses = [['tool-dropped', 'tools', null]]
    expect(carried(7)).toEqual({ ...asItIs(), blocks: ['tool'] })
    expect(carried(7, { dropTools: true })).toEqual({ ...asItIs(), losses })
  })
})

describe('A function', () => {
  it('gets its new name, and parameters that are a schema, both declared', () => {
    const tools = [gauge({ name: 'a.b', parameters: { type: 'x' } })]
    expect(carried(tools)).toEqual({
      sent: [gauge({ name: 'a_b', parameters: JSON.parse(ANY_PARAMETERS) as unknown })],
      losses: [
        ['function-renamed', 'tools[0].function.name', '"a_b"'],
        ['schema-replaced', 'tools[0].function.parameters', ANY_PARAMETERS],
      ],
      ...{ blocks: [], secrets: [] },
    })
  })
})

describe('A library and a connector', () => {
  it('are sent with the ids of the target, each declared', () => {
    const { sent, losses } = carried([library('l2', 'l1'), connector('c1')])
    expect(sent).toEqual([library('l2', 'L1'), connector('C1')])
    expect(losses).toEqual([
      ['library-mapped', 'tools[0].library_ids[1]', '"L1"'],
      ['connector-mapped', 'tools[1].connector_id', '"C1"'],
    ])
    expect(carried([{ type: 'document_library' }]).sent).toEqual([library()])
  })

  it('are sent with the name of a variable in place of a secret', () => {
    for (const type of ['api-key', 'oauth2-token']) {
      const given = connector('c1', { authorization: { ...key, type, mood: 1 } })
      const authorization = { type, value: { environment: 'TOKEN' } }
      expect(carried([given, given])).toEqual({
        sent: [1, 2].map(() => connector('C1', { authorization })),
        losses: [0, 1].flatMap((i) => [
          ['field-dropped', `tools[${i}].authorization.mood`, null],
          ['connector-mapped', `tools[${i}].connector_id`, '"C1"'],
        ]),
        ...{ blocks: [], secrets: ['TOKEN'] },
      })
    }
  })

  it('need no secret if they had none', () => {
    expect(carried([connector('c1'), connector('c1', { authorization: null })])).toMatchObject({
      sent: [connector('C1'), connector('C1')],
      secrets: [],
    })
  })
})
