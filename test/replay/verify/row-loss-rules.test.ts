import { describe, expect, it } from 'vitest'

import { ANY_PARAMETERS, type Loss } from '../../../src/replay/loss.ts'
import { expectedRow } from '../../../src/replay/verify/expected-row.ts'
import { textOf } from '../../../src/replay/verify/json-tree.ts'
import { parsePath, textAt } from '../../../src/replay/verify/value-path.ts'

type Kind = Loss['kind']
type Row = Readonly<Record<string, unknown>>

interface Declared extends Partial<Pick<Loss, 'before'>> {
  readonly path: string
  /** What is sent instead, as a value; by default nothing. */
  readonly after?: unknown
}

/** A loss of a row that may be declared, or may not. */
type Case = [what: string, row: Row, declared: Declared]

const stamp = 'v1.a.b.history.'

/** Applies a loss to a row: returns the row that is expected then, and what is wrong with the loss. */
function applied(kind: Kind, row: Row, { path, after, ...facts }: Declared, agent?: Row) {
  const text = JSON.stringify(row)
  const before = textAt(text, parsePath(path) ?? []) ?? null
  const sent = after === undefined ? null : JSON.stringify(after)
  const loss: Loss = { kind, position: null, id: null, path, before, after: sent, ...facts }
  const source = { row: text, entries: [], agent: agent && JSON.stringify(agent) }
  const { row: expected, faults } = expectedRow({ source, losses: [loss], stamp, mode: 'history' })
  return { row: JSON.parse(textOf(expected)) as unknown, problems: faults.map(({ detail }) => detail) }
}

const agent = { agent_id: 'ag_1', agent_version: 3 }
const withTool = (tool: Row) => ({ tools: [{ type: 'web_search' }, tool] })
const gauge = (name: unknown, parameters: unknown = {}) =>
  withTool({ type: 'function', function: { name, parameters } })
const nameAt = 'tools[1].function.name'
const parametersAt = 'tools[1].function.parameters'
const library = withTool({ type: 'document_library', library_ids: ['l1'] })
const connector = withTool({ type: 'connector', connector_id: 'c1' })
const keyed = { $id: 'x', type: 'object', $schema: 'y', required: ['$id', 'type'] }

const rules: Partial<Record<Kind, { allowed: Case[]; refused: Case[] }>> = {
  'agent-mapped': {
    allowed: [
      ['to another agent', agent, { path: 'agent_id', after: 'ag_2' }],
      ['without its version', agent, { path: 'agent_version' }],
    ],
    refused: [
      ['to nothing', agent, { path: 'agent_id' }],
      ['to what is no id', agent, { path: 'agent_id', after: 7 }],
      ['to another version', agent, { path: 'agent_version', after: 4 }],
      ['in place of a model', { model: 'm' }, { path: 'model', after: 'ag_2' }],
    ],
  },
  'agent-as-model': {
    allowed: [['with the settings that are quoted', agent, { path: 'agent_id', after: 'm' }]],
    refused: [
      ['without a model', agent, { path: 'agent_id' }],
      ['at another place', agent, { path: 'agent_version', before: '"ag_1"', after: 'm' }],
      ['of another agent', agent, { path: 'agent_id', before: '{"agent_id":"ag_2"}', after: 'm' }],
      ['of no agent', { model: 'm' }, { path: 'agent_id', before: '{"model":"m"}', after: 'm' }],
    ],
  },
  'model-mapped': {
    allowed: [['to another', { model: 'm' }, { path: 'model', after: 'large' }]],
    refused: [
      ['to nothing', { model: 'm' }, { path: 'model' }],
      ['at a place within', { model: { model: 'm' } }, { path: 'model.model', after: 'large' }],
      ['at a place above', { x: { model: 'm' } }, { path: 'x.model', after: 'large' }],
    ],
  },
  'library-mapped': {
    allowed: [['to another', library, { path: 'tools[1].library_ids[0]', after: 'L1' }]],
    refused: [
      ['to nothing', library, { path: 'tools[1].library_ids[0]' }],
      ['all at once', library, { path: 'tools[1].library_ids', after: 'L1' }],
      ['in another tool', connector, { path: 'tools[1].connector_id', after: 'L1' }],
    ],
  },
  'connector-mapped': {
    allowed: [['to another', connector, { path: 'tools[1].connector_id', after: 'C1' }]],
    refused: [
      ['to nothing', connector, { path: 'tools[1].connector_id' }],
      ['in another tool', library, { path: 'tools[1].library_ids[0]', after: 'C1' }],
    ],
  },
  'tool-dropped': {
    allowed: [
      ['alone', library, { path: 'tools[1]' }],
      ['with all others', library, { path: 'tools' }],
    ],
    refused: [
      ['in part', library, { path: 'tools[1].library_ids' }],
      ['and replaced', library, { path: 'tools[1]', after: {} }],
      ['at another place', { mood: [1], x: { tools: [1] } }, { path: 'x.tools[0]' }],
    ],
  },
  'function-renamed': {
    allowed: [['from an invalid name', gauge('a.b'), { path: nameAt, after: 'a_b' }]],
    refused: [
      ['from a valid name', gauge('a_b'), { path: nameAt, after: 'a_c' }],
      ['to an invalid name', gauge('a.b'), { path: nameAt, after: 'a.c' }],
      ['at another place', { name: 'a.b' }, { path: 'name', after: 'a_b' }],
      ['without a name', gauge(7), { path: nameAt, after: 'a_b' }],
    ],
  },
  'schema-key-dropped': {
    allowed: [
      ['of $id', gauge('f', keyed), { path: `${parametersAt}["$id"]` }],
      ['of $schema', gauge('f', keyed), { path: `${parametersAt}["$schema"]` }],
      ['of a required $id', gauge('f', keyed), { path: `${parametersAt}.required[0]` }],
    ],
    refused: [
      ['of another key', gauge('f', keyed), { path: `${parametersAt}.type` }],
      ['of another required key', gauge('f', keyed), { path: `${parametersAt}.required[1]` }],
      ['that is replaced', gauge('f', keyed), { path: `${parametersAt}["$id"]`, after: 'z' }],
      ['outside of a schema', { metadata: keyed }, { path: 'metadata["$id"]' }],
    ],
  },
  'schema-replaced': {
    allowed: [
      [
        'if it is invalid',
        gauge('f', { type: 'x' }),
        { path: parametersAt, after: JSON.parse(ANY_PARAMETERS) },
      ],
    ],
    refused: [
      ['if it is valid', gauge('f', {}), { path: parametersAt, after: JSON.parse(ANY_PARAMETERS) }],
      ['by another', gauge('f', { type: 'x' }), { path: parametersAt, after: {} }],
      ['by nothing', gauge('f', { type: 'x' }), { path: parametersAt }],
      [
        'in a part of it',
        gauge('f', { not: { type: 'x' } }),
        { path: `${parametersAt}.not`, after: JSON.parse(ANY_PARAMETERS) },
      ],
      [
        'in something else',
        { x: gauge('f', { type: 'x' }) },
        { path: `x.${parametersAt}`, after: JSON.parse(ANY_PARAMETERS) },
      ],
      ['elsewhere', { metadata: { type: 'x' } }, { path: 'metadata', after: JSON.parse(ANY_PARAMETERS) }],
    ],
  },
  'argument-dropped': {
    allowed: [
      ['alone', { completion_args: { stop: 'x' } }, { path: 'completion_args.stop' }],
      ['with all others', { completion_args: { stop: 'x' } }, { path: 'completion_args' }],
    ],
    refused: [
      ['and replaced', { completion_args: { stop: 'x' } }, { path: 'completion_args.stop', after: 'y' }],
      ['with another name', { completion_args_2: 1 }, { path: 'completion_args_2' }],
      ['elsewhere', { x: { completion_args: 1 } }, { path: 'x.completion_args' }],
    ],
  },
  'tools-silenced': {
    allowed: [
      [
        'by none',
        { completion_args: { tool_choice: 'any' } },
        { path: 'completion_args.tool_choice', after: 'none' },
      ],
      ['without arguments', {}, { path: 'completion_args.tool_choice', after: 'none' }],
    ],
    refused: [
      ['by another choice', {}, { path: 'completion_args.tool_choice', after: 'auto' }],
      ['by nothing', {}, { path: 'completion_args.tool_choice' }],
      ['elsewhere', {}, { path: 'completion_args.stop', after: 'none' }],
    ],
  },
  'metadata-stamped': {
    allowed: [
      [
        'with the stamp',
        { metadata: { hansard_replay: 'x' } },
        { path: 'metadata.hansard_replay', after: stamp },
      ],
    ],
    refused: [
      [
        'with another',
        { metadata: { hansard_replay: 'x' } },
        { path: 'metadata.hansard_replay', after: 'y' },
      ],
      ['with none', { metadata: { hansard_replay: 'x' } }, { path: 'metadata.hansard_replay' }],
      ['elsewhere', { metadata: { team: 'x' } }, { path: 'metadata.team', after: stamp }],
    ],
  },
  'description-stamped': {
    allowed: [
      ['at its end', { description: 'Rivers' }, { path: 'description', after: `Rivers [${stamp}]` }],
      ['if there was none', {}, { path: 'description', after: `[${stamp}]` }],
    ],
    refused: [
      ['with another text', { description: 'Rivers' }, { path: 'description', after: `River [${stamp}]` }],
      ['without the stamp', { description: 'Rivers' }, { path: 'description', after: 'Rivers' }],
      ['with a stamp of its own', { description: stamp }, { path: 'description', after: stamp }],
      ['with nothing', { description: 'Rivers' }, { path: 'description' }],
      ['elsewhere', { name: 'Rivers' }, { path: 'name', after: `Rivers [${stamp}]` }],
    ],
  },
  'field-dropped': {
    allowed: [
      ['if it is unknown', { mood: 'glad' }, { path: 'mood' }],
      ['if it has another type', { name: 7, metadata: [1] }, { path: 'name' }],
      ['of metadata that is no object', { metadata: [1] }, { path: 'metadata' }],
      ['of guardrails that are no list', { guardrails: {} }, { path: 'guardrails' }],
      ['of guardrails that are no objects', { guardrails: [{}, 1] }, { path: 'guardrails' }],
      ['of a model that an agent has', { ...agent, model: 'm' }, { path: 'model' }],
      ['of instructions that an agent has', { ...agent, instructions: 'x' }, { path: 'instructions' }],
      ['of tools that an agent has', { ...agent, ...library }, { path: 'tools' }],
      ['of a tool', withTool({ type: 'web_search', mood: 1 }), { path: 'tools[1].mood' }],
      ['of a tool without a type', withTool({ function: { name: 'f' } }), { path: 'tools[1].function' }],
      ['of an empty list', withTool({ type: 'x', library_ids: [] }), { path: 'tools[1].library_ids' }],
      ['of a function', withTool({ type: 'x', function: { mood: 1 } }), { path: 'tools[1].function.mood' }],
    ],
    refused: [
      ['of a name', { name: 'x' }, { path: 'name' }],
      ['of a description', { description: 'x' }, { path: 'description' }],
      ['of instructions', { instructions: 'x' }, { path: 'instructions' }],
      ['of metadata', { metadata: { a: 1 } }, { path: 'metadata' }],
      ['in metadata', { metadata: { a: 1 } }, { path: 'metadata.a' }],
      ['of guardrails', { guardrails: [{}] }, { path: 'guardrails' }],
      ['of a model', { model: 'm' }, { path: 'model' }],
      ['of an agent', agent, { path: 'agent_id' }],
      ['of a name beside an agent', { ...agent, name: 'x' }, { path: 'name' }],
      ['of tools', library, { path: 'tools' }],
      ['of a whole tool', library, { path: 'tools[1]' }],
      ['of a library', library, { path: 'tools[1].library_ids' }],
      ['of a connector', connector, { path: 'tools[1].connector_id' }],
      ['of a function', gauge('f'), { path: 'tools[1].function' }],
      ['of the name of a function', gauge('f'), { path: nameAt }],
      ['of parameters', gauge('f', { type: 'object' }), { path: parametersAt }],
      ['of the type of a tool', connector, { path: 'tools[1].type' }],
      ['of a type that is no text', withTool({ type: 7 }), { path: 'tools[1].type' }],
      ['that is replaced', { mood: 'glad' }, { path: 'mood', after: 'sad' }],
    ],
  },
  'tail-nudged': { allowed: [], refused: [['of a conversation', {}, { path: 'name' }]] },
}

describe.each(Object.entries(rules))('The loss %s', (kind, { allowed, refused }) => {
  if (allowed.length > 0)
    it.each(allowed)('is true %s', (_, row, declared) => {
      expect(applied(kind as Kind, row, declared).problems).toEqual([])
    })

  it.each(refused)('is false %s, and is not applied', (_, row, declared) => {
    const { problems, row: expected } = applied(kind as Kind, row, declared)
    expect(problems).toEqual([expect.stringContaining(`the declared loss ${kind} is false: `)])
    if (kind !== 'agent-as-model') expect(expected).toEqual(row)
  })
})

describe('A declared loss', () => {
  it.each([
    ['has an invalid path', { path: 'mood..x' }],
    ['is of nothing', { path: '' }],
    ['quotes another value', { path: 'mood', before: '"sad"' }],
    ['quotes no value', { path: 'mood', before: null }],
    ['quotes a value that is absent', { path: 'air', before: '"x"' }],
  ])('is false if it %s', (_, declared) => {
    expect(applied('field-dropped', { mood: 'glad' }, declared).problems).toHaveLength(1)
  })

  it('is applied to the row: only its path changes', () => {
    const row = { ...library, name: 'a', mood: 1 }
    expect(applied('field-dropped', row, { path: 'mood' }).row).toEqual({ ...library, name: 'a' })
    expect(applied('tool-dropped', row, { path: 'tools[0]' }).row).toEqual({
      ...row,
      tools: row.tools.slice(1),
    })
    const silenced = { path: 'completion_args.tool_choice', after: 'none' }
    const choice = { tool_choice: 'none' }
    expect(applied('tools-silenced', { name: 'a' }, silenced).row).toEqual({
      name: 'a',
      completion_args: choice,
    })
    const args = { temperature: 1, tool_choice: 'any' }
    expect(applied('tools-silenced', { completion_args: args }, silenced).row).toEqual({
      completion_args: { ...args, ...choice },
    })
  })
})

describe('An agent that is replaced by a model', () => {
  const settings = {
    id: 'ag_1',
    name: 'desk',
    instructions: 'Be brief.',
    handoffs: ['ag_2'],
    tools: library.tools,
  }
  const replaced = { path: 'agent_id', before: '{"agent_id":"ag_1"}', after: 'm' }

  it('gives the conversation the settings that it has not itself', () => {
    const args = { temperature: 1 }
    expect(applied('agent-as-model', agent, replaced, { ...settings, completion_args: args }).row).toEqual({
      ...{ model: 'm', instructions: 'Be brief.', handoffs: ['ag_2'], ...library, completion_args: args },
    })
    const own = { ...agent, name: 'a', instructions: 'Be kind.', tools: [], handoffs: null }
    expect(applied('agent-as-model', own, replaced, settings).row).toEqual({
      ...{ model: 'm', name: 'a', instructions: 'Be kind.', handoffs: ['ag_2'], ...library },
    })
    expect(applied('agent-as-model', agent, replaced).row).toEqual({ model: 'm' })
  })
})
