import { describe, expect, it } from 'vitest'

import { turnsSequence } from '../../../src/replay/plan/turns-mode.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'

const options = {
  ...({ tail: 'auto', keepsThinking: false, maxTokens: undefined, settingsTokens: 0 } as const),
  naming: (name: string) => name.replaceAll('.', '_'),
}

/** What is asked in each request, with the archived results, and the losses: kind and position. */
function turnsOf(...entries: object[]) {
  const texts = entries.map((each) => JSON.stringify(each))
  const { requests, losses, blocks } = turnsSequence(texts, options)
  return {
    asked: requests.map(({ inputs }) => inputs.map((text) => JSON.parse(text) as unknown)),
    results: requests.map(({ results }) => results),
    losses: losses.map(({ kind, position }) => [kind, position]),
    blocks: blocks.map(({ kind, reason }) => [kind, reason]),
  }
}

const [one, two] = [asks('One?'), asks('Two?')]
const said = (words: string, more: object = {}) => ({ ...asks(words), role: 'assistant', ...more })

describe('Turns', () => {
  it.each<[what: string, entries: object[], asked: object[][], losses: unknown[][]]>([
    ['end where the assistant answers', [one, says('1.'), two, says('2.')], [[one], [two]], []],
    ['have all that users say at once', [one, two, says('2.'), one], [[one, two], [one]], []],
    ['are asked if nobody answered', [one], [[one]], []],
    ['leave out an empty message', [one, asks(''), says('1.')], [[one]], [['empty-message-dropped', 1]]],
    [
      'leave out what comes first',
      [says('Hi'), { type: 'tool.execution' }, one],
      [[one]],
      [0, 1].map((i) => ['not-asked-again', i]),
    ],
    [
      'leave out what is unknown',
      [one, { type: 'memory.recall' }, two],
      [[one], [two]],
      [['not-asked-again', 1]],
    ],
    [
      'have no loss for what is generated again',
      [one, { type: 'agent.handoff' }, { type: 'tool.execution' }],
      [[one]],
      [],
    ],
    [
      'send what the assistant was made to say with the next question',
      [one, said('So'), says('1.'), two],
      [[one], [said('So'), two]],
      [],
    ],
    ['lose it if there is none', [one, says('1.'), said('So')], [[one]], [['not-asked-again', 2]]],
    [
      'end with a prefix',
      [one, said('So', { prefix: true }), says('far.')],
      [[one, said('So', { prefix: true })]],
      [],
    ],
    ['lose a prefix of a user', [{ ...one, prefix: true }], [[one]], [['field-dropped', 0]]],
    [
      'do not lose a prefix that is none',
      [{ ...one, prefix: false }, said('So', { prefix: false }), two],
      [[one, said('So'), two]],
      [],
    ],
    [
      'are none without a question',
      [says('Hi'), said('So')],
      [],
      [
        ['not-asked-again', 0],
        ['not-asked-again', 1],
      ],
    ],
  ])('%s', (_, entries, asked, losses) => {
    expect(turnsOf(...entries)).toMatchObject({ asked, losses, blocks: [] })
    expect(turnsOf(...entries).asked).toEqual(asked)
  })

  it('are blocked by a call without a result, wherever it is', () => {
    const { blocks } = turnsOf(one, call('a'), two, call('b', 'map'), says('x'))
    expect(blocks).toEqual([
      ['unanswered-call', 'the call of gauge in entry 1 has no result'],
      ['unanswered-call', 'the call of map in entry 3 has no result'],
    ])
  })
})

describe('The archived results of a turn', () => {
  const archived = (position: number, text: string, facts: object = {}) => ({
    ...{ position, name: 'gauge', arguments: '"{}"', result: JSON.stringify(text) },
    ...facts,
  })

  it('are those of its calls, in their order, under their new names', () => {
    const entries = [
      call('a', 'a.b', { day: 1 }),
      call('b'),
      result('b', 'two'),
      result('a', 'one'),
      says('x'),
    ]
    const named = { name: 'a_b', arguments: '{"day":1}' }
    expect(turnsOf(one, ...entries, two, call('a'), result('a', 'three')).results).toEqual([
      [archived(3, 'two'), archived(4, 'one', named)],
      [archived(8, 'three')],
    ])
  })

  it('are each of one call: of two with one id, the first is answered first', () => {
    const [first, second] = [call('a', 'gauge'), call('a', 'map')]
    const { results } = turnsOf(
      one,
      first,
      second,
      result('a', 'one'),
      result('a', 'two'),
      result('a', 'three'),
    )
    expect(results).toEqual([[archived(3, 'one'), archived(4, 'two', { name: 'map' })]])
  })

  it('leave out a result without a call, and a call without a name', () => {
    const entries = [result('a'), call(null), result(null), call('b', null), result('b'), says('x')]
    expect(turnsOf(one, ...entries).results).toEqual([[]])
  })

  it('are text, whatever they were', () => {
    const entries = [
      call('a'),
      result('a', { deep: 1 }),
      call('b'),
      { type: 'function.result', tool_call_id: 'b' },
    ]
    expect(turnsOf(one, ...entries).results).toEqual([[archived(2, '{"deep":1}'), archived(4, '')]])
  })
})
