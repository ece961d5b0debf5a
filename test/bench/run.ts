import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { GenerateOptions } from '../../src/sandbox/seed/generate-conversations.ts'
import { benchExports } from './exports.ts'
import { benchLatencies } from './latency.ts'
import { measure, median, type Measured } from './measure.ts'
import { benchReplay } from './replay.ts'
import { searchBench } from './search.ts'

const isQuick = process.argv.includes('--quick')
const folder = mkdtempSync(join(tmpdir(), 'hansard-bench-'))
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))
let made = 0

/** Runs `work` with a sandbox of generated conversations. */
async function withSandbox<T>(options: GenerateOptions, work: (url: string) => Promise<T>): Promise<T> {
  const child = fork(script('sandbox-process.ts'), [JSON.stringify(options)])
  try {
    const [url] = (await once(child, 'message')) as [string]
    return await work(url)
  } finally {
    child.kill()
  }
}

const newFile = () => join(folder, `${made++}.db`)

const hansard = (url: string, ...args: string[]): Promise<Measured> =>
  measure(
    script('../../bin/hansard.js'),
    ['--archive', newFile(), 'backup', '--json', '--base-url', url, ...args],
    {
      MISTRAL_API_KEY: 'bench',
    },
  )

/** Compares a backup with a script on the official SDK, and with a loop that discards what it fetches. */
async function race(count: number, rounds: number): Promise<void> {
  await withSandbox({ count, entries: 10, bytesPerEntry: 1000, seed: 1 }, async (url) => {
    const times: Record<'hansard' | 'sdk' | 'floor', number[]> = { hansard: [], sdk: [], floor: [] }
    for (let round = 0; round < rounds; round++) {
      times.floor.push((await measure(script('floor.mjs'), [url, 'bench'])).seconds)
      times.hansard.push((await hansard(url)).seconds)
      times.sdk.push((await measure(script('sdk.mjs'), [url, 'bench', newFile()])).seconds)
    }
    const ratios = (a: 'sdk' | 'hansard', b: 'hansard' | 'floor') =>
      median(times[a].map((time, i) => time / (times[b][i] ?? NaN)))
    console.log(`${count} conversations of 10 entries of 1 KB, ${rounds} rounds, medians of whole processes:`)
    console.log(`  SDK script / hansard: ${ratios('sdk', 'hansard').toFixed(2)} (goal: 8)`)
    console.log(`  hansard / fetch only: ${ratios('hansard', 'floor').toFixed(2)} (goal: at most 1.6)`)
  })
}

/** Measures the peak memory for two sizes of accounts. */
async function memory(small: number, large: number): Promise<void> {
  const peaks = []
  for (const count of [small, large]) {
    const shape = { count, entries: 4, bytesPerEntry: 500, seed: 1 }
    peaks.push((await withSandbox(shape, (url) => hansard(url))).memory)
  }
  const [few = NaN, many = NaN] = peaks
  console.log(
    `Peak memory, ${large} conversations / ${small}: ${(many / few).toFixed(2)} (${many.toFixed(0)} / ${few.toFixed(0)} MiB; goal: 1.00)`,
  )
}

/** Measures the peak memory when 16 workers fetch histories of 20 MB. */
async function largeBodies(): Promise<void> {
  const shape = { count: 32, entries: 4, bytesPerEntry: 5_000_000, seed: 1 }
  const measured = await withSandbox(shape, (url) => hansard(url, '--concurrency', '16'))
  console.log(
    `Peak memory, 16 workers on 32 histories of 20 MB: ${measured.memory.toFixed(0)} MiB (limit of all bodies together: 64 MiB)`,
  )
}

try {
  await race(isQuick ? 300 : 2000, isQuick ? 2 : 5)
  await memory(1000, isQuick ? 4000 : 20_000)
  searchBench(newFile(), isQuick ? 2000 : 100_000)
  await benchLatencies(newFile(), isQuick)
  if (!isQuick) await largeBodies()
  await benchExports(isQuick, folder)
  await benchReplay(isQuick, folder, withSandbox)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
