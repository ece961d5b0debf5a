import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'

import { render } from '../../../src/replay/plan/render.ts'
import { makeLoss } from '../../../src/replay/plan/source.ts'
import { stampOf } from '../../../src/replay/plan/stamp.ts'
import { asks } from '../../support/declared-loss.ts'
import { plainOptions, plainTarget } from '../../support/replay.ts'

const agents = {
  ag_1: { context: null, reasons: false, tools: [] },
  ag_2: { context: null, reasons: true, tools: ['web_search', 'function'] },
}

/** The body of start for a row, as a value, and the plan. */
function startOf(row: object, options: Partial<typeof plainOptions> = {}, entries: object[] = [asks('Hi')]) {
  const texts = entries.map((each) => JSON.stringify(each))
  const source = { id: 'conv_1', row: JSON.stringify(row), entries: texts, agent: undefined }
  const { planned, requests } = render(source, { ...plainOptions, ...options }, { ...plainTarget, agents })
  const { inputs, metadata, ...body } = JSON.parse(requests[0]?.body ?? '{}') as Record<string, unknown>
  const losses = planned.losses.map(({ kind, path }) => [kind, path])
  return { body, inputs, metadata, losses, planned, requests }
}

const model = { model: 'mistral-small-latest' }
const gauge = { type: 'function', function: { name: 'gauge', parameters: {} } }
const search = { type: 'web_search' }

describe('The settings of a copy', () => {
  it('are those of the row', () => {
    const row = {
      ...{
        ...model,
        name: 'a',
        description: 'b',
        instructions: 'c',
        guardrails: [{ x: 1 }],
        tools: [search, gauge],
      },
      completion_args: { top_p: 0.5 },
    }
    expect(startOf({ ...row, id: 'conv_1', object: 'conversation' })).toMatchObject({ body: row, losses: [] })
    expect(startOf({ ...row, guardrails: [], tools: [], name: null }).losses).toEqual([])
    expect(startOf({ ...model, guardrails: [], tools: [] }).body).toEqual(model)
  })

  it.each<[object, string]>([
    [{ name: 7 }, 'name'],
    [{ description: ['x'] }, 'description'],
    [{ instructions: { x: 1 } }, 'instructions'],
    [{ guardrails: {} }, 'guardrails'],
    [{ guardrails: [7] }, 'guardrails'],
    [{ metadata: ['x'] }, 'metadata'],
    [{ mood: 1 }, 'mood'],
    [{ toString: 1 }, 'toString'],
  ])('lose what start does not accept: %j', (members, path) => {
    expect(startOf({ ...model, ...members })).toMatchObject({
      body: model,
      losses: [['field-dropped', path]],
    })
  })

  it('have the stamp in the metadata, instead of an earlier one', () => {
    const { metadata, losses, planned } = startOf({
      ...model,
      metadata: { hansard_replay: 'old', team: 'a' },
    })
    expect(JSON.stringify(metadata)).toBe(JSON.stringify({ team: 'a', hansard_replay: planned.stamp }))
    expect(losses).toEqual([['metadata-stamped', 'metadata.hansard_replay']])
  })

  it.each<[tools: object[], warnings: string[]]>([
    [[], []],
    [[gauge], ['function-may-be-called']],
    [[search], ['tools-may-run']],
    [
      [gauge, search],
      ['tools-may-run', 'function-may-be-called'],
    ],
  ])('warn of tools, unless they are silenced: %j', (tools, warnings) => {
    expect(startOf({ ...model, tools }).planned.warnings).toEqual(warnings)
    const quiet = startOf({ ...model, tools }, { rebuild: 'quiet' })
    expect(quiet.planned.warnings).toEqual([])
    expect(quiet.losses).toEqual(
      tools.length === 0 ? [] : [['tools-silenced', 'completion_args.tool_choice']],
    )
  })
})

describe('An agent of the target', () => {
  const thinking = { type: 'thinking', thinking: [] }
  const history = [{ type: 'message.output', content: [thinking, { type: 'text', text: 'x' }] }, asks('Hi')]

  it('has its own settings', () => {
    const { body, planned } = startOf({ agent_id: 'ag_1', name: 'a' }, { agents: { ag_1: 'ag_1' } })
    expect(body).toEqual({ agent_id: 'ag_1', name: 'a' })
    expect(planned).toMatchObject({ blocks: [], warnings: [] })
  })

  it('may run tools, which nothing can prevent', () => {
    const agents = { ag_1: 'ag_2' }
    const warnings = ['tools-may-run', 'function-may-be-called']
    expect(startOf({ agent_id: 'ag_1' }, { agents }).planned).toMatchObject({ blocks: [], warnings })
    const quiet = startOf({ agent_id: 'ag_1' }, { agents, rebuild: 'quiet' })
    expect(quiet.planned.blocks).toMatchObject([{ kind: 'agent-with-tools' }])
    const silent = startOf({ agent_id: 'ag_1' }, { agents: { ag_1: 'ag_1' }, rebuild: 'quiet' })
    expect(silent.planned.blocks).toEqual([])
  })

  it('gets thinking if its model reasons', () => {
    const sent = (to: string) => startOf({ agent_id: 'ag_9' }, { agents: { ag_9: to } }, history).inputs
    expect(JSON.stringify(sent('ag_2'))).toContain('thinking')
    expect(JSON.stringify(sent('ag_1'))).not.toContain('thinking')
  })
})

describe('A planned call', () => {
  it('is identified by its body', () => {
    const { planned, requests } = startOf({ ...model, name: 'é' })
    const [request, more] = requests
    const body = request?.body ?? ''
    expect(more).toBeUndefined()
    expect(planned.calls).toMatchObject([
      { operation: 'start', inputs: 1, sha256: hash('sha256', body), bytes: Buffer.byteLength(body) },
    ])
    expect(request).toMatchObject({ operation: 'start', results: [] })
  })

  it('has a stamp that other archives and versions make, too', () => {
    const origin = { id: 'conv_1', revision: 'r'.repeat(64), mode: 'turns', label: 'b' } as const
    expect(stampOf(origin)).toBe(`v1.${hash('sha256', 'conv_1').slice(0, 20)}.${'r'.repeat(20)}.turns.b`)
    expect(startOf(model).planned.revision).toBe(
      '91092074cbaf5aada3e3af439171d5f75c0954c9c3706df602d7663798f09099',
    )
  })
})

describe('A loss', () => {
  it('quotes up to 500 characters', () => {
    const quoteOf = (length: number) => makeLoss('field-dropped', null, 'x', 'x'.repeat(length)).before
    expect(quoteOf(500)).toBe('x'.repeat(500))
    expect(quoteOf(501)).toBe(`${'x'.repeat(500)}…`)
  })
})
