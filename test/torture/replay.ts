import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { openArchive } from '../../src/archive/archive.ts'
import type { Copy } from '../../src/archive/replay-copies.ts'
import { sourceOf } from '../../src/replay/archived.ts'
import type { Mode } from '../../src/replay/plan.ts'
import { revisionOf } from '../../src/replay/revision.ts'
import { markOf } from '../../src/replay/run/mark.ts'
import { stampOf } from '../../src/replay/stamp.ts'
import type { SandboxAccount } from '../../src/sandbox/account.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import type { Effect, Fault } from '../../src/sandbox/faults.ts'
import { seededRandom, type Random } from '../../src/sandbox/random.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts'
import { KEY } from './account.ts'
import { startHansard, type Ended, type Running } from './child.ts'
import { watchKey, type KeyWatch } from './key-watch.ts'
import { sourceArchive, type SourceArchive } from './source-archive.ts'

/** What the client is told to allow for, in seconds; what the sandbox really takes is less, as the guarantee asks. */
const SETTLE = 2
const LATEST_MS = 900
const DELAY_SECONDS = 0.6

/** Runs to the end that a round may need: one that finds out what happened, and one more for what was refused. */
const MOST_RUNS = 4

/** What became of the conversations of all rounds. */
export interface ReplayTally {
  rounds: number
  conversations: number
  once: number
  uncertain: number
  /** Of those that arrived: the answer had been lost, and what it did was found. */
  found: number
  lostAnswers: number
  kills: number
  /** Of another archive's run after it, which has nothing to send: copies that it recognised, continued, or left uncertain. */
  recognised: number
  continued: number
  cutShort: number
}

export function emptyReplayTally(): ReplayTally {
  return {
    rounds: 0,
    conversations: 0,
    once: 0,
    uncertain: 0,
    found: 0,
    lostAnswers: 0,
    kills: 0,
    recognised: 0,
    continued: 0,
    cutShort: 0,
  }
}

const topics = ['silt', 'silt', 'silt', 'delta', 'meander', 'oxbow', 'levee', 'levee', 'ford', 'weir']

/** An archive to replay; some of its conversations say the very same. */
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

/** Replays under kills, lost answers and a target that behaves as it likes; fails unless each arrives exactly once. */
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
    faults: someFaults(random, tally),
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
    for (let runs = 1; ended.code !== 0 && runs < MOST_RUNS; runs++) ended = await run().ended
    if (ended.code !== 0 && ended.code !== 3) throw new Error(`it ended oddly: ${JSON.stringify(ended)}`)
    others.stop()
    await sleep(LATEST_MS + 200) // what is late may still make a second copy
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

/** The clock that created_at comes from; the Date header always tells the true time. */
function someClock(random: Random): () => Date {
  const hours = [0, 0, -3, 3][random.below(4)] ?? 0
  return () => new Date(Date.now() + hours * 3_600_000)
}

/** Cuts some copies short behind their archive's back. Of a row of conversations that appends made, the last goes. */
function cutSome(path: string, account: SandboxAccount, random: Random): ReadonlySet<string> {
  const archive = openArchive(path)
  const cut = new Set<string>()
  try {
    for (const { targetId, stamp } of archive.replayCopies.all()) {
      const entries = account.entries(targetId ?? '')
      if (targetId === null || entries === undefined || random.below(4) > 0) continue
      cut.add(stamp)
      const isRow = account.ids.filter((id) => stampIn(account, id) === stamp).length > 1
      if (isRow) account.remove(targetId)
      else account.replaceEntries(targetId, entries.slice(0, 1 + random.below(entries.length - 1)))
    }
    return cut
  } finally {
    archive.close()
  }
}

/** Runs another archive's replay of the same conversations to its end. */
async function runOther(args: readonly string[], env: Record<string, string>): Promise<void> {
  for (let runs = 1; ; runs++) {
    const ended = await startHansard(args, env).ended
    if (ended.code === 0 || (ended.code === 3 && runs === 2)) return
    if (ended.code !== 3) throw new Error(`another archive’s run ended oddly: ${JSON.stringify(ended)}`)
  }
}

/** The other archive must have started nothing anew: what is whole is done, and only what was cut may be uncertain. */
function judgeOther(
  path: string,
  mode: Mode,
  account: SandboxAccount,
  cut: ReadonlySet<string>,
  tally: ReplayTally,
): string[] {
  const own = emptyReplayTally()
  const wrong = judgeTarget(path, mode, account, own)
  const archive = openArchive(path)
  try {
    for (const copy of archive.replayCopies.all()) {
      const requests = archive.replayRequests.ofCopy(copy.id)
      if (requests.some(({ isForeign, appendsTo }) => !isForeign && appendsTo === null))
        wrong.push(`${copy.conversation} was started anew`)
      if (copy.state === 'uncertain') tally.cutShort++
      else if (requests.length > 0) tally.continued++
      else tally.recognised++
      if (copy.state === 'uncertain' && !cut.has(copy.stamp))
        wrong.push(`${copy.conversation} is ${told(copy)}, and was whole`)
    }
  } finally {
    archive.close()
  }
  return wrong
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

/** What goes wrong with one write in five: mostly its answer is lost after it was done, now or a little later. */
function someFaults(random: Random, tally: ReplayTally): Fault[] {
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
  void tally
  return faults
}

/**
 * Somebody else uses the target; where copies show their stamp, also with the very words of the source. (Not before the
 * first copy is there: until then nothing shows where stamps come back, and the words alone must do.)
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
  let begun = 0
  const reached = new Promise<void>((resolve) => {
    watch.onRequest = () => {
      if (++begun > request) resolve()
    }
  })
  await Promise.race([reached, running.ended])
  await sleep(random.below(40))
  running.child.kill('SIGKILL')
  if ((await running.ended).signal === 'SIGKILL') tally.kills++
}

/** Compares what stands at the target, in truth, with what the archive wanted there. */
function judgeTarget(path: string, mode: Mode, account: SandboxAccount, tally: ReplayTally): string[] {
  const archive = openArchive(path)
  try {
    const wrong: string[] = []
    const [target] = archive.replayTargets.all()
    const claimed = new Map<string, string>()
    for (const stored of archive.conversations.readAll({})) {
      const source = sourceOf(archive, stored)
      const stamp = stampOf({ id: source.id, revision: revisionOf(source), mode, label: '' })
      const copy = target && archive.replayCopies.byStamp(target.id, stamp)
      const there = account.ids.filter((id) => stampIn(account, id) === stamp)
      const starts = startsAmong(account, there)
      tally.conversations++
      for (const [one, other] of twinsAmong(account, there)) {
        wrong.push(`${source.id} was continued twice in the same way: ${one}, ${other}`)
      }
      if (starts > 1) wrong.push(`${starts} copies of ${source.id}: ${there.join(', ')}, ${told(copy)}`)
      if (copy?.state === 'uncertain') tally.uncertain++
      else if (copy?.state !== 'done') wrong.push(`${source.id} is ${told(copy)}`)
      else if (starts === 0) wrong.push(`${source.id} is missing, and ${told(copy)}`)
      else if (!there.includes(copy.targetId ?? '')) wrong.push(`${source.id} is taken for ${told(copy)}`)
      else tally.once++
      const entries = copy?.state === 'done' ? (account.entries(copy.targetId ?? '') ?? []) : []
      const said = entries.filter((text) => text.includes('"role":"user"')).length
      const wanted =
        source.entries.filter((text) => text.includes('"role":"user"')).length + Number(mode === 'history')
      if (copy?.state === 'done' && said !== wanted)
        wrong.push(`${source.id} has ${said} user turns, not ${wanted}`)
      if (copy === undefined) continue
      const requests = archive.replayRequests.ofCopy(copy.id)
      if (requests.some(({ outcome }) => outcome === 'found')) tally.found++
      tally.lostAnswers += requests.filter(
        ({ outcome }) => outcome === 'found' || outcome === 'absent',
      ).length
      if (copy.targetId !== null && claimed.has(copy.targetId))
        wrong.push(`${copy.targetId} is claimed twice`)
      claimed.set(copy.targetId ?? '', source.id)
    }
    return wrong
  } finally {
    archive.close()
  }
}

function told(copy: Copy | undefined): string {
  return copy === undefined
    ? 'not even planned'
    : `${copy.state} (${copy.targetId ?? 'no id'}, ${copy.reason ?? ''})`
}

/** How many starts made these; an append may make a new conversation that goes on from an earlier one. */
export function startsAmong(account: SandboxAccount, ids: readonly string[]): number {
  return new Set(ids.map((id) => account.entries(id)?.[0])).size
}

/** Two of one start that are as long as each other: an append was made twice. */
function twinsAmong(account: SandboxAccount, ids: readonly string[]): [string, string][] {
  const lengthOf = (id: string) => account.entries(id)?.length
  return ids.flatMap((id, i) =>
    ids
      .slice(i + 1)
      .filter((other) => lengthOf(other) === lengthOf(id) && startsAmong(account, [id, other]) === 1)
      .map((other): [string, string] => [id, other]),
  )
}

function isMarked(account: SandboxAccount, id: string): boolean {
  return stampIn(account, id) !== undefined
}

/** The stamp of a conversation, as it really is at the target. */
export function stampIn(account: SandboxAccount, id: string): string | undefined {
  const mark = markOf(JSON.parse(account.row(id) ?? 'null'))
  return typeof mark === 'object' ? mark.stamp : undefined
}
