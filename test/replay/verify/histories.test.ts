import { describe, expect, it } from 'vitest'

import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { compared, different, ROW } from '../../support/compared-histories.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'

const [a, b, c] = [asks('a'), says('b'), asks('c')]

describe('The entries of a copy', () => {
  it.each<[what: string, copy: unknown[], position: number, kind: string]>([
    ['lack the first', [b, c], 0, 'missing'],
    ['lack one', [a, c], 1, 'missing'],
    ['lack the last', [a, b], 2, 'missing'],
    ['lack all', [], 0, 'missing'],
    ['are in another order', [b, a, c], 0, 'moved'],
    ['have one more before the first', [says('x'), a, b, c], 0, 'added'],
    ['have one more', [a, asks('x'), b, c], 1, 'added'],
    ['have one more at the end', [a, b, c, asks('x')], 3, 'added'],
    ['have a result at the end', [a, b, c, says('x'), result('x')], 3, 'added'],
    ['have other ones', [a, asks('x'), c], 1, 'another'],
    ['have two other ones', [asks('x'), asks('y'), c], 0, 'another'],
  ])('%s', (_, copy, entry, kind) => {
    expect(different([a, b, c], copy)).toMatchObject({ position: entry, kind, isHashed: true })
  })

  it('end with what the target generated', () => {
    const { verdict, generated, since } = compared([a, b, c], [a, b, c, says('x'), call('x')])
    expect({ verdict, generated, since }).toEqual({ verdict: 'identical', generated: 2, since: 0 })
  })

  it('may be continued since, if the receipt shows what the target generated', () => {
    const id = (name: string, entry: object) => ({ id: name, ...entry })
    const copy = [
      id('i', a),
      id('g1', says('x')),
      id('g2', says('y')),
      id('z', asks('More?')),
      id('g3', says('z')),
    ]
    const { verdict, generated, since } = compared([a], copy, { generated: ['g1', 'g2'] })
    expect({ verdict, generated, since }).toEqual({ verdict: 'identical', generated: 2, since: 2 })
    expect(compared([a], copy.slice(0, 1), { generated: [] })).toMatchObject({ generated: 0, since: 0 })
    const stray = [id('i', a), id('s', says('x')), id('g1', says('y'))]
    expect(different([a], stray, { generated: ['g1'] })).toMatchObject({ position: 1, kind: 'added' })
  })

  it('are not what the target generated, even if that is equal', () => {
    const copy = [a, { id: 'g1', ...b }]
    const found = different([a, b], copy, { generated: ['g1'] })
    expect(found).toMatchObject({ position: 1, kind: 'another', path: '' })
    expect(compared([a, b], copy, { generated: ['g2'] }).verdict).toBe('identical')
  })

  it('are none if the target has no such conversation', () => {
    const { verdict, differences, hashes } = compareCopy(
      { mode: 'history', stamp: 's', losses: [], source: { row: ROW, entries: [JSON.stringify(a)] } },
      undefined,
    )
    expect({ verdict, kind: differences[0]?.kind }).toEqual({ verdict: 'different', kind: 'gone' })
    expect(hashes).toMatchObject({ target: null, expected: hashes.source })
  })
})
