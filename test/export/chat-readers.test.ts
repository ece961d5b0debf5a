import { describe, expect } from 'vitest'

import { archiveOf } from '../support/archives.ts'
import { exported } from '../support/exports.ts'
import { itReadsWith, runPython } from '../support/outside-readers.ts'

const said = (type: 'message.input' | 'message.output', role: string, content: unknown) => ({
  type,
  role,
  content,
})
const image = { type: 'image_url', image_url: 'https://example.org/a.png' }

/** Texts that could give a field two types, or a line two ends. */
const contents = [
  'How deep?',
  [{ type: 'text', text: 'What is this?' }, image],
  [{ type: 'image_url', image_url: { url: 'https://example.org/b.png', detail: 'low' } }],
  'a\u2028b\u0085c\u2029d',
]
const parameters = [
  {},
  { type: 'object', properties: { a: { type: 'string' } } },
  { type: ['object'] },
  { type: 'object', properties: { a: { type: 'str' } } },
  { type: 'object', properties: { a: { pattern: '(?<x>y)' } } },
  { type: 'object', properties: { a: { type: 'string', pattern: '^[a-z]\\d$', enum: ['a1'] } } },
]
const archive = () =>
  archiveOf(
    contents.flatMap((content, i) =>
      parameters.map((schema, n) => ({
        row: {
          id: `conv_${i}_${n}`,
          tools: [{ type: 'function', function: { name: 'f', description: '', parameters: schema } }],
        },
        entries: [
          said('message.input', 'user', content),
          said('message.input', 'user', `${i} ${n}`),
          said('message.output', 'assistant', 'Two metres.'),
        ],
      })),
    ),
  )

describe('Lines of chats', () => {
  for (const reader of ['pyarrow', 'pandas', 'jsonschema'] as const)
    itReadsWith(reader, 'are taken as a whole', async () => {
      const { path, conversations, leftOut } = await exported(archive(), 'chat')
      expect(runPython('read_chat.py', reader, path)).toEqual({ lines: conversations, faults: [] })
      expect({ conversations, leftOut }).toEqual({ conversations: 12, leftOut: 12 })
    })
})
