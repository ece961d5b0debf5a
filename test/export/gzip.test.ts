import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { exportArchive, type ExportOptions } from '../../src/export/export-archive.ts'
import { archiveOf } from '../support/archives.ts'
import { wholeExport } from '../support/export-folder.ts'
import { testFolder } from '../support/folder.ts'
import { itReadsWith, runPython } from '../support/outside-readers.ts'

const archive = () =>
  archiveOf(
    Array.from({ length: 300 }, (_, i) => ({
      row: { id: `conv_${i}`, name: `Talk ${i}`, created_at: '2026-11-01T00:00:00Z' },
      entries: [
        { type: 'message.input', role: 'user', content: `How deep is river ${i}? ${'~'.repeat(i)}` },
        { type: 'message.output', role: 'assistant', content: `${i} metres, é\u2028川` },
      ],
    })),
  )

/** The exports that are single files. */
const single = [
  ['jsonl', {}],
  ['jsonl', { per: 'entry' }],
  ['csv', { table: 'conversations' }],
  ['csv', { table: 'entries' }],
  ['chat', {}],
] as const

/** Exports to a name in a new folder; returns the path. */
async function exportTo(name: string, options: Omit<ExportOptions, 'output'>): Promise<string> {
  const output = join(testFolder(), name)
  await exportArchive(archive(), { ...options, output } as ExportOptions)
  return output
}

describe('An export whose name ends with .gz', () => {
  it.each(single)('is compressed: %s %j', async (format, options) => {
    const plain = readFileSync(await exportTo('out', { format, options }))
    const path = await exportTo('out.gz', { format, options })
    const compressed = readFileSync(path)
    expect(gunzipSync(compressed).equals(plain)).toBe(true)
    expect(compressed.length).toBeLessThan(plain.length / 4)
    wholeExport(path) // the manifest has the hash of the compressed file
  })

  it('has the same bytes each time, and no time in its header', async () => {
    const [first, second] = [1, 2].map(() => exportTo('out.jsonl.gz', { format: 'jsonl' }))
    const bytes = readFileSync((await first) ?? '')
    expect(readFileSync((await second) ?? '').equals(bytes)).toBe(true)
    expect(bytes.readUInt32LE(4)).toBe(0)
  })

  it('is compressed once with --gzip too', async () => {
    const path = await exportTo('out.jsonl.gz', { format: 'jsonl', options: { gzip: true } })
    expect(gunzipSync(readFileSync(path)).toString()).toMatch(/^\{"conversation":/)
  })

  it('replaces only an earlier export', async () => {
    const path = await exportTo('out.jsonl.gz', { format: 'jsonl' })
    const again = { format: 'jsonl', output: path } as const
    await expect(exportArchive(archive(), again)).rejects.toMatchObject({ code: 'usage' })
    await exportArchive(archive(), { ...again, force: true })
    wholeExport(path)
  })

  itReadsWith('python3', 'is decompressed', async () => {
    const path = await exportTo('out.jsonl.gz', { format: 'jsonl' })
    const script =
      'import gzip,json,sys; print(sum(len(json.loads(line)["entries"]) for line in gzip.open(sys.argv[1], "rt", encoding="utf-8", newline="\\n")))'
    expect(runPython('-c', script, path)).toBe(600)
  })

  itReadsWith('pandas', 'is decompressed by its name', async () => {
    const jsonl = await exportTo('out.jsonl.gz', { format: 'jsonl' })
    const csv = await exportTo('out.csv.gz', { format: 'csv', options: { table: 'entries' } })
    const script =
      'import pandas,sys; print([len(pandas.read_json(sys.argv[1], lines=True)), len(pandas.read_csv(sys.argv[2]))])'
    expect(runPython('-c', script, jsonl, csv)).toEqual([300, 600])
  })

  itReadsWith('duckdb', 'is decompressed by its name', async () => {
    const jsonl = await exportTo('out.jsonl.gz', { format: 'jsonl' })
    const csv = await exportTo('out.csv.gz', { format: 'csv', options: { table: 'entries' } })
    const script = `import duckdb,sys
print([duckdb.sql("select count(*) from read_json('%s')" % sys.argv[1]).fetchall()[0][0], duckdb.sql("select count(*) from read_csv('%s')" % sys.argv[2]).fetchall()[0][0]])`
    expect(runPython('-c', script, jsonl, csv)).toEqual([300, 600])
  })
})

describe('The name of a file for an export that writes a folder', () => {
  it.each([
    [
      'csv',
      {},
      'y.csv',
      /^y\.csv is the name of a file, but csv .* folder with conversations\.csv and entries\.csv$/,
      /--table entries/,
    ],
    ['csv', {}, 'y.csv.gz', /folder with conversations\.csv/, /"\S*\/y"/],
    ['parquet', {}, 'y.parquet', /two tables/, /^Name a folder, such as "\S*\/y"\.$/],
    ['markdown', {}, 'y.md', /a page for each conversation/, /^Name a folder/],
    ['chat', { split: 0.5 }, 'y.jsonl', /train\.jsonl and validation\.jsonl/, /leave --split out/],
  ] as const)('is refused: %s %j to %s', async (format, options, name, message, hint) => {
    await expect(exportTo(name, { format, options })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    })
  })

  it('is accepted with a slash at its end, and for an export that is one file', async () => {
    await exportTo('y.csv/', { format: 'csv' })
    await exportTo('y.csv', { format: 'csv', options: { table: 'entries' } })
  })
})
