import { describe, expect, it } from 'vitest'

import { keepMetadata, sameContent } from '../../../src/model/entries/same-content.ts'

describe('A conversation has not changed', () => {
  it.each<[what: string, older: string, newer: string]>([
    ['the same text', '{"a":1}', '{"a":1}'],
    ['keys in another order', '{"a":1,"b":[{"c":2}]}', '{"b":[{"c":2}],"a":1}'],
    ['another way to write a number or a text', '{"a":1.0,"b":"A"}', '{"a":1.0,"b":"\\u0041"}'],
    ['a time of completion that is gone', '{"a":1,"completed_at":"2026"}', '{"a":1,"completed_at":null}'],
    ['metadata that is left out', '{"a":1,"metadata":{"b":1}}', '{"a":1}'],
    [
      'long numbers in another order',
      '{"a":12345678901234567890,"b":1e400}',
      '{"b":1e400,"a":12345678901234567890}',
    ],
    ['what is no object', '[1, 2]', '[1,2]'],
  ])('if it has %s', (_, older, newer) => {
    expect(sameContent(older, newer)).toBe(true)
  })

  it.each<[what: string, older: string, newer: string]>([
    ['another value', '{"a":1}', '{"a":2}'],
    ['another value within', '{"a":[{"b":1}]}', '{"a":[{"b":2}]}'],
    ['a field more', '{"a":1}', '{"a":1,"b":null}'],
    ['a field less', '{"a":1,"b":2}', '{"a":1}'],
    ['a time of completion', '{"a":1,"completed_at":null}', '{"a":1,"completed_at":"2026"}'],
    ['other metadata', '{"metadata":{"b":1}}', '{"metadata":{"b":2}}'],
    ['digits that a double cannot hold', '{"a":12345678901234567890}', '{"a":12345678901234567891}'],
    ['elements in another order', '[1,2]', '[2,1]'],
    ['a text that is damaged', '{"a":1}', '{"a":1'],
  ])('unlike one with %s', (_, older, newer) => {
    expect(sameContent(older, newer)).toBe(false)
  })
})

describe('Metadata', () => {
  it('is kept if a newer row leaves it out, and only then', () => {
    const older = '{"id":"c","metadata":{"n":1.0}}'
    expect(keepMetadata(older, '{"id":"c"}')).toBe('{"id":"c","metadata":{"n":1.0}}')
    expect(keepMetadata(older, '{"metadata":null,"id":"c"}')).toBe('{"metadata":{"n":1.0},"id":"c"}')
    expect(keepMetadata(older, '{"metadata":{}}')).toBe('{"metadata":{}}')
    for (const none of ['{}', '{"metadata":null}', '{"metadata":'])
      expect(keepMetadata(none, '{"id":"c"}')).toBe('{"id":"c"}')
  })
})
