import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { indented } from '../../src/model/json/indent-json.ts'
import {
  compact,
  elements,
  joinMembers,
  member,
  members,
  objectText,
  replaceAt,
  takeList,
  withMember,
  withoutMembers,
} from '../../src/model/json/json-text.ts'
import { isContainer, isJson, isObject, parseContainer, parseJson } from '../../src/model/json/parse-json.ts'
import { jsonObject, jsonText, space } from '../support/json-arbitrary.ts'

describe('JSON text', () => {
  it('is compacted without changing a token', () => {
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

  it('is indented without changing a token', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const laidOut = [...indented(text)].join('')
        expect(compact(laidOut)).toBe(compact(text))
      }),
    )
    expect([...indented('{"a":[1,{}],"b":[ ]}')].join('')).toBe(
      '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}',
    )
    const deep = [...indented('[1,'.repeat(100_000) + '2' + ']'.repeat(100_000))].join('')
    expect(deep.length).toBeLessThan(1_000_000)
  })

  it('is split into the elements of an array', () => {
    fc.assert(
      fc.property(fc.array(jsonText), (items) => {
        const text = ` [ ${items.join(' , ')} ] `
        expect(elements(text)).toEqual(items)
      }),
    )
  })

  it('gives up a list, token for token', () => {
    const list = fc.array(fc.tuple(space, jsonText, space)).map((all) => all.map((one) => one.join('')))
    fc.assert(
      fc.property(jsonObject, list, fc.constantFrom('"list"', '"\\u006cist"'), (rest, items, key) => {
        const others = rest.slice(1, -1).trim()
        const text = ` {${others}${others === '' ? '' : ','}${key} : [ ${items.join(',')} ] , "b" : {"list":[1]} }`
        const { envelope, elements: taken } = takeList(text, 'list')
        expect(taken).toEqual(items.map(compact))
        expect(envelope).toBe(compact(text.replace(`[ ${items.join(',')} ]`, () => '[]')))
      }),
    )
    expect(takeList('{"a":[1],"a":[2, 3]}', 'a')).toEqual({
      envelope: '{"a":[],"a":[]}',
      elements: ['2', '3'],
    })
    expect(takeList('{ }', 'a')).toEqual({ envelope: '{}', elements: [] })
  })

  it('is split into members, duplicate and escaped keys included', () => {
    expect(members('{"a":1, "\\u0061" : [2] ,"b":"}"}').map(({ key, value }) => [key, value])).toEqual([
      ['a', '1'],
      ['a', '[2]'],
      ['b', '"}"'],
    ])
    expect(member('{"a":1,"a":2}', 'a')?.value).toBe('2')
  })

  it('keeps everything around a replaced value', () => {
    const text = '{"t":[{"x":1e400,"v":"s"},{"v":2,"v":3},[],7], "z":12345678901234567890}'
    expect(replaceAt(text, ['t', '*', 'v'], () => '0')).toBe(
      '{"t":[{"x":1e400,"v":0},{"v":0,"v":0},[],7], "z":12345678901234567890}',
    )
    expect(replaceAt(text, ['t', '*', 'v'], () => undefined)).toBe(text)
  })

  it('is joined from members that keep their order, even keys like numbers and __proto__', () => {
    const pairs = [
      ['b', '1'],
      ['10', '2'],
      ['__proto__', '3'],
      ['"', '"x"'],
    ] as const
    const text = joinMembers(pairs)
    expect(text).toBe('{"b":1,"10":2,"__proto__":3,"\\"":"x"}')
    expect(members(text).map(({ key, value }) => [key, value])).toEqual(pairs)
    expect(objectText({ a: '1', b: undefined, c: 'null' })).toBe('{"a":1,"c":null}')
  })

  it('has a member replaced in its place, or appended', () => {
    expect(withMember('{"a":1,"b":2}', 'a', '3')).toBe('{"a":3,"b":2}')
    expect(withMember('{"a":1,"a":2}', 'a', '3')).toBe('{"a":3,"a":3}')
    expect(withMember('{"a":1} ', 'b', '[2]')).toBe('{"a":1,"b":[2]}')
    expect(withMember('{}', 'a', '1')).toBe('{"a":1}')
  })

  it('loses removed members, duplicates included', () => {
    expect(withoutMembers('{"a":1, "b" : 2.0,"\\u0061":3}', ['a'])).toBe('{"b":2.0}')
    expect(withoutMembers('{"a":1}', ['a', 'c'])).toBe('{}')
  })

  it('is parsed without an exception, whatever it is', () => {
    expect([isJson('[1]'), isJson('[1'), isJson('')]).toEqual([true, false, false])
    expect([parseJson('[1]'), parseJson('null'), parseJson('{')]).toEqual([[1], null, undefined])
    expect(['{}', '[]', '1', 'null', '{'].map(parseContainer)).toEqual([{}, [], ...Array(3).fill(undefined)])
    expect([{}, [], null, 'text'].map(isObject)).toEqual([true, false, false, false])
    expect([{}, [], null, 'text'].map(isContainer)).toEqual([true, true, false, false])
  })

  it('that is not JSON is refused, and never loops forever', () => {
    for (const text of ['[', '[1,', '{"a":', '{"a"', '[[', '["', '{"a":1,']) {
      expect(() => [elements(text), members(text)]).toThrow(SyntaxError)
    }
  })

  it('may be nested a hundred thousand levels deep', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(elements(`[${deep}, ${deep}]`)).toEqual([deep, deep])
  })
})

function withoutStrings(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
}
