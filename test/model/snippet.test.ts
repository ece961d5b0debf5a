import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseQuery } from '../../src/model/search/search-query.ts'
import { makeSnippet } from '../../src/model/search/snippet.ts'

/** Returns a snippet with its matches in brackets. */
function snippet(text: string, query: string): string {
  const { text: cut, marks } = makeSnippet(text, parseQuery(query))
  return marks
    .toReversed()
    .reduce((line, [a, b]) => `${line.slice(0, a)}[${line.slice(a, b)}]${line.slice(b)}`, cut)
}

describe('A snippet', () => {
  it('marks the matches as they are written', () => {
    expect(snippet('A River bends', 'river')).toBe('A [River] bends')
    expect(snippet('À l’école', 'ecole')).toBe('À l’[école]')
    expect(snippet('最長の川はナイル川です', 'ナイル')).toBe('最長の川は[ナイル]川です')
    expect(snippet('the river bends', '"river bends" riv*')).toBe('the [river bends]')
    expect(snippet('line\none', 'one')).toBe('line [one]')
  })

  it('shows the place where the most different matches are close together', () => {
    const text = `river ${'gravel '.repeat(60)} a river with a delta ${'gravel '.repeat(60)}`
    expect(snippet(text, 'river delta')).toMatch(/^….* a \[river\] with a \[delta\] gravel .*…$/)
  })

  it('shows the start of the text if nothing matches', () => {
    expect(snippet('A river', 'sea')).toBe('A river')
  })

  it('is short, on one line, and its marks are inside it', () => {
    const words = fc.array(
      fc.constantFrom('river', 'sea', 'é', '長江', '👩‍👩‍👧', '\n', 'gravel', '\u202e', 'x'.repeat(90)),
    )
    fc.assert(
      fc.property(words, fc.constantFrom(' ', ''), (parts, between) => {
        const { text, marks } = makeSnippet(parts.join(between), parseQuery('river 長江'))
        expect(text).not.toContain('\n')
        expect(text.length).toBeLessThan(400)
        expect(Buffer.from(text).toString()).toBe(text)
        for (const [start, end] of marks) expect(text.slice(start, end)).toMatch(/^(river|長江)+$/i)
      }),
    )
  })
})
