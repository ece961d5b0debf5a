import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import {
  chunkFields,
  entryFields,
  fieldValues,
  rowFields,
  findUnknownShapes,
} from '../../src/model/entries/find-unknown-shapes.ts'

interface Schema {
  readonly properties: Record<string, { enum?: string[]; const?: string; anyOf?: { enum?: string[] }[] }>
}

const { schemas } = (
  JSON.parse(readFileSync(new URL('../../fixtures/openapi.json', import.meta.url), 'utf8')) as {
    components: { schemas: Record<string, Schema> }
  }
).components

const shapesOf = (entries: readonly unknown[], row?: unknown) => findUnknownShapes(row, entries)

const fieldsOf = (name: string) => Object.keys(schemas[name]?.properties ?? {}).sort()
const typeOf = (name: string) => schemas[name]?.properties['type']?.const ?? ''
const entries = Object.keys(schemas).filter((name) => name.endsWith('Entry'))
const chunks = Object.keys(schemas).filter((name) => name.endsWith('Chunk'))

describe('The known shapes', () => {
  it('are those of the specification', () => {
    expect([...new Set([...fieldsOf('ModelConversation'), ...fieldsOf('AgentConversation')])].sort()).toEqual(
      [...rowFields].sort(),
    )
    expect(entries.map(typeOf).sort()).toEqual(Object.keys(entryFields).sort())
    expect(chunks.map(typeOf).sort()).toEqual(Object.keys(chunkFields).sort())
    for (const name of [...entries, ...chunks]) {
      const filled = Object.fromEntries(fieldsOf(name).map((field) => [field, null]))
      const entry = { ...filled, type: typeOf(name) }
      expect(
        shapesOf([chunks.includes(name) ? { type: 'message.output', content: [entry] } : entry]),
      ).toEqual([])
    }
    const { role } = schemas['MessageInputEntry']?.properties ?? {}
    const status = schemas['FunctionCallEntry']?.properties['confirmation_status']?.anyOf?.[0]?.enum
    expect([role?.enum?.toSorted(), status]).toEqual([
      fieldValues['role']?.toSorted(),
      fieldValues['confirmation_status'],
    ])
  })
})

describe('An unknown shape', () => {
  it('is named by its kind and place', () => {
    const row = { id: 'c', constructor: 1 }
    const thinking = [{ type: 'thinking', thinking: [{ type: 'text', text: '' }, { type: 'glyph' }] }]
    const found = shapesOf(
      [
        { type: 'memory.recall' },
        { type: 'tool.execution', function: 'x' },
        { type: 'message.input', role: 'system', content: [{ type: 'hologram' }] },
        { type: 'message.output', content: thinking },
        { type: 'toString' },
        7,
      ],
      row,
    )
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'field conversation.constructor',
      'entry memory.recall',
      'field tool.execution.function',
      'value message.input.role=system',
      'chunk hologram',
      'chunk glyph',
      'entry toString',
    ])
  })
})

it('A type that is not a string, or is called like a member of every object, is unknown like any other', () => {
  const hostile = { toString: 1, valueOf: 1 }
  const entries = [
    { type: hostile },
    { type: 'constructor' },
    { type: 'message.input', role: hostile, content: [{ type: hostile }] },
  ]
  expect(shapesOf(entries)).toEqual([
    { kind: 'entry', name: 'an object' },
    { kind: 'entry', name: 'constructor' },
    { kind: 'value', name: 'message.input.role=an object' },
    { kind: 'chunk', name: 'an object' },
  ])
})
