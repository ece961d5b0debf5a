import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'

import { lockArchive } from '../../src/archive/sqlite/archive-lock.ts'
import { seededRandom } from '../../src/sandbox/random.ts'
import { startSandbox } from '../../src/sandbox/http/server.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { testFolder } from '../support/folder.ts'
import { runDelay } from '../support/run-delay.ts'
import { startHansard, type Running } from '../support/hansard-process.ts'
import { seedOfTests } from '../torture/seed.ts'

const ACCOUNTS = 200
const LIMIT = 20

/** A service with 200 accounts under one limit, and a configuration in which five cannot be backed up. */
async function team() {
  const names = Array.from({ length: ACCOUNTS }, (_, i) => `user${i}`)
  const accounts = names.map((key, seed) => ({
    key,
    stories: [generateConversations({ count: 3, entries: 2, bytesPerEntry: 2000, seed: seed + 1 })],
  }))
  const sandbox = await startSandbox({ accounts })
  sandbox.faults.add({ then: { kind: 'rps', limit: LIMIT, burst: 2, shared: true } })
  onTestFinished(() => sandbox.close())
  const folder = testFolder()
  const config = join(folder, 'hansard.toml')
  const keys: Record<string, string> = {
    user20: 'api_key_command = "echo nobody1"',
    user80: 'api_key_command = "echo nobody2"',
    user140: 'api_key_command = "echo nobody3"',
    user60: 'api_key_command = "sleep 600"\napi_key_command_timeout = 2',
  }
  const profiles = names.map(
    (name) => `[profiles.${name}]\narchive = "${name}.db"\n${keys[name] ?? `api_key_env = "${name}"`}\n`,
  )
  writeFileSync(
    config,
    `[defaults]\nbase_url = "${sandbox.url}"\nlimit = "team"\n[limits.team]\nrequests_per_second = ${LIMIT}\n${profiles.join('')}`,
  )
  const env = { HANSARD_CONFIG: config, ...Object.fromEntries(names.map((name) => [name, name])) }
  return {
    sandbox,
    folder,
    start: (...which: string[]) => startHansard(['backup', '--json', '--quiet', ...which], env),
  }
}

describe('A team of 200 accounts under one limit of 20 requests a second', { timeout: 900_000 }, () => {
  it('is complete except for five, uses the limit, and survives a kill', async () => {
    const seed = seedOfTests()
    console.log(`HANSARD_TORTURE_SEED=${seed}`)
    const { sandbox, folder, start } = await team()
    const one = start('--profile', 'user0')
    const peakOfOne = peakMemory(one)
    expect(await one.ended).toMatchObject({ exit: 0 })
    const killed = start('--all')
    await sleep(20_000 + seededRandom(seed).below(20_000))
    killed.child.kill('SIGKILL')
    await killed.ended

    const lock = lockArchive(join(folder, 'user100.db'), 'a test')
    onTestFinished(() => lock.release())
    const before = sandbox.requests.length
    const running = start('--all')
    const peak = peakMemory(running)
    const delay = lastRunDelay(running)
    const { exit, stdout, stderr } = await running.ended
    expect({ exit, stderr }).toEqual({ exit: 3, stderr: '' })
    const result = JSON.parse(stdout) as { complete: number; incomplete: number; seconds: number }
    expect(result).toMatchObject({ complete: 195, incomplete: 5 })

    const requests = sandbox.requests.slice(before)
    const refused = requests.filter(({ status }) => status === 429).length
    const delayed = delay() / 1000
    const used = (requests.length - refused) / (LIMIT * result.seconds)
    console.log(
      `${requests.length} requests in ${result.seconds} s, ${delayed.toFixed(1)} of them without a processor: ${(used * 100).toFixed(1)} % of the limit used, ${refused} refused, peak ${peak().toFixed(0)} MiB, of one account ${peakOfOne().toFixed(0)} MiB`,
    )
    // What it may have lost because the machine was busy, which is little on one that is not.
    expect(used + delayed / result.seconds).toBeGreaterThan(0.9)
    expect(refused / requests.length).toBeLessThanOrEqual(0.02)
    expect(peak()).toBeLessThan(1.5 * peakOfOne())
  })
})

/** Watches the peak of a process's memory; returns a function that tells it, in MiB. */
function peakMemory(running: Running): () => number {
  return highest(running, (pid) => Number(/VmHWM:\s+(\d+)/.exec(statusOf(pid))?.[1] ?? 0) / 1024)
}

/** Watches for how long a process waits for a processor; returns a function that tells it, in milliseconds. */
function lastRunDelay(running: Running): () => number {
  return highest(running, runDelay)
}

/** Watches a figure of a process that only grows, while it runs; returns a function that tells the last. */
function highest({ child }: Running, figureOf: (pid: number | undefined) => number): () => number {
  let last = 0
  const watch = setInterval(() => (last = Math.max(last, figureOf(child.pid))), 50)
  child.once('exit', () => clearInterval(watch))
  return () => last
}

function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
