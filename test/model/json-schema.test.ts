import { describe, expect, it } from 'vitest'

import { isDraft7 } from '../../src/model/json/json-schema.ts'

describe('A schema of Draft 7', () => {
  it.each<unknown>([
    true,
    {},
    { type: 'object', properties: { a: { type: ['integer', 'null'] } }, required: ['a'] },
    { $ref: '#/definitions/x', definitions: { x: { pattern: '^[a-z]+$' } } },
    { nullable: true, example: 3 },
    nested(90),
    { pattern: '\\@|\\-' },
  ])('is %j', (schema) => {
    expect(isDraft7(schema)).toBe(true)
  })

  it.each<unknown>([
    null,
    'object',
    { type: 'objct' },
    { properties: [] },
    { properties: { a: null } },
    { required: 'a' },
    { minimum: '1' },
    { pattern: '(' },
    { patternProperties: { '(': {} } },
    { $ref: 5 },
    nested(91),
    { pattern: '(?<name>a)' },
    { pattern: '\\p{L}' },
  ])('is not %j', (schema) => {
    expect(isDraft7(schema)).toBe(false)
  })
})

function nested(levels: number): object {
  let schema = {}
  for (let level = 0; level < levels; level++) schema = { not: schema }
  return schema
}
