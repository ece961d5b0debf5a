import { describe, expect, it } from 'vitest'

import { render } from '../../../src/replay/plan/render.ts'
import { NUDGE } from '../../../src/replay/plan/rules/end-history.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'
import { plainOptions, plainTarget } from '../../support/replay.ts'

type Tail = (typeof plainOptions)['tail']

/** What is sent for a history, as values, what is expected of the target, and the losses of its end. */
function ended(tail: Tail, entries: readonly object[]) {
  const texts = entries.map((each, i) => JSON.stringify({ id: `e_${i}`, ...each }))
  const source = { id: 'c', row: '{"model":"mistral-small-latest"}', entries: texts, agent: undefined }
  const { planned, requests } = render(source, { ...plainOptions, tail }, plainTarget)
  const { inputs } = JSON.parse(requests[0]?.body ?? '{}') as { inputs: unknown[] }
  const losses = planned.losses.filter(({ kind }) => kind.startsWith('tail-'))
  const kinds = planned.losses.map(({ kind }) => kind)
  return { inputs, expects: planned.calls[0]?.expects, losses, texts, kinds }
}

const user = asks('Hi')
const answer = says('Hello')
const empty = says('')
const nudge = asks(NUDGE)
const whole = { path: '', before: null, after: null }

describe('The end of a history', () => {
  it('stays as it is if the target has to answer', () => {
    for (const entries of [[user], [answer, user], [user, call('aaaaaaaaa'), result('aaaaaaaaa')]])
      for (const tail of ['auto', 'answer', 'nudge', 'prefix'] as const)
        expect(ended(tail, entries)).toMatchObject({ inputs: entries, expects: 'answer', losses: [] })
  })

  it('is a short user entry after an answer, which is declared', () => {
    for (const tail of ['auto', 'nudge'] as const) {
      const { texts, inputs, expects, losses: found } = ended(tail, [user, answer, empty])
      const loss = { ...whole, kind: 'tail-nudged', position: 3, id: null, after: JSON.stringify([nudge]) }
      expect(texts).toHaveLength(3)
      expect({ inputs, expects, losses: found }).toEqual({
        inputs: [user, answer, nudge],
        expects: 'reply-to-nudge',
        losses: [loss],
      })
    }
  })

  it('is the beginning of an answer that the target continues', () => {
    const { texts, inputs, expects, losses: found } = ended('prefix', [user, answer, empty])
    const prefix = { ...asks('Hello'), role: 'assistant', prefix: true }
    const loss = {
      ...whole,
      kind: 'tail-as-prefix',
      position: 1,
      id: 'e_1',
      before: texts[1],
      after: JSON.stringify([prefix]),
    }
    expect({ inputs, expects, losses: found }).toEqual({
      inputs: [user, prefix],
      expects: 'continuation',
      losses: [loss],
    })
  })

  it('is answered anew: all of the last answer is dropped, and nothing else', () => {
    const recall = { type: 'memory.recall' }
    const ran = [call('aaaaaaaaa'), result('aaaaaaaaa')]
    const {
      texts,
      inputs,
      expects,
      losses: found,
    } = ended('answer', [answer, user, ...ran, answer, empty, recall])
    const losses = [4, 6].map((position) => ({
      ...{ ...whole, kind: 'tail-asked-anew', position, id: `e_${position}`, before: texts[position] },
    }))
    expect({ inputs, expects, losses: found }).toEqual({
      inputs: [answer, user, ...ran],
      expects: 'answer-anew',
      losses,
    })
  })

  it('keeps the losses of what was dropped before', () => {
    const kinds = (tail: Tail) => ended(tail, [user, answer, empty]).kinds
    expect(kinds('answer').toSorted()).toEqual(['empty-message-dropped', 'tail-asked-anew'])
    expect(kinds('auto')).toEqual(['empty-message-dropped', 'tail-nudged'])
  })
})
