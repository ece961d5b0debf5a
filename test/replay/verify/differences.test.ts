import { describe, expect, it } from 'vitest'

import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { excerpts } from '../../../src/replay/verify/difference.ts'
import { compared, lost, ROW, STAMPED } from '../../support/compared-histories.ts'
import { asks, says } from '../../support/declared-loss.ts'

const [a, b, c] = [asks('a'), says('b'), asks('c')]

describe('Differences', () => {
  it('are in the order of the entries, those of the row last', () => {
    const entries = [a, b, c].map((each) => JSON.stringify(each))
    const losses = [
      { ...lost('model-mapped', 0, null), position: null },
      ...[lost('handoff-dropped', 2, c), lost('handoff-dropped', 0, a)],
    ]
    const { differences } = compareCopy(
      { mode: 'history', stamp: 's', losses, source: { row: ROW, entries } },
      { row: STAMPED, entries: entries.toSpliced(1, 1) },
    )
    expect(differences.map(({ position }) => position)).toEqual([0, 1, 2, null])
  })

  it('show what is expected and what is found', () => {
    const shown = (source: unknown[], copy: unknown[]) => {
      const { detail, expected, found } = compared(source, copy).differences[0] ?? {}
      return { detail, expected, found }
    }
    const form = (type: string, role: string, words: string) =>
      JSON.stringify([
        ['content', JSON.stringify([words])],
        ['role', `"${role}"`],
        ['type', `"${type}"`],
      ]).slice(0, 90)
    expect(shown([a, b], [a])).toEqual({
      ...{ detail: 'missing: message.output', found: null },
      expected: expect.stringContaining(form('message.output', 'assistant', 'b').slice(0, 60)) as string,
    })
    expect(shown([a], [a, asks('x')])).toMatchObject({
      ...{ detail: 'unexpected entry before this position: message.input', expected: null },
      found: expect.stringContaining('x') as string,
    })
    expect(shown([a, b], [b, a])).toMatchObject({
      expected: expect.stringContaining('a') as string,
      found: null,
    })
    expect(shown([{ type: 7 }], [])).toMatchObject({ detail: 'missing: an entry without a type' })
    expect(shown([says('a')], [{ ...asks('b') }])).toEqual({
      ...{ detail: 'differs in type, role, content', expected: '"message.output"', found: '"message.input"' },
    })
    const generated = compared([b], [{ id: 'g', ...b }], { generated: ['g'] }).differences[0]
    expect(generated?.detail).toBe('the entry there was generated, not sent')
  })

  it('are cut around the first difference', () => {
    const [one, other] = [`${'x'.repeat(40)}a${'y'.repeat(200)}`, `${'x'.repeat(40)}b`]
    expect(excerpts(one, other)).toEqual({
      expected: `…${'x'.repeat(30)}a${'y'.repeat(89)}…`,
      found: `…${'x'.repeat(30)}b`,
    })
    expect(excerpts(`a${'y'.repeat(89)}`, 'b')).toEqual({ expected: `a${'y'.repeat(89)}`, found: 'b' })
    expect(excerpts('same', 'same and more')).toEqual({ expected: 'same', found: 'same and more' })
    expect(excerpts(undefined, 'x')).toEqual({ expected: null, found: 'x' })
    expect(excerpts('x', undefined)).toEqual({ expected: 'x', found: null })
  })
})
