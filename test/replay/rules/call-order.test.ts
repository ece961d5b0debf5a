import { describe, expect, it } from 'vitest'

import { pairCalls } from '../../../src/replay/plan/rules/pair-calls.ts'
import { readEntry } from '../../../src/replay/plan/source.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'

const [A, B, C] = ['aaaaaaaaa', 'bbbbbbbbb', 'ccccccccc'] as const
const handoff = { type: 'agent.handoff' }
const ran = { type: 'tool.execution', name: 'web' }
const user = asks('Hi')
const silent = says('')

/** The ids that are sent, as `new` if they are no entry's own; `text` for what is sent as text. */
function paired(entries: readonly object[]) {
  const texts = entries.map((each) => JSON.stringify(each))
  const isSilent = ({ text }: { text: string }) => text === JSON.stringify(silent)
  const { ids, within, unanswered, withoutResult } = pairCalls(texts.map(readEntry), isSilent)
  const own = entries.map((each) => (each as { tool_call_id?: unknown }).tool_call_id)
  const sent = (id: string | null) => (id === null ? 'text' : own.includes(id) ? id : 'new')
  return {
    ids: Object.fromEntries([...ids].map(([position, id]) => [position, sent(id)])),
    within: [...within],
    unanswered: unanswered.map(({ position }) => position),
    withoutResult: withoutResult.map(({ position }) => position),
    raw: ids,
  }
}

const nothing = { unanswered: [], withoutResult: [] }

describe('Calls and results', () => {
  it.each<[what: string, entries: object[], ids: object, within: number[]]>([
    ['one after the other', [call(A), result(A)], { 0: A, 1: A }, [1]],
    ['in another order', [call(A), call(B), result(B), result(A)], { 0: A, 1: B, 2: B, 3: A }, [1, 2, 3]],
    ['around a handoff', [call(A), handoff, result(A), handoff], { 0: A, 2: A }, [1, 2]],
    ['around what is not sent', [call(A), silent, result(A)], { 0: A, 2: A }, [1, 2]],
    ['of two groups', [call(A), result(A), call(B), result(B), user], { 0: A, 1: A, 2: B, 3: B }, [1, 3]],
    [
      'with one id in two groups',
      [call(A), result(A), call(A), result(A)],
      { 0: A, 1: A, 2: 'new', 3: 'new' },
      [1, 3],
    ],
    [
      'with one id in one group',
      [call(A), call(A), result(A), result(A)],
      { 0: A, 1: 'new', 2: A, 3: 'new' },
      [1, 2, 3],
    ],
    ['with an invalid id', [call('c1'), result('c1')], { 0: 'new', 1: 'new' }, [1]],
    ['beside an execution', [ran, call(A), result(A), ran], { 0: 'new', 1: A, 2: A, 3: 'new' }, [2]],
  ])('%s are sent as such', (_, entries, ids, within) => {
    expect(paired(entries)).toMatchObject({ ids, within, ...nothing })
  })

  it.each<[what: string, entries: object[], ids: object]>([
    ['with a message between them', [call(A), user, result(A)], { 0: 'text', 2: 'text' }],
    ['with an execution between them', [call(A), ran, result(A)], { 0: 'text', 1: 'new', 2: 'text' }],
    ['without a call', [result(A), user], { 0: 'text' }],
    ['of which one comes twice', [call(A), result(A), result(A)], { 0: A, 1: A, 2: 'text' }],
    ['with an id that is no text', [call(7), result(7)], { 1: 'text' }],
    ['of a call without a name', [call(A, null), result(A)], { 1: 'text' }],
    [
      'with a call between the results',
      [call(A), call(B), result(A), call(C), result(B), result(C)],
      { 0: 'text', 1: 'text', 2: 'text', 3: 'text', 4: 'text', 5: 'text' },
    ],
    [
      'beside others that are sent as text',
      [call(A), call(B), result(A), user, result(B)],
      { 0: 'text', 1: 'text', 2: 'text', 4: 'text' },
    ],
    [
      'after others that are sent as text',
      [call(A), user, result(A), call(B), result(B)],
      { 0: 'text', 2: 'text', 3: B, 4: B },
    ],
  ])('%s are sent as text', (_, entries, ids) => {
    expect(paired(entries)).toMatchObject({ ids, ...nothing })
    expect(Object.keys(paired(entries).ids)).toEqual(Object.keys(ids))
  })

  it('belong together by group: an id that was used before belongs to the last call', () => {
    const { ids, withoutResult } = paired([call(A), user, call(A), result(A)])
    expect(ids).toEqual({ 0: 'text', 2: A, 3: A })
    expect(withoutResult).toEqual([0])
    expect(paired([call(A), handoff, call(A), result(A), result(A)]).ids).toMatchObject({ 3: A, 4: 'new' })
  })

  it('belong together by group, also if only results separate the groups', () => {
    const entries = [call(A), call(A), result(A), call(A), result(A), result(A)]
    expect(paired(entries).ids).toEqual({ 0: 'text', 1: 'text', 2: 'text', 3: A, 4: A, 5: 'text' })
  })

  it.each<[entries: object[], unanswered: number[], withoutResult: number[]]>([
    [[user, call(A)], [1], [1]],
    [[user, call(A), call(B), result(A)], [2], [2]],
    [[user, call(A), handoff], [1], [1]],
    [[call(A), user], [], [0]],
    [[call(A), says('x'), call(B)], [2], [0, 2]],
    [[call(A, null), call(7)], [], []],
  ])('%j: a call at the end waits for its result', (entries, unanswered, withoutResult) => {
    expect(paired(entries)).toMatchObject({ unanswered, withoutResult })
  })

  it('get new ids that no two entries share, and always the same', () => {
    const entries = [call('x'), call('x'), call('y'), result('x'), result('x'), result('y'), ran, ran]
    const { raw } = paired(entries)
    const calls = [0, 1, 2, 6, 7].map((position) => raw.get(position))
    expect(new Set(calls).size).toBe(5)
    for (const id of calls) expect(id).toMatch(/^[A-Za-z0-9]{9}$/)
    expect(raw.get(3)).toBe(raw.get(0))
    expect(raw.get(4)).toBe(raw.get(1))
    expect(paired(entries).raw).toEqual(raw)
  })

  it('get the new ids that earlier versions gave them, since a run compares what it sends with the plan', () => {
    expect([...paired([{ ...call('call_1'), id: 'fc_1' }, result('call_1'), ran]).raw.values()]).toEqual([
      'bqbk3AMjb',
      'bqbk3AMjb',
      'UddHPax7I',
    ])
  })
})
