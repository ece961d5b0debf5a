import { onTestFinished } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import type { Copy } from '../../src/archive/ledger/replay-copies.ts'
import type { Intent } from '../../src/archive/ledger/replay-requests.ts'
import { planReplay } from '../../src/replay/plan/plan-replay.ts'
import type { PlannedConversation } from '../../src/replay/plan/plan.ts'
import { Budget } from '../../src/replay/run/budget.ts'
import { timestamp, type RunContext } from '../../src/replay/run/run-context.ts'
import { Tally } from '../../src/replay/run/tally.ts'
import { TargetReader } from '../../src/replay/run/target-reader.ts'
import { replayWorld } from './replay-world.ts'
import { SkippingClock } from './skipping-clock.ts'
import { talksOf } from './talks.ts'

export type WorldOptions = NonNullable<Parameters<typeof replayWorld>[0]>

const talk = ['One?', '1.', 'Two?', '2.']

/** An archive with one conversation and a plan for it. */
export async function plannedWorld(options: WorldOptions = {}) {
  const world = await replayWorld({ stories: [talksOf([talk])], ...options })
  const archive = openArchive(world.archive, { mode: 'write' })
  onTestFinished(() => archive.close())
  const plan = await planReplay(world.target, archive)
  return { ...world, writable: archive, plan, account: world.sandbox.account('other') }
}

/** A run that has begun, with one copy that nothing was sent for. */
export async function begunRun(options: WorldOptions = {}) {
  const world = await plannedWorld(options)
  const { target: client, writable: archive, plan } = world
  let planned: PlannedConversation | undefined
  for await (const each of plan.conversations()) planned = each
  if (planned === undefined) throw new Error('nothing was planned')
  const target = archive.replayTargets.add(client.baseUrl, timestamp())
  const run = archive.replayRuns.begin(target.id, timestamp())
  const addCopy = (conversation: string, stamp: string): Copy => {
    const origin = { target: target.id, conversation, mode: 'history', label: '' }
    const copy = { ...origin, stamp, revision: planned.revision, planned: JSON.stringify(planned) }
    archive.replayCopies.add(copy, 'open', timestamp())
    return archive.replayCopies.byStamp(target.id, stamp) as Copy
  }
  const copy = addCopy('conv_0', planned.stamp)
  /** Stores the intent of a request, by default of one that starts the copy; returns its id. */
  const intend = (intent: Partial<Intent>): number => {
    const nothing = { call: 0, appendsTo: null, before: 0, inputs: 0, results: [], fingerprint: '' }
    const start = { copy: copy.id, ...nothing, stampPlace: 'metadata', since: null } as const
    const counted = { tokensIn: 0, tokensOut: 0, cost: null }
    return archive.replayRequests.intend({ ...start, ...intent }, counted, run.id, timestamp())
  }
  const clock = new SkippingClock()
  const signal = new AbortController().signal
  const context: RunContext = {
    ...{ client, archive, target, run, signal, clock, head: plan.head },
    reader: new TargetReader(client, signal, clock),
    budget: new Budget({}, null, () => 0),
    tally: new Tally(),
    begunAt: timestamp(),
    confirmLock: () => undefined,
    settleMs: 30_000,
    isFilterUseless: false,
    secretOf: () => undefined,
    scrub: (text) => text,
  }
  /** Creates a conversation at the target. */
  const create = (entries: readonly string[], row: object = {}): string => {
    const id = `conv_there_${world.account.ids.length}`
    const times = { created_at: timestamp(), updated_at: timestamp() }
    const model = 'mistral-small-latest'
    const text = JSON.stringify({ id, ...times, model, object: 'conversation', ...row })
    return world.account.create({ row: text, entries })
  }
  return { ...world, archive, context, planned, copy, addCopy, intend, create }
}
