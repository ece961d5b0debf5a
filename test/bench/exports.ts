import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { makeBigArchive, type BigArchive } from './big-archive.ts'
import { measure, median, type Measured } from './measure.ts'
import { hasShell, timeShell } from './shell.ts'

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The memory limit of each format in MB; memory must not grow with the archive. */
const memoryLimits = { jsonl: 200, csv: 200, markdown: 200, chat: 200, parquet: 500 } as const

/** Compares exports with the `sqlite3` shell and DuckDB, and measures their memory. */
export async function benchExports(isQuick: boolean, folder: string): Promise<void> {
  await races(folder, { conversations: 20_000, rounds: isQuick ? 3 : 5 })
  await memory(folder, isQuick ? 5000 : 100_000, isQuick ? 4 : 40)
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
    median((times[reference] ?? []).map((seconds, i) => seconds / (times[ours]?.[i] ?? NaN))).toFixed(2)
  console.log(
    `Exports of ${conversations * 10} entries of 1 KB, ${rounds} rounds, medians of whole processes, written to disk:`,
  )
  if (isRace) {
    console.log(
      `  sqlite3 shell, same texts in the same order / jsonl: ${ratio('ordered', 'jsonl')} (goal: 0.7)`,
    )
    console.log(`  sqlite3 shell, same texts in any order / jsonl:      ${ratio('unordered', 'jsonl')}`)
    console.log(
      `  sqlite3 -csv, same columns / csv:                    ${ratio('csv', 'entries.csv')} (goal: 0.3)`,
    )
  } else {
    console.log('  No sqlite3 shell to compare with (apt-get install sqlite3)')
  }
  console.log(`  DuckDB, from Parquet to Parquet / parquet:           ${ratio('duckdb', 'parquet')}`)
}

async function memory(folder: string, conversations: number, largeEntries: number): Promise<void> {
  const archive = join(folder, 'memory.db')
  makeBigArchive(archive, shape(conversations, largeEntries))
  console.log(
    `Peak memory of exports, ${conversations * 10} entries over 36 months, ${largeEntries} of them of 5 MB:`,
  )
  for (const [format, limit] of Object.entries(memoryLimits)) {
    const output = join(folder, `memory-${format}`)
    const peak = ((await exported(archive, output, format)).memory * 1024 * 1024) / 1e6
    console.log(`  ${format.padEnd(8)} ${peak.toFixed(0)} MB (goal: under ${limit})`)
    rmSync(output, { recursive: true })
  }
}

function exported(archive: string, output: string, format: string, ...args: string[]): Promise<Measured> {
  const command = ['--archive', archive, 'export', format, '--output', output, '--force', '--quiet']
  return measure(script('../../bin/hansard.js'), [...command, ...args])
}
