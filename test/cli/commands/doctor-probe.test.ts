import { describe, expect, it } from 'vitest'

import { exitCodes } from '../../../src/cli/exit-codes.ts'
import type { Behaviour } from '../../../src/sandbox/behaviour.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { query } from '../../support/query.ts'
import { SkippingClock } from '../../support/skipping-clock.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { world, type World } from '../../support/world.ts'

interface Result {
  readonly problems: number
  readonly diagnoses: readonly { readonly about: string; readonly what: string }[]
  readonly probe: Readonly<Record<string, unknown>> | null
}

const COUNT = 130

/** An account of 130 conversations that is backed up, and then has ten new ones. */
async function account(behaviour: Partial<Behaviour>): Promise<World> {
  const story = talksOf(someTalks(COUNT + 10))
  // Times that go beyond an hour, so that the order of creation is that of the numbers.
  const conversations = story.conversations.map((each, i) => ({
    ...each,
    row: each.row.replaceAll(
      /2026-03-01T10:\d+/g,
      `2026-03-${String(1 + Math.floor(i / 10)).padStart(2, '0')}T1${i % 10}:00`,
    ),
  }))
  const there = await world({ stories: [{ ...story, conversations }], behaviour })
  const source = there.sandbox.account('source')
  const late = conversations.slice(COUNT)
  for (const { row } of late) source.remove((JSON.parse(row) as { id: string }).id)
  await there.backup()
  for (const { entries } of late) source.create({ entries })
  return there
}

async function probe(there: World): Promise<Result> {
  const args = ['doctor', '--probe', '--yes', '--json', '--quiet']
  const { stdout, stderr, exitCode } = await hansard(args, { env: there.env, clock: new SkippingClock() })
  expect([exitCode, stderr]).toEqual([0, ''])
  return (expectSchema('doctor', stdout) as [Result])[0]
}

/** The operations that a command requests. */
async function requestsOf({ sandbox, env }: World, ...args: string[]): Promise<World['sandbox']['requests']> {
  const before = sandbox.requests.length
  const target = { MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: sandbox.url }
  const { exitCode } = await hansard(args, { env: { ...env, ...target } })
  expect([exitCodes.done, exitCodes.partial]).toContain(exitCode)
  return sandbox.requests.slice(before)
}

const operations = (requests: World['sandbox']['requests'], name: string) =>
  requests.filter(({ operation }) => operation === name)

/** Two services that differ in everything that a probe learns, and a third in between. */
const generous: Partial<Behaviour> = {
  ...{ maxPageSize: 100, pageSizeOverMax: 'clamp', order: 'newest-first', listMetadata: 'present' },
  ...{ getMetadata: 'present', metadataFilter: 'works', trailingAssistant: 'accept' },
}
const meagre: Partial<Behaviour> = {
  ...{ maxPageSize: 50, pageSizeOverMax: 'refuse', order: 'oldest-first', listMetadata: 'absent' },
  ...{ getMetadata: 'absent', metadataFilter: 'finds-nothing', trailingAssistant: 'refuse' },
}
const mixed: Partial<Behaviour> = {
  ...{ maxPageSize: 20, pageSizeOverMax: 'clamp', order: 'updated-first', listMetadata: 'absent' },
  ...{ getMetadata: 'present', metadataFilter: 'ignored', trailingAssistant: 'answer' },
}

describe('hansard doctor --probe', () => {
  it('learns how a generous service behaves, and the next backup asks for nothing in vain', async () => {
    const there = await account(generous)
    const ids = there.sandbox.account('source').ids
    const { probe: learnt, problems } = await probe(there)
    expect(problems).toBe(0)
    expect(learnt).toEqual({
      ...{ page_size: 100, order: 'newest-first', get_has_more: false, metadata_in_get: true },
      ...{ metadata_in_list: true, metadata_filter: 'works', messages_are_history: true },
      trailing_answer: 'stored',
    })
    expect(there.sandbox.account('source').ids).toEqual(ids)
    const requests = await requestsOf(there, 'backup', '--messages', 'sample')
    expect(operations(requests, 'getHistory')).toHaveLength(10)
    expect(operations(requests, 'get').length).toBeLessThan(2)
    expect(operations(requests, 'getMessages').length).toBeLessThan(3)
  })

  it('learns how a meagre service behaves, and the next backup and replay keep to it', async () => {
    const there = await account(meagre)
    const { probe: learnt } = await probe(there)
    expect(learnt).toEqual({
      ...{ page_size: 50, order: 'oldest-first', get_has_more: null, metadata_in_get: false },
      ...{ metadata_in_list: null, metadata_filter: 'finds-nothing', messages_are_history: true },
      trailing_answer: 'refused',
    })
    const backup = await requestsOf(there, 'backup')
    expect(operations(backup, 'list').map(({ status }) => status)).not.toContain(422)
    const replay = await requestsOf(there, 'replay', 'run', '--yes', '--id', 'conv_1', 'conv_2')
    const bodies = there.sandbox
      .account('other')
      .ids.map((id) => there.sandbox.account('other').row(id) ?? '')
    expect(bodies).toHaveLength(2)
    for (const row of bodies) expect(row).toContain('[hansard_replay ')
    expect(operations(replay, 'list').some(({ path }) => path.includes('metadata='))).toBe(false)
  })

  it('learns what is in between, and the next backup reads each row with get', async () => {
    const there = await account(mixed)
    const source = there.sandbox.account('source')
    source.appendTo('conv_5', source.entries('conv_1') ?? [])
    const { probe: learnt } = await probe(there)
    expect(learnt).toEqual({
      ...{ page_size: 20, order: 'last-changed-first', get_has_more: true, metadata_in_get: true },
      ...{ metadata_in_list: false, metadata_filter: 'ignored', messages_are_history: true },
      trailing_answer: 'answered',
    })
    for (let n = 0; n < 60; n++) source.create({ entries: source.entries('conv_1') ?? [] })
    // The new ones, and those that the first backup stored as listed. A listing in this order cannot be proven complete.
    expect(operations(await requestsOf(there, 'backup'), 'get').length).toBeGreaterThan(COUNT + 50)
  })

  it('asks before it touches the account, and not without an archive', async () => {
    const there = await account(generous)
    const before = there.sandbox.requests.length
    const refused = await there.run('doctor', '--probe')
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('pass --yes if it may')])
    expect(there.sandbox.requests.length).toBe(before)
    const env = { ...there.env, HANSARD_ARCHIVE: `${there.folder}/none.db` }
    const none = await hansard(['doctor', '--probe', '--yes'], { env })
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining('There is no archive at')])
    expect(there.sandbox.requests.length).toBe(before)
  })

  it('leaves nothing in the account when a request fails, or when the response to its start is lost', async () => {
    const failing = [
      { operation: 'getHistory', then: { kind: 'answer', status: 400, body: '{"detail":"no"}' } },
      { operation: 'start', then: { kind: 'reset', when: 'after' } },
      { operation: 'start', then: { kind: 'answer', like: 'payment-required' } },
    ] as const
    for (const fault of failing) {
      const there = await account({ trailingAssistant: 'answer' })
      const ids = there.sandbox.account('source').ids
      there.sandbox.faults.add(fault)
      const { exitCode, stdout } = await there.run('doctor', '--probe', '--yes')
      expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^PROBLEM {2}probe: .+/m)])
      expect(there.sandbox.account('source').ids).toEqual(ids)
      expect(query(there.archive, `select * from service_fact where name = 'metadata_in_get'`)).toEqual([])
    }
  })

  it('names the conversation that it could not delete', async () => {
    const there = await account({})
    there.sandbox.faults.add({ operation: 'delete', then: { kind: 'answer', status: 403, body: '{}' } })
    const { exitCode, stdout } = await there.run('doctor', '--probe', '--yes')
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(/could not be deleted\n +hint: Delete it with `hansard api delete conv_\w+`/),
    ])
  })
})
