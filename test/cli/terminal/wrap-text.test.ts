import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'

import { cellsOf } from '../../../src/cli/terminal/cells.ts'
import { wrapText } from '../../../src/cli/terminal/wrap-text.ts'

const wrap = (text: string, cells: number) => [...wrapText(text, cells)]

describe('Wrapped text', () => {
  it('breaks at spaces, and keeps lines that fit as they are', () => {
    expect(wrap('The outer bank erodes.\n\n  So a bend feeds itself.', 16)).toEqual([
      'The outer bank',
      'erodes.',
      '',
      '  So a bend',
      '  feeds itself.',
    ])
  })

  it('continues lists, quotes and code at the indentation of their text', () => {
    expect(wrap('- one two three\n  10. four five six\n> seven eight nine\n\tif (a) return b', 12)).toEqual([
      ...['- one two', '  three'],
      ...['  10. four', '      five', '      six'],
      ...['> seven', '  eight nine'],
      ...['    if (a)', '    return b'],
    ])
  })

  it('breaks a word only if it is longer than a line, and loses nothing of it', () => {
    expect(wrap('see https://example.org/oxbow/lake now', 18)).toEqual([
      'see',
      'https://example.or',
      'g/oxbow/lake now',
    ])
    expect(wrap('x'.repeat(25), 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)])
  })

  it('breaks Chinese and Japanese between characters, but not before punctuation or small kana', () => {
    expect(wrap('最長の川はナイル川です。', 10)).toEqual(['最長の川は', 'ナイル川で', 'す。'])
    expect(wrap('長い川です。次は', 10)).toEqual(['長い川で', 'す。次は'])
    expect(wrap('「川」ずっと', 8)).toEqual(['「川」', 'ずっと'])
    expect(wrap('使用Python进行分析', 8)).toEqual(['使用', 'Python进', '行分析'])
  })

  it('keeps Korean words, joined emojis and combining marks whole', () => {
    expect(wrap('한강도 있습니다', 10)).toEqual(['한강도', '있습니다'])
    expect(wrap('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 10)).toEqual(['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'])
    expect(wrap('e\u0301'.repeat(12), 10)).toEqual(['e\u0301'.repeat(10), 'e\u0301'.repeat(2)])
  })

  it('ends a style on each line and begins it again on the next, as pagers need it', () => {
    expect(wrap('\u001b[2mthinking of rivers\u001b[22m done', 10)).toEqual([
      '\u001b[2mthinking\u001b[0m',
      '\u001b[2mof rivers\u001b[22m',
      'done',
    ])
  })

  it('never exceeds the width, and loses only white space', () => {
    const part = fc.oneof(
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\t',
        '- ',
        '「',
        '。',
        '…',
        'ー',
        '\u00a0',
        '\u200d',
        '\ufe0f',
        '\u0301',
      ),
      fc.constantFrom('川', 'ナイル', '🌊', '👩‍👩‍👧‍👦', '🇫🇷', '한강', 'แม่น้ำ', 'נהר', '﷽', '\ud800', '1️⃣'),
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\u001b', '')),
      fc.stringMatching(/^[a-z]{1,30}$/),
    )
    const bare = (text: string) => text.replaceAll(/\s+/g, '')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.integer({ min: 10, max: 60 }), (parts, cells) => {
        const text = parts.join('')
        const lines = wrap(text, cells)
        expect(bare(lines.join(''))).toBe(bare(text))
        for (const line of lines) {
          // One character of many parts may be wider than a line: it cannot be broken.
          const isOne = [...new Intl.Segmenter().segment(line.trim())].length === 1
          if (!isOne) expect(cellsOf(line)).toBeLessThanOrEqual(cells)
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['prose', 'The river bends to the left. '],
    ['one long word', 'x'],
    ['Japanese', '川は左に曲がる。'],
    ['emojis', '🌊👩‍👩‍👧‍👦'],
    ['combining marks', '\u0301'],
    ['short lines', 'a\n'],
    ['tabs', '\t'],
  ])('takes a time that grows with the text and not faster: %s', (_, unit) => {
    const secondsFor = (length: number) => {
      const text = unit.repeat(length / unit.length)
      const before = process.cpuUsage()
      let rows = 0
      for (const row of wrapText(text, 76)) rows += row.length > 76 * 16 ? 2 : 1
      expect(rows).toBeGreaterThan(0)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1e6
    }
    secondsFor(50_000)
    const least = Math.max(0.02, Math.min(secondsFor(100_000), secondsFor(100_000)))
    expect(secondsFor(1_000_000) / least).toBeLessThan(40)
  })
})

describe('The cells of a text', () => {
  it('are as many as string-width counts, or more where terminals disagree', () => {
    for (const text of ['abc', '川', 'é', 'e\u0301', '한', '🌊', 'नदी', 'ｱ', '\u200b'])
      expect([text, cellsOf(text)]).toEqual([text, stringWidth(text)])
    for (const text of ['👩‍👩‍👧‍👦', '❤️', '1️⃣', '🇫🇷', 'น้ำ'])
      expect(cellsOf(text)).toBeGreaterThanOrEqual(stringWidth(text))
  })
})
