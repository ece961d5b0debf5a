import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import type { Fault } from '../../src/sandbox/faults/fault.ts'

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** How a client used a limit: which part of the possible requests was accepted, and how many were refused. */
interface Use {
  readonly part: number
  readonly refused: number
}

/**
 * Backs up accounts that accept so many requests a second and answer after a latency, beside a script on the official
 * SDK: all at the same time, since they mostly wait.
 */
export async function benchRateLimit(seconds: number, newFile: () => string): Promise<void> {
  const cases = [1, 5, 20, 100].flatMap((limit) => [40, 200].map((latencyMs) => ({ limit, latencyMs })))
  const sdk = (url: string) => [script('sdk-with-retries.mjs'), url, 'bench']
  const hansard = (url: string) => [
    script('../../bin/hansard.js'),
    ...['--archive', newFile(), '--quiet', 'backup', '--base-url', url],
  ]
  console.log(`Limits, ${seconds} s each: part of min(limit, 64 / latency) used, and requests refused`)
  const uses = []
  for (const client of [hansard, sdk])
    uses.push(await Promise.all(cases.map((each) => useOf(each, seconds, client))))
  for (const [i, { limit, latencyMs }] of cases.entries()) {
    const [ours, theirs] = uses.map((column) => format(column[i]))
    const name = `${limit} a second, ${latencyMs} ms`.padEnd(22)
    console.log(`  ${name} hansard ${ours}   SDK ${theirs}`)
  }
  console.log('  (goal: 95 %, and at most 20 refusals + 1 %)')
}

function format(use: Use | undefined): string {
  if (use === undefined) return ''
  return `${(100 * use.part).toFixed(1).padStart(5)} % ${String(use.refused).padStart(5)} refused`
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
      env: { PATH: process.env['PATH'], MISTRAL_API_KEY: 'bench' },
      stdio: 'ignore',
    })
    while ((await statusesOf(sandbox)).length === 0) await sleep(10)
    await sleep(seconds * 1000)
    const statuses = await statusesOf(sandbox)
    client.kill('SIGKILL')
    const refused = statuses.filter((status) => status === 429).length
    const accepted = statuses.filter((status) => status === 200).length
    return { part: accepted / (seconds * Math.min(limit, 64_000 / latencyMs)), refused }
  } finally {
    sandbox.kill()
  }
}

async function statusesOf(sandbox: ChildProcess): Promise<number[]> {
  const answer = once(sandbox, 'message')
  sandbox.send('statuses')
  return ((await answer) as [number[]])[0]
}
