import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import Database from 'better-sqlite3'

import type { GenerateOptions } from '../../src/sandbox/seed/generate-conversations.ts'
import { KEY, measure, median, type Measured } from './measure.ts'
import type { Results } from './results.ts'

/** Runs `work` with a sandbox of generated conversations. */
export type WithSandbox = <T>(options: GenerateOptions, work: (url: string) => Promise<T>) => Promise<T>

interface Tools {
  readonly results: Results
  readonly withSandbox: WithSandbox
  readonly newFile: () => string
  readonly isQuick: boolean
}

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Runs a backup of the account at a URL in its own process. */
function hansard(url: string, archive: string, ...args: string[]): Promise<Measured> {
  const command = ['--archive', archive, 'backup', '--json', '--base-url', url, ...args]
  return measure(script('../../bin/hansard.js'), command, { MISTRAL_API_KEY: KEY })
}

/** What a first backup and an unchanged night take of the processor, the disk, the memory and the service. */
export async function benchBackup(tools: Tools): Promise<void> {
  await firstBackups(tools)
  await nights(tools)
  await race(tools)
  if (!tools.isQuick) await largeBodies(tools)
}

/** Conversations of two sizes. */
async function firstBackups({ results, withSandbox, newFile, isQuick }: Tools): Promise<void> {
  for (const [kilobytes, goal] of [
    [10, 0.8],
    [25, 1.9],
  ] as const) {
    const count = isQuick ? 200 : 4000
    const shape = { count, entries: 10, bytesPerEntry: kilobytes * 100, seed: 1 } as const
    const rounds = isQuick ? 1 : 3
    await withSandbox(shape, async (url) => {
      const measured: Measured[] = []
      const ratios: number[] = []
      let archive = ''
      for (let round = 0; round < rounds; round++) {
        const alone = await measure(script('libraries.mjs'), [url, KEY, newFile()])
        const ours = await hansard(url, (archive = newFile()))
        measured.push(ours)
        ratios.push(ours.cpu / alone.cpu)
      }
      const { requests } = JSON.parse(measured[0]?.stdout ?? '') as { requests: number }
      const { json, file, index } = sizesOf(archive)
      const of = (each: (process: Measured) => number) => median(measured.map(each))
      results.add(`First backup, ${count} conversations of ${kilobytes} KB`, [
        {
          name: 'processor time a conversation',
          value: (of(({ cpu }) => cpu) * 1000) / count,
          unit: 'ms',
          goal,
        },
        { name: 'the same / that of the libraries alone', value: median(ratios), unit: '' },
        {
          name: 'bytes written a byte stored',
          value: of(({ written }) => written) / json,
          unit: '',
          goal: 4,
        },
        {
          name: 'archive without index, in sizes of the JSON',
          value: (file - index) / json,
          unit: '',
          goal: 1.2,
        },
        { name: 'search index, in sizes of the JSON', value: index / json, unit: '' },
        { name: 'requests a conversation', value: requests / count, unit: '', goal: 2.1 },
        { name: 'peak memory', value: of(({ memory }) => memory), unit: 'MiB', goal: 180 },
      ])
      const withoutMessages = await hansard(url, newFile(), '--messages', 'none')
      const { requests: fewer } = JSON.parse(withoutMessages.stdout) as { requests: number }
      results.add('First backup, messages not compared', [
        { name: 'requests a conversation', value: fewer / count, unit: '' },
      ])
    })
  }
}

/** The bytes of the JSON that an archive stores, of the file, and of the search index in it. */
function sizesOf(path: string): { json: number; file: number; index: number } {
  const db = new Database(path, { readonly: true })
  const sum = (sql: string) => Number(db.prepare(sql).pluck().get())
  try {
    return {
      json: sum(`select (select sum(octet_length(json)) from entry)
        + (select sum(octet_length(row) + octet_length(history) + ifnull(octet_length(messages), 0)) from revision)`),
      file: statSync(path).size,
      index: sum(`select sum(pgsize) from dbstat where name like 'search%' or name like 'holding%'`),
    }
  } finally {
    db.close()
  }
}

/** Rows that the sandbox grants for a page, unless it is told otherwise. */
const GRANTED = 100

/** A night in which nothing has changed. */
async function nights({ results, withSandbox, newFile, isQuick }: Tools): Promise<void> {
  for (const count of isQuick ? [1000] : [40_000, 200_000]) {
    const shape = { count, entries: 2, bytesPerEntry: 300, seed: 1 }
    await withSandbox(shape, async (url) => {
      const archive = newFile()
      const first = await hansard(url, archive, '--messages', 'none')
      const nights: Measured[] = []
      for (let round = 0; round < (isQuick ? 1 : 3); round++) nights.push(await hansard(url, archive))
      const { requests } = JSON.parse(nights[0]?.stdout ?? '') as { requests: number }
      const cpu = median(nights.map(({ cpu }) => cpu))
      results.add(`Unchanged night, ${count} conversations`, [
        { name: 'processor time a row', value: (cpu * 1e6) / count, unit: 'µs', goal: 40 },
        { name: 'requests', value: requests, unit: '', goal: 1.3 * Math.ceil(count / GRANTED) + 5 },
        {
          name: 'peak memory',
          value: Math.max(...nights.map(({ memory }) => memory)),
          unit: 'MiB',
          goal: 180,
        },
        { name: 'peak memory of the first backup', value: first.memory, unit: 'MiB', goal: 180 },
      ])
    })
  }
}

/** Compares a backup with a script on the official SDK, and with a loop that discards what it fetches. */
async function race({ results, withSandbox, newFile, isQuick }: Tools): Promise<void> {
  const [count, rounds] = isQuick ? [200, 1] : [2000, 5]
  await withSandbox({ count, entries: 10, bytesPerEntry: 1000, seed: 1 }, async (url) => {
    const times: Record<'hansard' | 'sdk' | 'floor', number[]> = { hansard: [], sdk: [], floor: [] }
    for (let round = 0; round < rounds; round++) {
      times.floor.push((await measure(script('floor.mjs'), [url, KEY])).seconds)
      times.hansard.push((await hansard(url, newFile())).seconds)
      times.sdk.push((await measure(script('sdk.mjs'), [url, KEY, newFile()])).seconds)
    }
    const ratio = (a: 'sdk' | 'hansard', b: 'hansard' | 'floor') =>
      median(times[a].map((time, i) => time / (times[b][i] ?? NaN)))
    results.add(`Beside others, ${count} conversations of 10 entries of 1 KB, without a limit of requests`, [
      { name: 'time of a script on the official SDK / ours', value: ratio('sdk', 'hansard'), unit: '' },
      { name: 'our time / that of a loop that only fetches', value: ratio('hansard', 'floor'), unit: '' },
    ])
  })
}

/** Histories of which only a few fit into the memory for bodies. */
async function largeBodies({ results, withSandbox, newFile }: Tools): Promise<void> {
  const shape = { count: 32, entries: 4, bytesPerEntry: 5_000_000, seed: 1 }
  const { memory } = await withSandbox(shape, (url) => hansard(url, newFile()))
  results.add('32 histories of 20 MB, in parallel', [{ name: 'peak memory', value: memory, unit: 'MiB' }])
}
