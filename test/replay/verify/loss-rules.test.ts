import { describe, expect, it } from 'vitest'

import { ADDED_ANSWER, type Loss } from '../../../src/replay/loss.ts'
import { isQuoteOf } from '../../../src/replay/verify/loss-rule.ts'
import { checkLoss } from '../../../src/replay/verify/loss-rules.ts'
import { parsePath } from '../../../src/replay/verify/value-path.ts'
import { problemOf, says } from '../../support/declared-loss.ts'

describe('A loss', () => {
  const text = '{"id":"msg_1","mood":"glad","type":"message.input"}'
  const loss: Loss = {
    ...{ kind: 'field-dropped', position: 0, id: 'msg_1' },
    ...{ path: 'mood', before: '"glad"', after: null },
  }
  const check = (facts: Partial<Loss>, of = text) =>
    checkLoss({ ...loss, ...facts }, { text: of, entries: [of], mode: 'history', sent: undefined })

  it('is true if it names its entry and quotes its value', () => {
    expect(check({})).toBeUndefined()
    expect(check({ id: null }, '{"mood":"glad"}')).toBeUndefined()
  })

  it.each<[string, Partial<Loss>]>([
    ['names another entry', { id: 'msg_2' }],
    ['names no entry', { id: null }],
    ['quotes another value', { before: '"sad"' }],
    ['quotes no value', { before: null }],
    ['quotes a value that is not there', { path: 'air' }],
    ['has an invalid path', { path: 'mood..' }],
    ['applies to conversations only', { kind: 'model-mapped', after: '"m"' }],
  ])('is false if it %s', (_, facts) => {
    expect(check(facts)).toEqual(expect.any(String))
  })
})

describe('A quote', () => {
  const long = `"${'x'.repeat(600)}"`

  it.each<[before: string | null, archived: string | undefined]>([
    [null, undefined],
    [null, 'null'],
    ['null', undefined],
    ['{"a":1.0,"b":2}', '{"b":2,"a":1}'],
    [`${long.slice(0, 500)}…`, long],
  ])('(%s) may stand for %s', (before, archived) => {
    expect(isQuoteOf(before, archived)).toBe(true)
  })

  it.each<[before: string | null, archived: string | undefined]>([
    [null, '1'],
    ['1', undefined],
    ['1', '2'],
    [`${long.slice(0, 499)}…`, long],
    [`${long.slice(0, 501)}…`, long],
  ])('(%s) may not stand for %s', (before, archived) => {
    expect(isQuoteOf(before, archived)).toBe(false)
  })
})

describe('An added answer', () => {
  const added = [{ ...says(ADDED_ANSWER) }]

  it('is the one that hansard adds, before an entry', () => {
    expect(problemOf('answer-added', says('x'), { before: null, after: added })).toBeUndefined()
  })

  it.each([
    ['another text', { before: null, after: [says('Yes.')] }],
    ['another role', { before: null, after: [{ ...added[0], role: 'user' }] }],
    ['nothing', { before: null }],
    ['an answer in place of an entry', { after: added }],
    ['an answer within an entry', { before: null, path: 'info', after: added }],
  ])('is not %s', (_, declared) => {
    expect(problemOf('answer-added', says('x'), declared)).toEqual(expect.any(String))
  })
})

describe('A path', () => {
  it.each([
    ['', []],
    ['content[2].url', ['content', 2, 'url']],
    ['a[10][0]', ['a', 10, 0]],
    ['metadata["a.b"]', ['metadata', 'a.b']],
    [String.raw`x["say \"hi\" \\"].y-z_1`, ['x', String.raw`say "hi" \ `.trimEnd(), 'y-z_1']],
    ['["$id"]', ['$id']],
  ])('%s is read', (text, path) => {
    expect(parsePath(text)).toEqual(path)
  })

  it.each(['a..b', 'a.', 'a[', 'a[x]', 'a["x]', '$id', 'a b', 'a[1', 'a["x"'])('%s is invalid', (text) => {
    expect(parsePath(text)).toBeUndefined()
  })
})
