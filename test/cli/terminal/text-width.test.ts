import stringWidth from 'string-width'
import { expect, it } from 'vitest'

import { isPlain, textWidth } from '../../../src/cli/terminal/text-width.ts'

it('measures every character that it calls plain as the library does', () => {
  const plain = Array.from({ length: 0x1_00_00 }, (_, code) => String.fromCharCode(code)).filter(isPlain)
  expect(plain.length).toBeGreaterThan(600)
  expect(plain.filter((character) => stringWidth(character) !== 1)).toEqual([])
})

it.each([
  ['', 0],
  ['Zoë – “naïve” …', 15],
  ['\u001b[31mred\u001b[39m', 3],
  ['日本', 4],
  ['\u001b[1m日本\u001b[22m', 4],
  ['e\u0301', 1],
  ['👨‍👩‍👧', 2],
  ['\u200b', 0],
])('%j takes %i cells', (text, cells) => {
  expect(textWidth(text)).toBe(cells)
})
