import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { compact, elements, member, members, replaceAt } from '../../src/model/json-text.ts'

const space = fc.constantFrom('', ' ', '\n', '\t ', '\r\n')

/** JSON text with hostile tokens and white space in every place where it may stand. */
const { text: jsonText } = fc.letrec<{ text: string; array: string; object: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '1e400',
      '12345678901234567890',
      '-0.0',
      '1E+2',
      'null',
      'true',
      '"\\u0041\\/\\\\"',
      '"\\\\"',
      '""',
    ),
    fc.string({ unit: 'grapheme' }).map((value) => JSON.stringify(value)),
    tie('array'),
    tie('object'),
  ),
  array: fc
    .array(fc.tuple(space, tie('text'), space))
    .map((items) => `[${items.map((i) => i.join('')).join(',')}]`),
  object: fc
    .array(fc.tuple(space, fc.constantFrom('"a"', '"b"', '"\\u0061"', '"]"'), space, tie('text'), space))
    .map((items) => `{${items.map(([a, k, b, v, c]) => `${a}${k}${b}:${v}${c}`).join(',')}}`),
}))

describe('JSON text', () => {
  it('is compacted without a token changing', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const short = compact(text)
        expect(JSON.parse(short)).toEqual(JSON.parse(text))
        expect(compact(short)).toBe(short)
        expect(withoutStrings(short)).not.toMatch(/\s/)
        expect(withoutStrings(short)).toBe(withoutStrings(text).replaceAll(/\s/g, ''))
      }),
    )
  })

  it('is split into elements that joined again are the array', () => {
    fc.assert(
      fc.property(fc.array(jsonText), (items) => {
        const text = ` [ ${items.join(' , ')} ] `
        expect(elements(text)).toEqual(items)
      }),
    )
  })

  it('is split into members, duplicate and escaped keys included', () => {
    expect(members('{"a":1, "\\u0061" : [2] ,"b":"}"}').map(({ key, value }) => [key, value])).toEqual([
      ['a', '1'],
      ['a', '[2]'],
      ['b', '"}"'],
    ])
    expect(member('{"a":1,"a":2}', 'a')?.value).toBe('2')
  })

  it('keeps all that stands around a replaced value', () => {
    const text = '{"t":[{"x":1e400,"v":"s"},{"v":2,"v":3},[],7], "z":12345678901234567890}'
    expect(replaceAt(text, ['t', '*', 'v'], () => '0')).toBe(
      '{"t":[{"x":1e400,"v":0},{"v":0,"v":0},[],7], "z":12345678901234567890}',
    )
    expect(replaceAt(text, ['t', '*', 'v'], () => undefined)).toBe(text)
  })

  it('may be nested a hundred thousand levels deep', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(elements(`[${deep}, ${deep}]`)).toEqual([deep, deep])
  })
})

function withoutStrings(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
}
