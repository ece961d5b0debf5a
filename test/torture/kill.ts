import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { startSandbox } from '../../src/sandbox/http/server.ts'
import { seededRandom, type Random } from '../../src/sandbox/random.ts'
import { change, KEY, populate } from './account.ts'
import { startHansard, type Ended, type Running } from '../support/hansard-process.ts'
import { waitForRequest, watchKey, type KeyWatch } from './key-watch.ts'
import { archivedIds, checkIntegrity, differences } from './truth.ts'

const CONVERSATIONS = 40

/** About the number of requests of a first backup. */
const REQUESTS = 3 * CONVERSATIONS + 10

/** Processes by signal: how many were killed by it, and how many had ended before. */
export type KillTally = Record<`${'SIGKILL' | 'SIGTERM' | 'SIGINT'} ${'hit' | 'late'}`, number>

/** Kills backups at random times, completes one, and throws if the archive differs from the account. */
export async function killRound(seed: number, tally: KillTally): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'hansard-kill-'))
  const archive = join(folder, 'archive.db')
  const sandbox = await startSandbox({
    accounts: [{ key: KEY }],
    faults: [{ then: { kind: 'latency', ms: 12 } }],
  })
  const watch = watchKey(sandbox.url)
  const account = sandbox.account(KEY)
  const env = { MISTRAL_API_KEY: KEY, MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
  const backup = () => startHansard(['backup', '--json', '--page-size', '20', '--accept-gone'], env)
  try {
    populate(account, random, CONVERSATIONS, Date.now())
    if (random.below(3) === 0) mustBeDone(await backup().ended)
    for (let kills = 1 + random.below(2); kills > 0; kills--) {
      change(account, random)
      await killOnce(backup(), random, watch, tally)
      if (random.below(2) === 0) checkIntegrity(archive)
    }
    const before = random.below(2) === 0 ? archivedIds(archive) : []
    change(account, random)
    const last = await backup().ended
    mustBeDone(last)
    checkIntegrity(archive)
    const after = new Set(archivedIds(archive))
    const lost = before.filter((id) => !after.has(id)).map((id) => `${id} was lost`)
    const wrong = [...differences(archive, account), ...lost]
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    watch.check(folder, last.stdout, last.stderr)
  } catch (thrown) {
    throw new Error(`kill round of seed ${seed}: ${String(thrown)}`, { cause: thrown })
  } finally {
    watch.end()
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function killOnce(running: Running, random: Random, watch: KeyWatch, tally: KillTally): Promise<void> {
  const signal = (['SIGTERM', 'SIGINT'] as const)[random.below(10)] ?? 'SIGKILL'
  await moment(running, random, watch)
  running.child.kill(signal)
  if (signal === 'SIGINT' && random.below(2) === 0) {
    await sleep(random.below(10))
    running.child.kill(signal)
  }
  const ended = await running.ended
  const isLate = ended.exit === 0
  tally[`${signal} ${isLate ? 'late' : 'hit'}`]++
  const isStopped = signal !== 'SIGKILL' && ended.exit === 130
  if (!isLate && !isStopped && ended.exit !== signal)
    throw new Error(`unexpected end: ${JSON.stringify(ended)}`)
}

/** Waits for a random time in a run: mostly shortly after a request. */
async function moment(running: Running, random: Random, watch: KeyWatch): Promise<void> {
  if (random.below(7) === 0) return void (await sleep(random.below(600)))
  // A run that finds most conversations stored sends few requests, so small numbers are more likely.
  const request = random.below(1 + random.below(REQUESTS))
  await waitForRequest(request, running, watch)
  await sleep(random.below(30))
}

function mustBeDone(ended: Ended): void {
  const result = ended.exit === 0 ? (JSON.parse(ended.stdout) as { complete: unknown }) : undefined
  if (result?.complete !== true) throw new Error(`the last run is not complete: ${JSON.stringify(ended)}`)
}

/** A tally of nothing yet. */
export function emptyKillTally(): KillTally {
  return {
    'SIGKILL hit': 0,
    'SIGKILL late': 0,
    'SIGTERM hit': 0,
    'SIGTERM late': 0,
    'SIGINT hit': 0,
    'SIGINT late': 0,
  }
}
