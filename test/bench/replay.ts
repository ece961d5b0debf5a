import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { GenerateOptions } from '../../src/sandbox/seed/generate-conversations.ts'
import { makeBigArchive } from './big-archive.ts'
import type { WithSandbox } from './backup.ts'
import { KEY, measure, median, type Measured } from './measure.ts'
import type { Results } from './results.ts'

const bin = fileURLToPath(new URL('../../bin/hansard.js', import.meta.url))

/** An empty account. */
const nobody: GenerateOptions = { count: 0, entries: 0, bytesPerEntry: 0, seed: 1 }

/**
 * Measures the memory of `replay plan` and `replay run` for archives of two sizes, and the time of a plan. Without --quick,
 * both are larger than SQLite's cache (16 MB per connection): up to that size, memory grows.
 */
export async function benchReplay(
  results: Results,
  isQuick: boolean,
  folder: string,
  withSandbox: WithSandbox,
): Promise<void> {
  const sizes = isQuick ? [100, 200] : [2000, 10_000]
  const peaks: Record<'plan' | 'run', number[]> = { plan: [], run: [] }
  for (const conversations of sizes) {
    const archive = join(folder, `replay-${conversations}.db`)
    makeBigArchive(archive, { conversations, entries: 4, bytesPerEntry: 2500, months: 36, largeEntries: 0 })
    await withSandbox(nobody, async (url) => {
      peaks.plan.push((await plan(archive, url)).memory)
      peaks.run.push((await run(archive, url, conversations)).memory)
      if (conversations === sizes.at(-1)) await race(results, archive, url, isQuick ? 1 : 5)
    })
    rmSync(archive)
  }
  const [small = NaN, large = NaN] = sizes
  results.add(
    `Peak memory of replays, ${large} conversations / ${small}`,
    Object.entries(peaks).map(([command, [few = NaN, many = NaN]]) => ({
      name: `replay ${command} (${many.toFixed(0)} / ${few.toFixed(0)} MiB)`,
      value: many / few,
      unit: '',
      goal: 1.1,
    })),
  )
}

/** Compares the time of a plan with an export, which reads the same. */
async function race(results: Results, archive: string, url: string, rounds: number): Promise<void> {
  const times: Record<'plan' | 'jsonl', number[]> = { plan: [], jsonl: [] }
  for (let round = 0; round < rounds; round++) {
    times.plan.push((await plan(archive, url)).seconds)
    times.jsonl.push((await exported(archive)).seconds)
  }
  const value = median(times.plan.map((seconds, i) => seconds / (times.jsonl[i] ?? NaN)))
  results.add('Time of a plan', [{ name: 'replay plan / export jsonl of the same archive', value, unit: '' }])
}

function plan(archive: string, url: string): Promise<Measured> {
  const out = `${archive}.plan`
  return measure(bin, ['--archive', archive, 'replay', 'plan', '--quiet', '--out', out], targetAt(url))
}

/** Replays a copy of the archive, so that the archive itself does not get the receipts. */
async function run(archive: string, url: string, conversations: number): Promise<Measured> {
  const copy = `${archive}.copy`
  copyFileSync(archive, copy)
  const measured = await measure(bin, ['--archive', copy, 'replay', 'run', '--yes', '--json'], targetAt(url))
  const { done } = JSON.parse(measured.stdout) as { done: number }
  if (done !== conversations) throw new Error(`only ${done} of ${conversations} were replayed`)
  rmSync(copy)
  return measured
}

function exported(archive: string): Promise<Measured> {
  const output = ['--output', `${archive}.jsonl`, '--force', '--quiet']
  return measure(bin, ['--archive', archive, 'export', 'jsonl', ...output])
}

function targetAt(url: string): NodeJS.ProcessEnv {
  return { MISTRAL_TARGET_API_KEY: KEY, MISTRAL_TARGET_BASE_URL: url }
}
