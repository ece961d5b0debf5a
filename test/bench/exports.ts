import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { makeBigArchive, type BigArchive } from './big-archive.ts'
import { measure, median, type Measured } from './measure.ts'
import type { Results } from './results.ts'
import { hasShell, timeShell } from './shell.ts'

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The memory limit of each format in MiB; memory must not grow with the archive. */
const memoryLimits = { jsonl: 190, csv: 190, markdown: 190, chat: 190, parquet: 475 } as const

/** Compares exports with the `sqlite3` shell and DuckDB, and measures their memory. */
export async function benchExports(results: Results, isQuick: boolean, folder: string): Promise<void> {
  await races(results, folder, { conversations: isQuick ? 2000 : 20_000, rounds: isQuick ? 1 : 5 })
  if (!isQuick) await memory(results, folder, 100_000, 40)
}

const shape = (conversations: number, largeEntries: number): BigArchive => ({
  conversations,
  entries: 10,
  bytesPerEntry: 1000,
  months: 36,
  largeEntries,
})

/** The shell writes the same texts, once in the same order (which costs it a sort) and once in any order. */
const queries = {
  ordered: [
    `select json from conversations order by created_at, id;
    select json from entries order by conversation_id, position`,
  ],
  unordered: ['select json from conversations; select json from entries'],
  csv: [
    '-csv',
    `select conversation_id, position, id, type, role, json ->> '$.model', json ->> '$.agent_id', json ->> '$.name',
      json ->> '$.tool_call_id', created_at, json ->> '$.completed_at', content, json from entries`,
  ],
} as const

async function races(
  results: Results,
  folder: string,
  { conversations, rounds }: { conversations: number; rounds: number },
): Promise<void> {
  const archive = join(folder, 'race.db')
  makeBigArchive(archive, shape(conversations, 0))
  const times: Record<string, number[]> = {}
  const note = (name: string, seconds: number) => (times[name] ??= []).push(seconds)
  const isRace = hasShell()
  for (let round = 0; round < rounds; round++) {
    for (const [name, query] of isRace ? Object.entries(queries) : []) {
      const [mode, sql] = query.length === 2 ? query : ['-list', query[0]]
      note(name, await timeShell([mode, archive, sql], join(folder, 'shell')))
    }
    note('jsonl', (await exported(archive, join(folder, 'jsonl'), 'jsonl')).seconds)
    note('entries.csv', (await exported(archive, join(folder, 'csv'), 'csv', '--table', 'entries')).seconds)
    note('parquet', (await exported(archive, join(folder, 'parquet'), 'parquet')).seconds)
    const copy = join(folder, 'duckdb')
    note('duckdb', (await measure(script('duckdb.mjs'), [join(folder, 'parquet'), copy])).seconds)
    rmSync(copy, { recursive: true })
  }
  const ratio = (reference: string, ours: string) =>
    median((times[reference] ?? []).map((seconds, i) => seconds / (times[ours]?.[i] ?? NaN)))
  results.add(`Exports of ${conversations * 10} entries of 1 KB`, [
    ...(isRace
      ? [
          {
            name: 'sqlite3 shell, the same texts in the same order / jsonl',
            value: ratio('ordered', 'jsonl'),
          },
          { name: 'sqlite3 shell, the same texts in any order / jsonl', value: ratio('unordered', 'jsonl') },
          { name: 'sqlite3 shell, the same columns / csv', value: ratio('csv', 'entries.csv') },
        ].map((each) => ({ ...each, unit: '' }))
      : []),
    { name: 'parquet / csv', value: ratio('parquet', 'entries.csv'), unit: '', goal: 1.5 },
    { name: 'DuckDB, from Parquet to Parquet / parquet', value: ratio('duckdb', 'parquet'), unit: '' },
  ])
}

async function memory(
  results: Results,
  folder: string,
  conversations: number,
  largeEntries: number,
): Promise<void> {
  const archive = join(folder, 'memory.db')
  makeBigArchive(archive, shape(conversations, largeEntries))
  for (const [format, limit] of Object.entries(memoryLimits)) {
    const output = join(folder, `memory-${format}`)
    const peak = (await exported(archive, output, format)).memory
    results.add(`Peak memory of exports, ${conversations * 10} entries, ${largeEntries} of them of 5 MB`, [
      { name: format, value: peak, unit: 'MiB', goal: limit },
    ])
    rmSync(output, { recursive: true })
  }
}

function exported(archive: string, output: string, format: string, ...args: string[]): Promise<Measured> {
  const command = ['--archive', archive, 'export', format, '--output', output, '--force', '--quiet']
  return measure(script('../../bin/hansard.js'), [...command, ...args])
}
