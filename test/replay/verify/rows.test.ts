import { describe, expect, it } from 'vitest'

import { STAMP_KEY } from '../../../src/model/read-stamp.ts'
import { describeStamp } from '../../../src/replay/plan/stamp.ts'
import type { Comparison, Replayed } from '../../../src/replay/verify/certificate.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { STAMP } from '../../../src/replay/verify/row-form.ts'

const entries = ['{"role":"user","content":"Hi"}']
const stamp = 'v1.a.b.history.'

type Row = Record<string, unknown>

describe('The row of a copy', () => {
  it('has its stamp where the plan puts it', () => {
    expect(STAMP).toBe(STAMP_KEY)
  })

  it.each<[shape: string, source: Row, copy: Row]>([
    ['null for what is absent', { name: 'A' }, { name: 'A', description: null, instructions: null }],
    ['no tools as an empty list', {}, { tools: [], guardrails: null }],
    [
      'arguments with their defaults',
      { completion_args: null },
      { completion_args: { stop: null, tool_choice: 'auto' } },
    ],
    ['0.30 for 0.3', { completion_args: { temperature: 0.3 } }, { completion_args: { temperature: 'N3' } }],
    ['metadata in another order', { metadata: { a: 1, b: 2 } }, { metadata: { b: 2, [STAMP]: stamp, a: 1 } }],
    ['its own times', { created_at: 'x', updated_at: 'y' }, { created_at: 'z' }],
    ['a field that is new', {}, { visibility: 'private' }],
    ['the secret of a connector', connector('[redacted by hansard]'), connector('secret')],
    ['the version of an agent as a string', agent(3), agent('3')],
    ['what an agent has itself', agent(3), { ...agent(3), model: 'm', instructions: 'x', tools: [{}] }],
    [
      'null in a tool',
      {
        tools: [{ type: 'x', function: { name: 'f' }, tool_configuration: {}, authorization: { type: 'a' } }],
      },
      {
        tools: [
          {
            ...{ type: 'x', mood: null, function: { name: 'f', strict: null }, library_ids: [] },
            ...{ tool_configuration: { include: null }, authorization: { type: 'a', scope: null } },
          },
        ],
      },
    ],
    ['a tool with libraries', { tools: [{ library_ids: ['l'] }] }, { tools: [{ library_ids: ['l'] }] }],
  ])('may show %s', (_, source, copy) => {
    expect(certified(source, { metadata: { [STAMP]: stamp }, ...copy })).toMatchObject({
      verdict: 'identical',
      differences: [],
    })
  })

  it('need not show metadata, but is then not identical', () => {
    const { verdict, unseen } = certified({ metadata: { team: 'water' } }, {})
    expect({ verdict, unseen }).toEqual({ verdict: 'equivalent', unseen: ['metadata'] })
  })

  it.each<[what: string, source: Row, copy: Row, path: string]>([
    ['another kind of authorization', connector('x'), connector('x', 'oauth2-token'), 'tools'],
    ['another version of an agent', agent(3), agent(4), 'agent_version'],
    ['another agent', agent(3), { ...agent(3), agent_id: 'ag_2' }, 'agent_id'],
    [
      'digits beyond a double',
      { metadata: { n: 'N1' } },
      { metadata: { n: 'N2', [STAMP]: stamp } },
      'metadata',
    ],
    ['another library', { tools: [{ library_ids: ['l'] }] }, { tools: [{ library_ids: ['m'] }] }, 'tools'],
    ['a guardrail less', { guardrails: [{ block_on_error: true }] }, {}, 'guardrails'],
    ['a field less', { mood: 'glad' }, {}, 'mood'],
    ['another stamp', {}, { metadata: { [STAMP]: 'v1.other' } }, `metadata.${STAMP}`],
    ['no stamp', {}, { metadata: {} }, `metadata.${STAMP}`],
    ['metadata that is added', {}, { metadata: { [STAMP]: stamp, more: 1 } }, 'metadata'],
    ...['name', 'description', 'instructions'].map((key): [string, Row, Row, string] => {
      return [`the ${key} that the source did not have`, {}, { [key]: 'x' }, key]
    }),
    ['arguments that the source did not have', {}, { completion_args: { top_p: 1 } }, 'completion_args'],
    ['another choice of tools', {}, { completion_args: { tool_choice: 'any' } }, 'completion_args'],
    ['tools that the source did not have', {}, { tools: [{ type: 'web_search' }] }, 'tools'],
    ['a tool that is no object', { tools: ['a'] }, { tools: ['b'] }, 'tools'],
    ['guardrails that the source did not have', {}, { guardrails: [{}] }, 'guardrails'],
    ['an agent', {}, { model: 'm', agent_id: 'ag_1' }, 'agent_id'],
    ['arguments that are no object', { completion_args: 7 }, { completion_args: 8 }, 'completion_args'],
  ])('may not show %s', (_, source, copy, path) => {
    const { verdict, differences } = certified(source, { metadata: { [STAMP]: stamp }, ...copy })
    expect({ verdict, path: differences[0]?.path }).toEqual({ verdict: 'different', path })
  })

  it('may have its stamp in the description, if that is declared', () => {
    const { body, loss } = describeStamp('{"description":"Rivers"}', stamp)
    const copy = JSON.parse(body) as Row
    expect(certified({ description: 'Rivers' }, copy, [loss])).toMatchObject({ verdict: 'equivalent' })
    expect(certified({ description: 'Rivers' }, copy)).toMatchObject({ verdict: 'different' })
    expect(certified({ description: 'River' }, copy, [loss])).toMatchObject({ verdict: 'different' })
    const shown = { ...copy, metadata: { [STAMP]: 'v1.other' } }
    expect(certified({ description: 'Rivers' }, shown, [loss])).toMatchObject({ verdict: 'equivalent' })
  })

  it('must have its stamp in the metadata, whatever else is declared', () => {
    const dropped = loss('field-dropped', 'mood', '1', null)
    expect(certified({ mood: 1 }, { metadata: { [STAMP]: stamp } }, [dropped])).toMatchObject({
      differences: [],
    })
    expect(certified({ mood: 1 }, { metadata: { [STAMP]: 'v1.other' } }, [dropped])).toMatchObject({
      differences: [{ path: `metadata.${STAMP}` }],
    })
  })

  it("has the agent's settings if the agent is replaced by a model", () => {
    const settings = { id: 'ag_1', model: 'm', instructions: 'Be brief.', tools: [], handoffs: ['ag_2'] }
    const copy = { model: 'large', instructions: 'Be brief.', metadata: { [STAMP]: stamp } }
    const before = '{"agent_id":"ag_1","agent_version":3,"model":"m"}'
    const losses = [
      loss('agent-as-model', 'agent_id', before, '"large"'),
      loss('field-dropped', 'handoffs', '["ag_2"]', null),
    ]
    const source = {
      row: rowText({ ...agent(3), model: undefined }),
      entries,
      agent: JSON.stringify(settings),
    }
    const ask = (some: Replayed['losses'], row: Row) =>
      compareCopy({ mode: 'history', stamp, losses: some, source }, { row: rowText(row), entries })
        .differences
    expect(ask(losses, copy)).toEqual([])
    expect(ask(losses.slice(0, 1), copy)).toMatchObject([{ path: 'handoffs' }])
    expect(ask(losses, { ...copy, instructions: 'Be kind.' })).toMatchObject([{ path: 'instructions' }])
    expect(ask(losses, { ...copy, model: 'small' })).toMatchObject([{ path: 'model' }])
  })
})

function certified(source: Row, copy: Row, losses: Replayed['losses'] = []): Comparison {
  const replayed: Replayed = { mode: 'history', stamp, losses, source: { row: rowText(source), entries } }
  return compareCopy(replayed, { row: rowText(copy), entries })
}

/** Numbers that JSON.stringify would change are placeholders until they are text. */
function rowText(row: Row): string {
  const id = row['agent_id'] === undefined ? { id: 'conv_1', model: 'm' } : { id: 'conv_1' }
  return JSON.stringify({ ...id, ...row })
    .replace('"N1"', '12345678901234567890')
    .replace('"N2"', '12345678901234567891')
    .replace('"N3"', '0.30')
}

function connector(value: string, type = 'api-key'): Row {
  return { tools: [{ type: 'connector', connector_id: 'c1', authorization: { type, value } }] }
}

function agent(version: string | number): Row {
  return { agent_id: 'ag_1', agent_version: version }
}

function loss(kind: 'agent-as-model' | 'field-dropped', path: string, before: string, after: string | null) {
  return { kind, position: null, id: null, path, before, after }
}
