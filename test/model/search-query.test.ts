import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { emptyArchive } from '../../src/archive/archive.ts'
import { isHansardError } from '../../src/errors.ts'
import { toFtsQuery, parseQuery } from '../../src/model/search/search-query.ts'

function read(text: string): string {
  const { wanted, unwanted } = parseQuery(text)
  return [...wanted.map(toFtsQuery), ...unwanted.map((clause) => `not ${toFtsQuery(clause)}`)].join(' ')
}

describe('A query', () => {
  it.each([
    ['river delta', '"river" "delta"'],
    ['"river bends" sea', '"river bends" "sea"'],
    ['“river bends”', '"river bends"'],
    ['riv*', '"riv"*'],
    ['"the riv"*', '"the riv"*'],
    ['"the riv*"', '"the riv"*'],
    ['river -delta -"salt marsh"', '"river" not "delta" not "salt marsh"'],
    ['max_tokens don’t', '"max tokens" "don t"'],
    ['e-mail', '"e mail"'],
    ['長江', '"長 江"'],
    ['"never closed', '"never closed"'],
    ['river River RIVER', '"river"'],
    ['a AND b OR NOT c NEAR(d)', '"a" "and" "b" "or" "not" "c" "near d"'],
    ['river ! ... ""', '"river"'],
  ])('%s is %s', (text, clauses) => {
    expect(read(text)).toBe(clauses)
  })

  it.each(['', '   ', '!?', '"', '***', '-', '""', '\u202e'])(
    'of no words is refused with a hint: %j',
    (text) => {
      expect(() => parseQuery(text)).toThrow('contains no word')
    },
  )

  it('that only excludes words is refused', () => {
    expect(() => parseQuery('-river')).toThrow('only excludes words')
  })

  it('that is as long as a book is refused', () => {
    expect(() => parseQuery(Array.from({ length: 60 }, (_, i) => `w${i}`).join(' '))).toThrow('too long')
    expect(() => parseQuery(`"${'w '.repeat(600)}"`)).toThrow('too long')
    expect(read(`"${'w '.repeat(499)}"`)).toContain('w w w')
  })

  it('never makes SQLite fail, whatever is typed', () => {
    const archive = emptyArchive()
    archive.transaction(() => archive.searchIndex.addSome())
    const typed = fc
      .array(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom(
            '"',
            '*',
            '-',
            ' ',
            '(',
            ')',
            ':',
            '^',
            '+',
            'NEAR',
            'AND',
            'words:',
            "'",
            '\0',
            '長',
            '\ud800',
          ),
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(typed, (text) => {
        try {
          expect([...archive.search.find(text)]).toEqual([])
          expect([...archive.conversations.list({ match: [text] })]).toEqual([])
        } catch (thrown) {
          if (!isHansardError(thrown, 'usage')) throw thrown
        }
      }),
      { numRuns: 500 },
    )
    archive.close()
  })
})
