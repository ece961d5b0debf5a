import { describe, expect, it } from 'vitest'

import type { Request } from '../../../src/replay/plan/render.ts'
import { compareWithPlan } from '../../../src/replay/run/compare-with-plan.ts'
import {
  describeOpenCalls,
  entryIds,
  estimateEntries,
  findOpenCalls,
} from '../../../src/replay/run/copy-progress.ts'

let ids = 0
const entry = (type: string, fields: object) => JSON.stringify({ id: `msg_${ids++}`, type, ...fields })
const user = (content: string) => entry('message.input', { role: 'user', content })
const answer = (content: string) => entry('message.output', { role: 'assistant', content })
const call = (name: string, id: string, day = 1) =>
  entry('function.call', { name, tool_call_id: id, arguments: JSON.stringify({ day }) })
const result = (id: string, text: string) => entry('function.result', { tool_call_id: id, result: text })

const request = (inputs: readonly string[], results: Request['results'] = []): Request => ({
  operation: 'start',
  body: `{"inputs":[${inputs.join()}]}`,
  results,
})
const archived = (position: number, name: string, text: string, day = 1) => ({
  position,
  name,
  arguments: JSON.stringify({ day }),
  result: JSON.stringify(text),
})

describe('A copy of whole histories, made by another archive', () => {
  const sent = [user('One?'), answer('1.'), user('Two?')]
  const compare = (entries: readonly string[]) => compareWithPlan(entries, [request(sent)], 'history')

  it('is complete when it begins with what the plan sends, answered or not', () => {
    expect(compare(sent)).toEqual({ kind: 'complete', note: undefined })
    expect(compare([...sent, answer('2.')])).toEqual({ kind: 'complete', note: undefined })
  })

  it('is complete with a note when the answer is a call; calls in what was sent do not count', () => {
    const withCalls = [user('Deep?'), call('gauge', 'a'), result('a', '3 m')]
    const match = compareWithPlan(
      [...withCalls, call('level', 'b'), call('gauge', 'c')],
      [request(withCalls)],
      'history',
    )
    expect(match).toEqual({
      kind: 'complete',
      note: 'it ends with a call of level, gauge and waits for the result',
    })
  })

  it.each([
    ['it has 2 of the 3 entries that the plan sends', sent.slice(0, 2)],
    ['its entries differ from what the plan sends', [...sent.slice(0, 2), user('Three?')]],
    ['someone continued it', [...sent, answer('2.'), user('And mine?')]],
  ])('is different: %s', (reason, entries) => {
    expect(compare(entries)).toEqual({ kind: 'different', reason })
  })
})

describe('A copy made turn by turn by another archive', () => {
  const [one, two] = [user('One?'), user('Two?')]
  const turns = [request([one]), request([two])]
  const compare = (entries: readonly string[], requests = turns) =>
    compareWithPlan(entries, requests, 'turns')

  it('is complete when every turn was sent and answered', () => {
    expect(compare([one, answer('1.'), two, answer('2.')])).toEqual({ kind: 'complete', note: undefined })
  })

  it('can be continued after the turns that were answered; each is recorded with what was generated for it', () => {
    const [thought, said] = [answer('Hm.'), answer('1.')]
    expect(compare([one, thought, said])).toEqual({
      kind: 'partial',
      made: [
        {
          call: 0,
          before: 0,
          inputs: 1,
          results: [],
          fingerprint: expect.any(String),
          generated: entryIds([thought, said]),
        },
      ],
    })
  })

  it.each([
    ['it has no entries', []],
    ['its turn 1 differs from what the plan sends', [user('Zero?'), answer('0.')]],
    ['its turn 1 differs from what the plan sends', [one]],
    ['its turn 1 differs from what the plan sends', [one, two, answer('2.')]],
    ['its turn 2 differs from what the plan sends', [one, answer('1.'), user('Three?'), answer('3.')]],
    ['someone continued it', [one, answer('1.'), two, answer('2.'), user('More?'), answer('3.')]],
  ])('is different: %s (%#)', (reason, entries) => {
    expect(compare(entries)).toEqual({ kind: 'different', reason })
  })

  describe('with functions', () => {
    const results = [archived(2, 'gauge', '3 m'), archived(3, 'gauge', '4 m', 2), archived(5, 'level', 'low')]
    const withResults = [request([one], results), request([two])]

    it('is complete when its calls have the archived results, whatever ids they have there', () => {
      const entries = [
        ...[one, call('gauge', 'x', 2), call('gauge', 'y'), result('x', '4 m'), result('y', '3 m')],
        ...[call('level', 'z'), result('z', 'low'), answer('1.'), two, answer('2.')],
      ]
      expect(compare(entries, withResults)).toEqual({ kind: 'complete', note: undefined })
    })

    it('can be continued when the results of its last calls are still to be sent', () => {
      const entries = [one, call('gauge', 'x', 2), result('x', '4 m'), call('level', 'z')]
      const match = compare(entries, withResults)
      expect(match).toMatchObject({
        kind: 'partial',
        made: [
          { call: 0, before: 0, inputs: 1, results: [] },
          { call: 0, before: 2, inputs: 1, results: [3] },
        ],
      })
    })

    it('is not complete while the last turn waits for a result', () => {
      expect(compare([one, call('level', 'z')], [request([one], results)])).toMatchObject({ kind: 'partial' })
    })

    it.each([
      [
        'its turn 1 differs from what the plan sends',
        [one, call('gauge', 'x'), result('x', '9 m'), answer('1.')],
      ],
      ['the call of depth has another result', [one, call('depth', 'x'), result('x', '3 m'), answer('1.')]],
      ['one of its calls has no result', [one, call('gauge', 'x'), two, answer('2.')]],
      [
        'the call of level has another result',
        [one, ...['p', 'q'].flatMap((id) => [call('level', id), result(id, 'low')]), answer('1.')],
      ],
    ])('is different: %s', (reason, entries) => {
      expect(compare(entries, withResults)).toEqual({ kind: 'different', reason })
    })
  })
})

describe('Function calls at the end of a conversation', () => {
  it('are found among other entries, with name, id and arguments', () => {
    expect(findOpenCalls([answer('Hm.'), call('gauge', 'a', 2), '{"type":"function.call"}'])).toEqual([
      { name: 'gauge', toolCallId: 'a', arguments: '{"day":2}' },
      { name: '', toolCallId: '', arguments: 'null' },
    ])
    expect(describeOpenCalls([])).toBeUndefined()
  })

  it('have no id if the target gave them none', () => {
    expect(entryIds(['{"type":"function.call","id":"fc_1"}', '{"type":"function.call"}'])).toEqual([
      'fc_1',
      '',
    ])
  })

  it('count as tokens like every entry', () => {
    const entries = [user('One?'), call('gauge', 'a')]
    expect(estimateEntries(entries)).toBe(
      estimateEntries([entries[0] ?? '']) + estimateEntries([entries[1] ?? '']),
    )
    expect(estimateEntries(entries)).toBeGreaterThan(0)
  })
})
