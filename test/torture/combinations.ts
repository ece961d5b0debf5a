import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { lockArchive } from '../../src/archive/sqlite/archive-lock.ts'
import { sourceOf } from '../../src/replay/plan/archived-source.ts'
import { planReplay } from '../../src/replay/plan/plan-replay.ts'
import type { PlannedConversation, ReplayOptions } from '../../src/replay/plan/plan.ts'
import { replayedConversations, type ReplayedConversation } from '../../src/replay/replayed-conversations.ts'
import { runReplay } from '../../src/replay/run/replay.ts'
import { compareCopy } from '../../src/replay/verify/certify.ts'
import { fetchCopy } from '../../src/replay/verify/fetch-copy.ts'
import type { Story } from '../../src/sandbox/account/story.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import type { Effect, Fault } from '../../src/sandbox/faults/fault.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/http/server.ts'
import { seededRandom, type Random } from '../../src/sandbox/random.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { KEY } from './account.ts'
import { skippingClock, type SkippingClock } from './clock.ts'
import { startsAmong, stampIn } from './judge-replay.ts'
import type { Combination } from './positions.ts'
import { sourceArchive, type SourceArchive } from './source-archive.ts'

/** The outcome for the conversations of all combinations. */
export interface CombinationTally {
  combinations: number
  conversations: number
  identical: number
  equivalent: number
  blocked: number
  uncertain: number
  lostResponses: number
  /** Why conversations were blocked or uncertain, with counts. */
  readonly reasons: Map<string, number>
}

export function emptyCombinationTally(): CombinationTally {
  const none = { conversations: 0, identical: 0, equivalent: 0, blocked: 0, uncertain: 0, lostResponses: 0 }
  return { combinations: 0, ...none, reasons: new Map() }
}

const options: Omit<ReplayOptions, 'mode' | 'tail' | 'rebuild'> = {
  agents: {},
  models: {},
  libraries: {},
  connectors: { gauge_connector: 'gauge', map_connector: 'map', open_connector: 'open' },
  connectorAuth: { gauge_connector: 'GAUGE', map_connector: 'MAP' },
  fallbackModel: 'mistral-large-latest',
  dropTools: true,
  label: '',
  price: null,
}

/** The settling time of the runs in seconds: longer than any delay of these targets. */
const SETTLE = 0.5

/** One run that finds lost responses, one that repeats what was refused, and one with nothing to do. */
const RUNS = 3

/** Creates an archive of every story, and of histories with other endings. */
export async function archiveOfStories(): Promise<SourceArchive> {
  return sourceArchive([...(await loadStories(storiesDirectory)), ...endings])
}

const asked = (id: string, content: string) =>
  `{"object":"entry","type":"message.input","role":"user","id":"msg_${id}","content":"${content}"}`
const answered = (id: string, content: string) =>
  `{"object":"entry","type":"message.output","role":"assistant","id":"msg_${id}","content":"${content}"}`
const called = (id: string) =>
  `{"object":"entry","type":"function.call","id":"fc_${id}","name":"level","tool_call_id":"${id}","arguments":"{}"}`
const returned = (id: string) =>
  `{"object":"entry","type":"function.result","id":"fr_${id}","tool_call_id":"${id}","result":"2 m"}`

/** All but the last end with something that waits for a response, so nothing of them is lost. */
const endings: readonly Story[] = [
  [asked('e0', 'How deep is the ford?')],
  [asked('e1', 'How wide?'), answered('e2', 'Wide.'), asked('e3', 'And how deep?')],
  [asked('e4', 'The level?'), called('aaaaaaaaa'), returned('aaaaaaaaa')],
  [asked('e5', 'The level, once more?'), called('bbbbbbbbb')],
].map((entries, i) => ({ agents: [], files: [], conversations: [{ row: endingRow(i), entries }] }))

function endingRow(i: number): string {
  const time = `2026-07-01T10:0${i}:00.000000Z`
  const level = { name: 'level', parameters: { type: 'object', properties: {} } }
  return JSON.stringify({
    ...{ object: 'conversation', id: `conv_ending_${i}`, created_at: time, updated_at: time },
    ...{ model: 'mistral-small-latest', name: `ending ${i}` },
    ...(i >= 2 && { tools: [{ type: 'function', function: level }] }),
  })
}

/**
 * Replays every story into a target with one combination of switches while responses get lost. Throws unless each copy is
 * certified, blocked in the plan or rightly uncertain, and nothing was created twice.
 */
export async function combinationRound(
  seed: number,
  combination: Combination,
  source: string,
  tally: CombinationTally,
): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'hansard-combination-'))
  const path = join(folder, 'archive.db')
  copyFileSync(source, path)
  const clock = skippingClock()
  const sandbox = await startSandbox({
    accounts: [{ key: KEY, stories: [strangers] }],
    behaviour: combination.behaviour,
    clock: clock.date,
    seed,
    faults: lostResponses(random),
  })
  const client = clientOf(sandbox, clock, random)
  const archive = openArchive(path, { mode: 'write' })
  try {
    await runToItsEnd(client, archive, combination, clock)
    const wrong = [...arrivedTwice(sandbox), ...(await judge(client, archive, combination.behaviour, tally))]
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    tally.combinations++
  } catch (thrown) {
    throw new Error(`combination of seed ${seed}, ${JSON.stringify(combination)}: ${String(thrown)}`, {
      cause: thrown,
    })
  } finally {
    archive.close()
    await client.close()
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function clientOf(sandbox: Sandbox, clock: SkippingClock, random: Random): ConversationsClient {
  const retry = { random: () => random.below(1000) / 1000 }
  return new ConversationsClient({ apiKey: KEY, baseUrl: sandbox.url, clock, retry })
}

/** Conversations that the target already has. */
const strangers: Story = {
  agents: [],
  files: [],
  conversations: ['silt', 'delta', 'weir', 'levee'].map((about, i) => ({
    row: JSON.stringify({
      ...{ object: 'conversation', id: `conv_stranger_${i}`, model: 'mistral-small-latest' },
      ...{
        created_at: `2026-01-0${i + 1}T00:00:00.000000Z`,
        updated_at: `2026-01-0${i + 1}T00:00:01.000000Z`,
      },
    }),
    entries: [asked(`s${i}`, `What of the ${about}?`), answered(`t${i}`, 'It lasts.')],
    playground: i % 2 === 1,
  })),
}

/** One start in 4 and one append in 30 lose their response, done or not; often there is a rate limit, too. */
function lostResponses(random: Random): Fault[] {
  const effects: readonly (() => Effect)[] = [
    () => ({ kind: 'reset', when: 'after' }),
    () => ({ kind: 'cut-stream', events: random.below(3) }),
    () => ({ kind: 'stream-error', events: 1 + random.below(2) }),
    () => ({ kind: 'reset', when: 'before' }),
    () => ({ kind: 'answer', like: 'bad-gateway' }),
  ]
  const lose = (operation: 'startStream' | 'appendStream', oneIn: number, most: number): Fault[] =>
    Array.from({ length: most }, (_, i) => i + 1)
      .filter(() => random.below(oneIn) === 0)
      .map((nth) => {
        const then = effects[random.below(effects.length)]?.() ?? { kind: 'reset', when: 'after' }
        return { operation, nth, then }
      })
  const limit: Fault[] = random.below(2) === 0 ? [{ then: { kind: 'rps', limit: 150 } }] : []
  return [...lose('startStream', 4, 20), ...lose('appendStream', 30, 400), ...limit]
}

/** Runs the plan until another run could not copy any more. */
async function runToItsEnd(
  client: ConversationsClient,
  archive: Archive,
  { mode, tail, rebuild }: Combination,
  clock: SkippingClock,
): Promise<void> {
  const plan = await planReplay(client, archive, { ...options, mode, tail, rebuild })
  const secretOf = (name: string) => `secret of ${name}`
  const lock = lockArchive(archive.path, 'the torture')
  try {
    for (let runs = RUNS; runs > 0; runs--) {
      const run = { lock, settleSeconds: SETTLE, secretOf, clock }
      const { failed, pending, open } = await runReplay(client, archive, plan, run)
      if (failed + pending + open === 0) return
    }
  } finally {
    lock.release()
  }
}

/** The reasons why a listing proves nothing, so that a lost request stays uncertain, and the targets that have them. */
const unproven: readonly (readonly [RegExp, (target: Behaviour) => boolean])[] = [
  // Windows of so few rows sooner or later end at the same row, whatever their sizes, and none overlaps.
  [/^rows moved faster than they could be listed$/, ({ maxPageSize }) => maxPageSize < 7],
  // Every write moves a row.
  [/^the listing is not in order of creation$/, ({ order }) => order === 'updated-first'],
]

function mayBeUncertain(reason: string | null, behaviour: Behaviour): boolean {
  return unproven.some(([words, mayBe]) => words.test(reason ?? '') && mayBe(behaviour))
}

/** Compares every copy with its source; returns each that is neither certified nor blocked nor rightly uncertain. */
async function judge(
  client: ConversationsClient,
  archive: Archive,
  behaviour: Behaviour,
  tally: CombinationTally,
): Promise<string[]> {
  const wrong: string[] = []
  const copies = [...archive.replayCopies.all()]
  for (const { conversation, state, reason, planned } of copies) {
    const isPlanned = state === 'blocked' && (JSON.parse(planned) as PlannedConversation).blocks.length > 0
    const isRightlyUncertain = state === 'uncertain' && mayBeUncertain(reason, behaviour)
    if (isPlanned || isRightlyUncertain) count(tally, isPlanned ? 'blocked' : 'uncertain', reason)
    else if (state !== 'done') wrong.push(`${conversation} is ${state}: ${reason ?? ''}`)
  }
  for (const replayed of replayedConversations(archive, copies[0]?.target ?? 0)) {
    const { verdict, differences } = await certificateOf(client, archive, replayed)
    if (verdict === 'different') wrong.push(`${replayed.id} is different: ${JSON.stringify(differences)}`)
    else tally[verdict]++
  }
  const conversations = [...archive.conversations.ids({})].length
  if (copies.length !== conversations) wrong.push(`${copies.length} of ${conversations} were planned`)
  tally.conversations += conversations
  tally.lostResponses += copies
    .flatMap(({ id }) => archive.replayRequests.ofCopy(id))
    .filter(({ outcome }) => outcome !== 'done').length
  return wrong
}

function count(tally: CombinationTally, state: 'blocked' | 'uncertain', reason: string | null): void {
  tally[state]++
  const words = `${state}: ${(reason ?? '').replaceAll(/conv_\w+/g, 'conv_…')}`
  tally.reasons.set(words, (tally.reasons.get(words) ?? 0) + 1)
}

async function certificateOf(
  client: ConversationsClient,
  archive: Archive,
  { id, targetId, mode, planned, generated }: ReplayedConversation,
) {
  const stored = archive.conversations.read(id)
  if (stored === undefined) throw new Error(`${id} is no longer in the archive`)
  const { stamp, losses } = planned
  const source = sourceOf(archive, stored)
  return compareCopy(
    { mode, stamp, losses, source, generated: generated ?? undefined },
    await fetchCopy(client, targetId, {}),
  )
}

function arrivedTwice(sandbox: Sandbox): string[] {
  const account = sandbox.account(KEY)
  const stamps = new Set(account.ids.flatMap((id) => stampIn(account, id) ?? []))
  return [...stamps]
    .map((stamp) => account.ids.filter((id) => stampIn(account, id) === stamp))
    .filter((ids) => startsAmong(account, ids) > 1)
    .map((ids) => `one conversation was created more than once: ${ids.join(', ')}`)
}
