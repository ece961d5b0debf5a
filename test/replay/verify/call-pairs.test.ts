import { describe, expect, it } from 'vitest'

import type { Loss } from '../../../src/replay/loss.ts'
import { compared, different, lost } from '../../support/compared-histories.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'

const a = asks('a')

describe('Calls and their results', () => {
  const [X, Y] = ['xxxxxxxxx', 'yyyyyyyyy'] as const
  const renamed = (position: number, from: string, to: string): Loss => ({
    ...{ kind: 'call-renamed', position, id: null, path: 'tool_call_id' },
    ...{ before: JSON.stringify(from), after: JSON.stringify(to) },
  })
  const noted = (kind: 'call-as-text' | 'result-as-text', position: number, entry: { type: string }) => {
    const note = says(`${entry.type} ${JSON.stringify(entry)}`)
    return { note, loss: lost(kind, position, entry, note) }
  }

  it('may both get another id, but not only one of them', () => {
    const source = [call('c1'), result('c1')]
    const losses = [renamed(0, 'c1', X), renamed(1, 'c1', X)]
    expect(compared(source, [call(X), result(X)], { losses }).verdict).toBe('equivalent')
    const apart = [renamed(0, 'c1', X), renamed(1, 'c1', Y)]
    expect(different(source, [call(X), result(Y)], { losses: apart })).toMatchObject({
      position: 0,
      kind: 'apart',
    })
  })

  it('may not get the id of another call', () => {
    const source = [call('c1'), call('c2'), result('c1'), result('c2')]
    const shared = [0, 1, 2, 3].map((i) => renamed(i, i % 2 === 0 ? 'c1' : 'c2', X))
    const { differences } = compared(source, [call(X), call(X), result(X), result(X)], { losses: shared })
    expect(differences.map(({ position, kind }) => [position, kind])).toEqual([
      [0, 'apart'],
      [1, 'apart'],
    ])
    const own = [call(X), result(X), call(X), result(X)]
    expect(compared(own, own).verdict).toBe('identical')
  })

  it('may both become text, but not only one of them', () => {
    const [one, other] = [call(X), result(X)]
    const [first, second] = [noted('call-as-text', 0, one), noted('result-as-text', 1, other)]
    const both = { losses: [first.loss, second.loss] }
    expect(compared([one, other], [first.note, second.note], both).verdict).toBe('equivalent')
    const half = { losses: [first.loss] }
    expect(different([one, other], [first.note, other], half)).toMatchObject({ position: 0, kind: 'apart' })
    const rest = { losses: [second.loss] }
    expect(different([one, other], [one, second.note], rest)).toMatchObject({ position: 0, kind: 'apart' })
  })

  it('belong together by group, whatever comes between: an id may be used again', () => {
    const source = [call('c1'), a, call('c1'), { type: 'agent.handoff', agent_name: 'g' }, result('c1')]
    const first = noted('call-as-text', 0, call('c1'))
    const dropped = lost('handoff-dropped', 3, source[3])
    const losses = [first.loss, renamed(2, 'c1', X), dropped, renamed(4, 'c1', X)]
    expect(compared(source, [first.note, a, call(X), result(X)], { losses }).differences).toEqual([])
  })

  it('do not belong to a call without a name', () => {
    const unnamed = call(X, null)
    const second = noted('result-as-text', 1, result(X))
    expect(
      compared([unnamed, result(X)], [unnamed, second.note], { losses: [second.loss] }).differences,
    ).toEqual([])
  })
})
