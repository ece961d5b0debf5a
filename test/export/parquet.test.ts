import { DuckDBInstance, type Json } from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { archiveOf, type MadeConversation } from '../support/archives.ts'
import { anyEntry } from '../support/entry-arbitrary.ts'
import { exported } from '../support/exports.ts'

/** Runs a query in DuckDB, where `conversations` and `entries` are the tables of an export. */
async function asked(path: string, sql: string): Promise<Record<string, Json>[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const read = sql.replaceAll(
      /\b(from|join) (conversations|entries)\b/g,
      (_, word: string, table: string) =>
        `${word} read_parquet('${path}/${table}/**/*.parquet', hive_partitioning=true) ${table}`,
    )
    await connection.run("set timezone = 'UTC'")
    return (await connection.runAndReadAll(read)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const exportedTo = async (conversations: readonly MadeConversation[]) =>
  exported(archiveOf(conversations), 'parquet')

const said = (content: unknown, more: object = {}) => ({
  type: 'message.input',
  role: 'user',
  content,
  ...more,
})
const created = (id: string, created_at: unknown, entries: readonly unknown[] = [said(id)]) => ({
  row: { id, created_at },
  entries,
})

describe('Parquet', () => {
  it('is partitioned by the month in which conversations were created', async () => {
    const { files } = await exportedTo([
      created('b', '2026-11-30T23:30:00-01:00'),
      created('a', '2026-11-30T23:59:59.999999Z'),
      created('c', '2026-12-05T00:00:00Z', []),
      created('d', null),
      created('e', 'soon'),
      created('f', '2025-01-01T00:00:00Z', []),
    ])
    expect(Object.keys(files).sort()).toEqual([
      'conversations/month=2025-01/part-0.parquet',
      'conversations/month=2026-11/part-0.parquet',
      'conversations/month=2026-12/part-0.parquet',
      'conversations/month=unknown/part-0.parquet',
      'entries/month=2026-11/part-0.parquet',
      'entries/month=2026-12/part-0.parquet',
      'entries/month=unknown/part-0.parquet',
      'manifest.json',
    ])
  })

  it('is read as one table with typed columns', async () => {
    const { path } = await exportedTo([
      {
        row: {
          id: 'conv_1',
          name: 'Rivers',
          created_at: '2026-11-22T09:17:10.123456+01:00',
          updated_at: 'soon',
          metadata: { n: 1 },
        },
        entries: [
          said('Why?', { created_at: '2026-11-22T08:17:11Z' }),
          '{"type":"function.call","arguments":{"n":12345678901234567890}}',
        ],
      },
      created('conv_2', null),
    ])
    expect(
      await asked(
        path,
        `select month, id, name, created_at, updated_at, entries, gone_at, metadata from conversations order by id`,
      ),
    ).toEqual([
      {
        month: '2026-11',
        id: 'conv_1',
        name: 'Rivers',
        created_at: '2026-11-22 08:17:10.123456+00',
        updated_at: null,
        entries: 2,
        gone_at: null,
        metadata: '{"n":1}',
      },
      expect.objectContaining({ month: 'unknown', id: 'conv_2', created_at: null, entries: 1 }),
    ])
    expect(
      await asked(
        path,
        `select month, conversation_id, position, type, role, text, json ->> '$.type' as type_in_json,
          epoch_us(created_at) as us from entries order by 2, 3`,
      ),
    ).toEqual([
      {
        month: '2026-11',
        conversation_id: 'conv_1',
        position: 0,
        type: 'message.input',
        role: 'user',
        text: 'Why?',
        type_in_json: 'message.input',
        us: '1795335431000000',
      },
      expect.objectContaining({ position: 1, role: null, text: '{"n":12345678901234567890}', us: null }),
      expect.objectContaining({ month: 'unknown', conversation_id: 'conv_2', position: 0, text: 'conv_2' }),
    ])
    const types = await asked(path, `describe select * from entries`)
    expect(
      Object.fromEntries(types.map(({ column_name, column_type }) => [column_name, column_type])),
    ).toEqual({
      conversation_id: 'VARCHAR',
      position: 'INTEGER',
      id: 'VARCHAR',
      type: 'VARCHAR',
      role: 'VARCHAR',
      model: 'VARCHAR',
      agent_id: 'VARCHAR',
      name: 'VARCHAR',
      tool_call_id: 'VARCHAR',
      created_at: 'TIMESTAMP WITH TIME ZONE',
      completed_at: 'TIMESTAMP WITH TIME ZONE',
      text: 'VARCHAR',
      json: 'VARCHAR',
      month: 'VARCHAR',
    })
  })

  it('preserves every text', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\0', '\ud800', '\r\n', '=1'))
    const some = fc.array(fc.tuple(text, fc.array(text), fc.array(anyEntry)), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(some, async (all) => {
        const made = all.map(([name, texts, others], i) => ({
          row: JSON.stringify({ id: `conv_${i}`, name, created_at: `20${i + 10}-01-01T00:00:00Z` }),
          entries: [...texts.map((content) => said(content)), ...others].map((it) => JSON.stringify(it)),
        }))
        const { path } = await exportedTo(made)
        const rows = await asked(path, 'select name, json, entries from conversations order by created_at')
        expect(rows).toEqual(
          all.map(([name], i) => ({
            name: utf8(name),
            json: made[i]?.row,
            entries: made[i]?.entries.length,
          })),
        )
        const entries = await asked(path, 'select text, json from entries order by conversation_id, position')
        expect(entries.map(({ json }) => json)).toEqual(made.flatMap((one) => one.entries))
        const texts = entries.filter(({ json }) =>
          String(json).startsWith('{"type":"message.input","role":"user","content":"'),
        )
        for (const { text, json } of texts)
          expect(text).toBe(utf8((JSON.parse(String(json)) as { content: string }).content))
      }),
      { numRuns: 15 },
    )
  })

  it('has files with columns but no rows if nothing is selected', async () => {
    const { path } = await exportedTo([])
    for (const table of ['conversations', 'entries']) {
      expect(await asked(path, `select count(*)::int as n, count(json)::int as texts from ${table}`)).toEqual(
        [{ n: 0, texts: 0 }],
      )
    }
  })

  it('preserves many long texts in order', async () => {
    const long = 'ö=\n'.repeat(1_700_000)
    const entries = Array.from({ length: 60_000 }, (_, i) =>
      said(i % 10_000 === 7 ? `${i}${long}` : `n ${i}`),
    )
    const { path } = await exportedTo([created('conv_1', '2026-11-01T00:00:00Z', entries)])
    expect(
      await asked(
        path,
        `select count(*)::int as n, count(distinct position)::int as positions, sum(length(text))::int as letters,
          bool_and(text like position::varchar || '%' or text = 'n ' || position::varchar) as right from entries`,
      ),
    ).toEqual([
      {
        n: 60_000,
        positions: 60_000,
        letters: entries.reduce((sum, { content }) => sum + String(content).length, 0),
        right: true,
      },
    ])
    const groups = await asked(
      path,
      `select count(distinct row_group_id)::int as n from parquet_metadata('${path}/entries/**/*.parquet')`,
    )
    expect(groups).toEqual([{ n: 4 }])
  }, 60_000)
})

/** Returns a text as UTF-8 can encode it: without lone surrogates. */
function utf8(text: string): string {
  return Buffer.from(text).toString()
}
