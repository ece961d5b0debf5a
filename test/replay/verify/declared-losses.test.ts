import { describe, expect, it } from 'vitest'

import type { Loss } from '../../../src/replay/loss.ts'
import { compared, different, lost, textChunk as text, thinking } from '../../support/compared-histories.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'

const [a, b, c] = [asks('a'), says('b'), asks('c')]

describe('A declared loss', () => {
  const nudge = asks('OK?')

  it('is added at the end, and must be there', () => {
    const losses = [lost('tail-nudged', 1, null, nudge)]
    expect(compared([b], [b, nudge], { losses }).verdict).toBe('equivalent')
    expect(different([b], [b], { losses })).toMatchObject({ position: 1, kind: 'missing' })
    expect(different([b], [b, asks('KO?')], { losses })).toMatchObject({ position: 1, kind: 'another' })
  })

  it('that is false counts as a difference, even if the copy does the same', () => {
    expect(different([a, b], [a], { losses: [lost('handoff-dropped', 1, b)] })).toMatchObject({
      ...{ position: 1, kind: 'false-loss' },
    })
    const beyond = compared([a], [a, nudge], { losses: [lost('tail-nudged', 7, a, nudge)] })
    expect(beyond.differences).toMatchObject([{ position: 7, kind: 'false-loss' }])
  })

  it('that is false is not applied', () => {
    const loss: Loss = { ...lost('field-dropped', 0, null), path: 'content', before: '"a"' }
    const kinds = (copy: object) =>
      compared([a], [copy], { losses: [loss] }).differences.map(({ kind }) => kind)
    expect(kinds(a)).toEqual(['false-loss'])
    expect(kinds({ ...a, content: undefined })).toEqual(['false-loss', 'another'])
  })

  it('may follow another one of the same entry', () => {
    const given = says([thinking([text('hm')])])
    const thought = { ...lost('thinking-dropped', 0, thinking([text('hm')])), path: 'content[0]' }
    const both = { losses: [thought, lost('empty-message-dropped', 0, given)] }
    expect(compared([given, a], [a], both).differences).toEqual([])
    const only = { losses: both.losses.slice(1) }
    expect(compared([given, a], [a], only).differences).toMatchObject([{ position: 0, kind: 'false-loss' }])
    const recall = { type: 'memory.recall', of: 'x' }
    const note = says('memory.recall {"of":"x"}')
    const prefix = { ...note, type: 'message.input', prefix: true }
    const losses = [lost('unknown-entry-as-text', 0, recall, note), lost('tail-as-prefix', 0, recall, prefix)]
    expect(compared([recall], [prefix], { losses }).differences).toEqual([])
  })

  it('of the last answer is false if something after it is sent', () => {
    const anew = (position: number) => lost('tail-asked-anew', position, b)
    expect(compared([a, b, b], [a], { losses: [anew(1), anew(2)] }).verdict).toBe('equivalent')
    expect(different([a, b, c], [a, c], { losses: [anew(1)] })).toMatchObject({
      position: 1,
      kind: 'false-loss',
    })
  })

  it('adds an answer between a result and a user message only', () => {
    const added = says('[no answer]')
    const loss = (position: number) => lost('answer-added', position, null, added)
    const [first, second] = [call('xxxxxxxxx'), result('xxxxxxxxx')]
    const check = (source: unknown[], copy: unknown[], position: number) =>
      compared(source, copy, { losses: [loss(position)] }).differences.map(({ kind }) => kind)
    expect(check([first, second, a], [first, second, added, a], 2)).toEqual([])
    expect(check([first, second, b], [first, second, added, b], 2)).toEqual(['false-loss'])
    expect(check([a, c], [a, added, c], 1)).toEqual(['false-loss'])
    const prompted = { ...a, role: 'assistant' }
    expect(check([first, second, prompted], [first, second, added, prompted], 2)).toEqual(['false-loss'])
    expect(check([a], [added, a], 0)).toEqual(['false-loss'])
  })
})
