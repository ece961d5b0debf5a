import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Mode } from '../../src/replay/plan/plan.ts'
import type { SandboxAccount } from '../../src/sandbox/account/account.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import type { Effect, Fault } from '../../src/sandbox/faults/fault.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/http/server.ts'
import { seededRandom, type Random } from '../../src/sandbox/random.ts'
import { KEY } from './account.ts'
import { startHansard, type Ended, type Running } from '../support/hansard-process.ts'
import { judgeTarget, stampIn, type ReplayTally } from './judge-replay.ts'
import { waitForRequest, watchKey, type KeyWatch } from './key-watch.ts'
import { cutSome, judgeOther, runOther } from './other-archive.ts'
import { sourceArchive, type SourceArchive } from './source-archive.ts'

/** The settling time in seconds. The sandbox takes less, as the guarantee assumes. */
const SETTLE = 2
const LATEST_MS = 900
const DELAY_SECONDS = 0.6

/** The most runs that a round needs, after the killed ones. */
const MOST_RUNS = 4

const topics = ['silt', 'silt', 'silt', 'delta', 'meander', 'oxbow', 'levee', 'levee', 'ford', 'weir']

/** Creates an archive to replay; some of its conversations are equal. */
export function archiveToReplay(): Promise<SourceArchive> {
  return sourceArchive([], (account) => {
    for (const about of topics) account.create({ entries: dialogue(about, 1 + (about.length % 3)) })
  })
}

let entryIds = 0

function dialogue(about: string, turns: number): string[] {
  return Array.from({ length: turns }, (_, turn) => [
    `{"type":"message.input","role":"user","id":"msg_${entryIds++}","content":"What of the ${about}, ${turn}?"}`,
    `{"type":"message.output","role":"assistant","id":"msg_${entryIds++}","content":"It lasts: ${about} ${turn}."}`,
  ]).flat()
}

/** Replays with kills, lost responses and random switches; throws unless each conversation is copied exactly once. */
export async function replayRound(seed: number, source: string, tally: ReplayTally): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'hansard-replay-'))
  const archive = join(folder, 'archive.db')
  copyFileSync(source, archive)
  const behaviour = someBehaviour(random)
  const mode: Mode = random.below(3) === 0 ? 'turns' : 'history'
  const sandbox = await startSandbox({
    accounts: [{ key: KEY }],
    behaviour,
    seed,
    faults: someFaults(random),
    clock: someClock(random),
  })
  const watch = watchKey(sandbox.url)
  const others = createMeanwhile(sandbox, seededRandom(seed + 1), behaviour)
  const env = { MISTRAL_TARGET_API_KEY: KEY, MISTRAL_TARGET_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
  const args = ['replay', 'run', '--yes', '--json', '--mode', mode, '--settle', String(SETTLE)]
  const run = () => startHansard([...args, '--concurrency', String(1 + random.below(4))], env)
  const about = `replay round of seed ${seed} (${mode}, ${JSON.stringify(behaviour)})`
  try {
    for (let kills = random.below(4); kills > 0; kills--) await killOnce(run(), random, watch, tally)
    let ended: Ended = await run().ended
    for (let runs = 1; ended.exit !== 0 && runs < MOST_RUNS; runs++) ended = await run().ended
    if (ended.exit !== 0 && ended.exit !== 3) throw new Error(`unexpected end: ${JSON.stringify(ended)}`)
    others.stop()
    await sleep(LATEST_MS + 200) // a late request can still create a second copy
    const wrong = judgeTarget(archive, mode, sandbox.account(KEY), tally)
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${ended.stderr}\n${ended.stdout}`)
    if (behaviour.getMetadata === 'present') {
      const other = join(folder, 'other.db')
      copyFileSync(source, other)
      const cut = cutSome(archive, sandbox.account(KEY), random)
      await runOther([...args, '--concurrency', '2'], { ...env, HANSARD_ARCHIVE: other })
      const missed = judgeOther(other, mode, sandbox.account(KEY), cut, tally)
      if (missed.length > 0) throw new Error(`another archive: ${missed.join('\n')}`)
    }
    tally.rounds++
    watch.check(folder, ended.stdout, ended.stderr)
  } catch (thrown) {
    throw new Error(`${about}: ${String(thrown)}`, { cause: thrown })
  } finally {
    others.stop()
    watch.end()
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The clock of created_at; the Date header always has the right time. */
function someClock(random: Random): () => Date {
  const hours = [0, 0, -3, 3][random.below(4)] ?? 0
  return () => new Date(Date.now() + hours * 3_600_000)
}

function someBehaviour(random: Random): Partial<Behaviour> {
  const one = <T>(...of: readonly T[]): T => of[random.below(of.length)] as T
  const getMetadata = one('present', 'present', 'absent' as const)
  return {
    metadataFilter: one('works', 'ignored', 'finds-nothing'),
    getMetadata,
    listMetadata: getMetadata === 'absent' ? 'absent' : one('present', 'absent'),
    listDelaySeconds: one(0, DELAY_SECONDS),
    filterDelaySeconds: one(0, DELAY_SECONDS),
    appendId: one('same', 'new'),
    busySeconds: one(0, 0.3),
    order: one('newest-first', 'oldest-first'),
    maxPageSize: one(100, 20),
  }
}

/** Faults for one write in five: mostly its response is lost after it was done, at once or a little later. */
function someFaults(random: Random): Fault[] {
  const lost: (() => Effect)[] = [
    () => ({ kind: 'reset', when: 'after' }),
    () => ({ kind: 'reset', when: 'after' }),
    () => ({ kind: 'finish-later', ms: 100 + random.below(LATEST_MS - 100) }),
    () => ({ kind: 'finish-later', ms: 100 + random.below(LATEST_MS - 100) }),
    () => ({ kind: 'cut-stream', events: random.below(3) }),
    () => ({ kind: 'stream-error', events: 1 + random.below(2) }),
    () => ({ kind: 'reset', when: 'before' }),
    () => ({ kind: 'answer', like: 'bad-gateway' }),
  ]
  const faults: Fault[] = [{ then: { kind: 'latency', ms: 8 } }]
  for (const operation of ['startStream', 'appendStream'] as const) {
    for (let nth = 1; nth <= 100; nth++) {
      if (random.below(5) > 0) continue
      const effect = lost[random.below(lost.length)]?.() ?? { kind: 'latency', ms: 0 }
      faults.push({ operation, nth, then: effect })
    }
    faults.push({ operation, every: 3, then: { kind: 'trickle', bytes: 200, ms: 15 } })
  }
  return faults
}

/**
 * Simulates another user of the target, who also sends the content of the source if copies show their stamp. (Not before
 * the first copy exists: until then, copies can only be recognized by their content.)
 */
function createMeanwhile(
  sandbox: Sandbox,
  random: Random,
  { getMetadata }: Partial<Behaviour>,
): { stop(): void } {
  const account = sandbox.account(KEY)
  let left = 60
  const timer = setInterval(() => {
    if (left-- <= 0) return
    const isLike =
      getMetadata === 'present' && random.below(4) === 0 && account.ids.some((id) => isMarked(account, id))
    account.create({ entries: isLike ? dialogue('silt', 2) : dialogue(random.hex(6), 1 + random.below(2)) })
  }, 150)
  return { stop: () => clearInterval(timer) }
}

async function killOnce(
  running: Running,
  random: Random,
  watch: KeyWatch,
  tally: ReplayTally,
): Promise<void> {
  const request = random.below(1 + random.below(60))
  await waitForRequest(request, running, watch)
  await sleep(random.below(40))
  running.child.kill('SIGKILL')
  if ((await running.ended).exit === 'SIGKILL') tally.kills++
}

function isMarked(account: SandboxAccount, id: string): boolean {
  return stampIn(account, id) !== undefined
}
