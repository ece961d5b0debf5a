import { describe, expect, it } from 'vitest'

import { resolveModel } from '../../../src/replay/plan/rules/target-model.ts'
import { plainOptions, plainTarget } from '../../support/replay.ts'

const target = {
  ...plainTarget,
  models: { small: { context: 100, reasons: false }, deep: { context: null, reasons: true } },
  agents: {
    ag_1: { context: 7, reasons: true, tools: ['web_search'] },
    ag_2: { context: 8, reasons: false, tools: [] },
  },
}

/** The model that answers for a row, with the losses: kind, path, before and after. */
function resolved(row: object, options: Partial<typeof plainOptions> = {}, agent?: object) {
  const archived = agent === undefined ? undefined : JSON.stringify(agent)
  const source = { id: 'c', row: JSON.stringify(row), entries: [], agent: archived }
  const found = resolveModel(source, { ...plainOptions, ...options }, target)
  if ('kind' in found) return { block: found.kind, reason: found.reason }
  const { losses, settings, ...rest } = found
  const given = settings === 'with-agent' ? settings : Object.fromEntries(settings)
  return {
    ...rest,
    settings: given,
    losses: losses.map(({ kind, path, before, after }) => [kind, path, before, after]),
  }
}

const small = { fields: { model: '"small"' }, model: target.models.small, agentTools: [] }
const mapped = (name: string): unknown[] => ['model-mapped', 'model', JSON.stringify(name), '"small"']

describe('The model of a copy', () => {
  it('is the same if the target has it, with the settings of the row', () => {
    const row = { model: 'deep', instructions: 'x' }
    expect(resolved(row, { fallbackModel: 'small' })).toEqual({
      ...{ fields: { model: '"deep"' }, model: target.models.deep, agentTools: [], losses: [] },
      settings: { model: '"deep"', instructions: '"x"' },
    })
  })

  it.each<[row: object, options: Partial<typeof plainOptions>, losses: unknown[][]]>([
    [{ model: 'old' }, { models: { old: 'small' } }, [mapped('old')]],
    [{ model: 'deep' }, { models: { deep: 'small' } }, [mapped('deep')]],
    [{ model: 'old' }, { fallbackModel: 'small' }, [mapped('old')]],
    [{ model: 'old' }, { models: { old: 'gone' }, fallbackModel: 'small' }, [mapped('old')]],
    [{ model: 'toString' }, { fallbackModel: 'small' }, [mapped('toString')]],
    [{}, { fallbackModel: 'small' }, [['model-mapped', 'model', null, '"small"']]],
  ])('of %j with %j is mapped, which is a loss', (row, options, losses) => {
    expect(resolved(row, options)).toMatchObject({ ...small, losses })
  })

  it.each<[row: object, options: Partial<typeof plainOptions>, named: string]>([
    [{ model: 'old' }, {}, 'old'],
    [{ model: 'old' }, { models: { old: 'gone' } }, 'gone'],
    [{ model: 'old' }, { fallbackModel: 'gone' }, 'old'],
    [{ model: 'toString' }, {}, 'toString'],
    [{}, {}, 'none'],
  ])('of %j with %j blocks: the target does not have it', (row, options, named) => {
    expect(resolved(row, options)).toEqual({ block: 'model', reason: `the target has no model ${named}` })
  })
})

describe('The agent of a copy', () => {
  const row = { agent_id: 'ag_1', agent_version: 3 }
  const agent = { id: 'ag_1', model: 'm', instructions: 'x', handoffs: ['ag_9'] }

  it('keeps its version in the same account, and has its own settings', () => {
    expect(resolved(row, { agents: { ag_1: 'ag_1' } })).toEqual({
      ...{ fields: { agent_id: '"ag_1"', agent_version: '3' }, model: target.agents.ag_1 },
      ...{ settings: 'with-agent', agentTools: ['web_search'], losses: [] },
    })
    for (const version of [null, undefined])
      expect(resolved({ ...row, agent_version: version }, { agents: { ag_1: 'ag_1' } })).toEqual({
        ...{ fields: { agent_id: '"ag_1"' }, model: target.agents.ag_1 },
        ...{ settings: 'with-agent', agentTools: ['web_search'], losses: [] },
      })
  })

  it('may be another one: its version and the settings of the row are lost', () => {
    const settings = { model: 'm', instructions: 'x', tools: [{}], completion_args: {} }
    const none = { model: null, instructions: null, tools: [], name: 'n' }
    const changed = ['agent-mapped', 'agent_id', '"ag_1"', '"ag_2"']
    const version = ['agent-mapped', 'agent_version', '3', null]
    const lost = Object.entries(settings).map(([key, value]) => [
      'field-dropped',
      key,
      JSON.stringify(value),
      null,
    ])
    const options = { agents: { ag_1: 'ag_2' } }
    const fields = { agent_id: '"ag_2"' }
    expect(resolved({ ...row, ...settings }, options)).toMatchObject({
      fields,
      losses: [changed, version, ...lost],
    })
    expect(resolved({ agent_id: 'ag_1', ...none }, options)).toMatchObject({ fields, losses: [changed] })
  })

  it('may be replaced by a model with its settings, but without its handoffs', () => {
    const options = { fallbackModel: 'small' }
    const before = '{"agent_id":"ag_1","agent_version":3,"model":"m"}'
    const replaced = ['agent-as-model', 'agent_id', before, '"small"']
    const dropped = ['field-dropped', 'handoffs', '["ag_9"]', null]
    const settings = { instructions: '"x"', handoffs: '["ag_9"]' }
    expect(resolved(row, options, agent)).toMatchObject({ ...small, settings, losses: [replaced, dropped] })
    for (const handoffs of [null, [], undefined])
      expect(resolved(row, options, { ...agent, handoffs })).toMatchObject({ losses: [replaced] })
  })

  it.each<[what: string, options: Partial<typeof plainOptions>, block: string, agent?: object]>([
    ['it is not mapped', {}, 'agent', agent],
    ['another is mapped', { agents: { ag_9: 'ag_2' } }, 'agent', agent],
    ['it is mapped to one that the target does not have', { agents: { ag_1: 'toString' } }, 'agent', agent],
    ['its model does not exist', { fallbackModel: 'gone' }, 'model', agent],
    ['it is not archived', { fallbackModel: 'small' }, 'agent-not-archived'],
  ])('blocks if %s', (_, options, block, archived) => {
    expect(resolved(row, options, archived)).toMatchObject({ block })
  })
})
