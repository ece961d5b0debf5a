import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import type { Fault } from '../../src/sandbox/faults/fault.ts'
import { KEY } from './measure.ts'
import type { Results } from './results.ts'

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** How a client used a limit: which part of the possible requests was accepted, and how many were refused. */
interface Use {
  /** In percent. */
  readonly part: number
  readonly accepted: number
  readonly refused: number
}

/**
 * Backs up accounts that accept so many requests a second and answer after a latency, beside a script on the official
 * SDK: all at the same time, since they mostly wait.
 */
export async function benchRateLimit(
  results: Results,
  isQuick: boolean,
  newFile: () => string,
): Promise<void> {
  const seconds = isQuick ? 5 : 120
  const limits = isQuick ? [20] : [1, 5, 20, 100]
  const cases = limits.flatMap((limit) => [40, 200].map((latencyMs) => ({ limit, latencyMs })))
  const sdk = (url: string) => [script('sdk-with-retries.mjs'), url, KEY]
  const hansard = (url: string) => [
    script('../../bin/hansard.js'),
    ...['--archive', newFile(), '--quiet', 'backup', '--base-url', url],
  ]
  const [ours = [], theirs = []] = [
    await Promise.all(cases.map((each) => useOf(each, seconds, hansard))),
    await Promise.all(cases.map((each) => useOf(each, seconds, sdk))),
  ]
  for (const [i, { limit, latencyMs }] of cases.entries()) {
    const [our, their] = [ours[i], theirs[i]]
    if (our === undefined || their === undefined) continue
    const most = 20 + 0.01 * (our.accepted + our.refused)
    results.add(`${limit} requests a second allowed, answered after ${latencyMs} ms, ${seconds} s`, [
      { name: 'used of min(limit, 64 / latency)', value: our.part, unit: '%', atLeast: 95 },
      { name: 'refused', value: our.refused, unit: '', goal: Math.floor(most) },
      { name: 'used by a script on the official SDK with its own retries', value: their.part, unit: '%' },
      { name: 'refused to that script', value: their.refused, unit: '' },
    ])
  }
}

async function useOf(
  { limit, latencyMs }: { readonly limit: number; readonly latencyMs: number },
  seconds: number,
  clientOf: (url: string) => readonly string[],
): Promise<Use> {
  const faults: Fault[] = [{ then: { kind: 'latency', ms: latencyMs } }, { then: { kind: 'rps', limit } }]
  const shape = { count: 20_000, entries: 2, bytesPerEntry: 400, seed: 1, faults }
  const sandbox = fork(script('sandbox-process.ts'), [JSON.stringify(shape)])
  try {
    const [url] = (await once(sandbox, 'message')) as [string]
    const client = spawn(process.execPath, clientOf(url), {
      env: { PATH: process.env['PATH'], MISTRAL_API_KEY: KEY },
      stdio: 'ignore',
    })
    while ((await statusesOf(sandbox)).length === 0) await sleep(10)
    await sleep(seconds * 1000)
    const statuses = await statusesOf(sandbox)
    client.kill('SIGKILL')
    const refused = statuses.filter((status) => status === 429).length
    const accepted = statuses.filter((status) => status === 200).length
    const part = (100 * accepted) / (seconds * Math.min(limit, 64_000 / latencyMs))
    return { part, accepted, refused }
  } finally {
    sandbox.kill()
  }
}

async function statusesOf(sandbox: ChildProcess): Promise<number[]> {
  const answer = once(sandbox, 'message')
  sandbox.send('statuses')
  return ((await answer) as [number[]])[0]
}
