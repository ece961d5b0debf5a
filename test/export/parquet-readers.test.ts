import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect } from 'vitest'

import { archiveOf } from '../support/archives.ts'
import { exported } from '../support/exports.ts'
import { itReadsWith, runPython } from '../support/outside-readers.ts'

const said = (content: string) => ({ type: 'message.output', role: 'assistant', content })
const texts = [
  ...[
    '',
    'NA',
    'null',
    '\0',
    '\ud800',
    'a\nb',
    'a\rb',
    '"',
    '\ufeff',
    '\u2028',
    '=1',
    '😀',
    '1',
    'x'.repeat(300_000),
  ],
  ...fc.sample(fc.string({ unit: 'binary' }), { numRuns: 200, seed: 10 }),
]

describe('Every row and text of a Parquet table is preserved', () => {
  for (const reader of ['pyarrow', 'duckdb', 'pandas'] as const)
    itReadsWith(reader, 'as it was', async () => {
      const row = {
        id: 'conv_1',
        created_at: '2026-11-22T08:17:10.123456Z',
        metadata: 'a string',
        name: null,
      }
      const { path } = await exported(archiveOf([{ row, entries: texts.map(said) }]), 'parquet')
      const month = (table: string) => join(path, table, 'month=2026-11', 'part-0.parquet')
      expect(runPython('read_tables.py', reader, month('conversations'), month('entries'))).toEqual({
        conversations: 1,
        ids: texts.map(() => 'conv_1'),
        texts: texts.map((text) => Buffer.from(text).toString()),
        json: texts.map((text) => JSON.stringify(said(text))),
      })
    })
})
