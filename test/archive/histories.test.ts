import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { change } from '../support/damaged-archives.ts'
import { testFolder } from '../support/folder.ts'
import { makeSoundArchive } from '../support/sound-archive.ts'

/** The last link of conv_river in the sound archive. */
const TIP = 9

/** Opens a sound archive after a change with plain SQL. */
function archiveAfter(sql: string): Archive {
  const path = join(testFolder(), 'archive.db')
  makeSoundArchive(path)
  change(path, `pragma foreign_keys = off; ${sql}`)
  const archive = openArchive(path, { mode: 'write' })
  onTestFinished(() => archive.close())
  return archive
}

describe('A damaged history', () => {
  it.each([
    ['an entry is missing', 'delete from entry where id = 2', [false, true, false, false, false, false]],
    ['a link is missing', 'delete from link where id = 2', [true, false, false, false, false]],
    [
      'links lead in a circle',
      'update link set previous = 9 where id = 2',
      [true, false, false, false, false],
    ],
  ])('is never read as if it were complete: %s', (_, sql, missing) => {
    const { histories } = archiveAfter(sql)
    expect(() => [...histories.read(TIP)]).toThrow(
      expect.objectContaining({
        code: 'archive-damaged',
        message: 'A part of a conversation is missing from the archive',
        hint: expect.stringContaining('hansard verify') as string,
      }) as Error,
    )
    expect([...histories.readDamaged(TIP)].map((text) => text === undefined)).toEqual(missing)
  })

  it('is restored when a decayed text is fetched again', () => {
    const whole = [...archiveAfter('select 1').histories.read(TIP)]
    const { histories } = archiveAfter(`update entry set json = 'x'`)
    expect([...histories.read(TIP)]).not.toEqual(whole)
    histories.restore(whole)
    expect([...histories.read(TIP)]).toEqual(whole)
  })
})

describe('A history', () => {
  it('reports which of its entries are new, and shares the others', () => {
    const { histories } = archiveAfter('select 1')
    const first = histories.store(['1', '2', '1'])
    expect(first).toMatchObject({ length: 3, added: [0, 1] })
    expect(histories.store(['1', '2', '1'])).toEqual({ ...first, added: [] })
    const longer = histories.store(['1', '2', '1', '3'])
    expect(longer).toMatchObject({ length: 4, added: [3] })
    expect([...histories.read(longer.tip)]).toEqual(['1', '2', '1', '3'])
    expect([...histories.read(first.tip)]).toEqual(['1', '2', '1'])
    expect(longer.chain.equals(first.chain)).toBe(false)
  })

  it('is returned as bytes only if JSON.parse accepts it, and exactly as it was stored', () => {
    const { histories } = archiveAfter('select 1')
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        '\\',
        '\\u12',
        '\\ud800',
        '0',
        '1',
        '-',
        '.',
        'e',
        '+',
        'a',
        'true',
        'nul',
      ],
      ...[
        'NaN',
        'Infinity',
        "'",
        '/*x*/',
        '//',
        '\u00a0',
        '\ufeff',
        '\n',
        '\t',
        '\u0001',
        '\u0000',
        '\u007f',
        '\u2028',
        ' ',
      ],
    )
    const nearlyJson = fc
      .tuple(fc.json(), fc.nat(), piece, fc.nat(2))
      .map(
        ([text, at, put, cut]) =>
          text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut),
      )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          nearlyJson,
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const [found] = [...histories.readAsFound(histories.store([text]).tip)]
          expect(found?.toString()).toBe(text)
          if (typeof found === 'object') JSON.parse(text)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('is returned as text if it is not UTF-8, or too deep for SQLite', () => {
    const { histories } = archiveAfter(`update entry set json = cast(x'2261ff22' as text) where id = 2`)
    expect([...histories.readAsFound(TIP)].map((found) => typeof found)).toEqual([
      'object',
      'string',
      'object',
      'object',
      'object',
      'object',
    ])
    const deep = '['.repeat(5000) + ']'.repeat(5000)
    expect([...histories.readAsFound(histories.store([deep]).tip)]).toEqual([deep])
  })
})
