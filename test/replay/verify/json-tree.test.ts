import { describe, expect, it } from 'vitest'

import { textOf, treeOf } from '../../../src/replay/verify/json-tree.ts'

const form = (text: string) => textOf(treeOf(text))

describe('Two JSON texts', () => {
  it.each([
    ['1', '1.0'],
    ['100', '1e2'],
    ['0', '-0.00'],
    ['0.1', '0.10'],
    ['12345678901234', '12345678901234.0'],
    ['"\\u0041"', '"A"'],
    ['{"b":1,"a":[2, 3]}', ' { "a" : [2,3], "b" : 1 } '],
    ['{"a":1,"a":2}', '{"a":2}'],
  ])('are equal: %s and %s', (one, other) => {
    expect(form(one)).toBe(form(other))
  })

  it.each([
    ['1', '2'],
    ['1', '"1"'],
    ['10', '1'],
    ['12345678901234567890', '12345678901234567891'],
    ['0.1', '0.10000000000000001'],
    ['1e400', '1e401'],
    ['1e-400', '0'],
    ['1e-400', '1e-401'],
    ['null', '"null"'],
    ['[]', '{}'],
    ['["a,b"]', '["a","b"]'],
    ['{"a":{"b":1}}', '{"a":1,"b":1}'],
  ])('differ: %s and %s', (one, other) => {
    expect(form(one)).not.toBe(form(other))
  })

  it('may be nested twenty thousand levels deep', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = (value: number) => `${open.repeat(20_000)}${value}${close.repeat(20_000)}`
      expect(form(deep(1)) === form(deep(1))).toBe(true)
      expect(form(deep(1)) === form(deep(2))).toBe(false)
    }
  })
})
