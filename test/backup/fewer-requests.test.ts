import { createHash } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import type { Effect } from '../../src/sandbox/faults/fault.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import { change } from '../support/damaged-archives.ts'
import { query } from '../support/query.ts'
import { world, type World } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = '{"type":"message.input","id":"msg_1","content":"hi"}'
const refusal: Effect = { kind: 'answer', status: 422, body: '{"detail":"not like this"}' }

/** An account with so many conversations of one entry. */
async function worldOf(count: number, behaviour: Partial<Behaviour> = {}): Promise<World> {
  const stories = [generateConversations({ count, entries: 1, bytesPerEntry: 20, seed: 5 })]
  return await world({ stories, behaviour })
}

/** Backs up and returns the result, and the requests of this run by kind. */
async function backUp(here: World, ...args: string[]) {
  const before = here.sandbox.requests.length
  const result = await here.backup(...args)
  const requests = here.sandbox.requests.slice(before)
  const kinds = result['requests_by_kind'] as Readonly<Record<string, number>>
  return { result, kinds, requests, sizes: pageSizes(requests) }
}

function pageSizes(requests: World['sandbox']['requests']): number[] {
  return requests
    .filter(({ operation }) => operation === 'list')
    .map(({ query }) => Number(new URLSearchParams(query).get('page_size')))
}

const facts = ({ archive }: World) =>
  Object.fromEntries(
    query(archive, 'select name, value from service_fact').map(({ name, value }) => [name, value]),
  )

const idsOf = ({ sandbox }: World) => sandbox.account('source').ids

/** Whether a conversation is of the hundredth whose rows are read: the hash of its id says so. */
const isSampled = (id: string) => createHash('sha256').update(id).digest().readUInt32BE(0) < 2 ** 32 / 100

/** Gives all conversations metadata, without a change of `updated_at`. */
function addMetadata({ sandbox }: World): void {
  const account = sandbox.account('source')
  for (const id of account.ids) {
    const row = JSON.parse(account.row(id) ?? '') as object
    account.replaceRow(id, JSON.stringify({ ...row, metadata: { a: 'b' } }))
  }
}

describe('The page size of the listing', () => {
  it.each(['clamp', 'refuse'] as const)('is found once and remembered: %s', async (pageSizeOverMax) => {
    const here = await worldOf(250, { pageSizeOverMax })
    const first = await backUp(here)
    expect(first.result).toMatchObject({ exitCode: 0, complete: true, new: 250 })
    expect(Math.max(...first.sizes)).toBe(1000)
    expect(facts(here)).toMatchObject({ page_size: 100 })
    const second = await backUp(here)
    expect(second.result).toMatchObject({ exitCode: 0, complete: true, unchanged: 250 })
    expect(Math.max(...second.sizes)).toBe(100)
    expect(second.requests.length).toBeLessThanOrEqual(1.3 * 3 + 5)
    expect((await here.run('verify', '--remote')).exitCode).toBe(0)
  })

  it('is not remembered if the account has too few conversations to tell', async () => {
    const here = await worldOf(80)
    expect((await backUp(here)).result).toMatchObject({ complete: true, new: 80 })
    expect(facts(here)).not.toHaveProperty('page_size')
  })

  it('that was granted and is later refused is given up, also in the middle of the listing', async () => {
    const here = await worldOf(2500, { maxPageSize: 1000 })
    await backUp(here, '--messages', 'none')
    expect(facts(here)).toMatchObject({ page_size: 1000 })
    here.sandbox.faults.add({ operation: 'list', nth: 2, then: refusal })
    const { result, sizes } = await backUp(here)
    expect(result).toMatchObject({ exitCode: 0, complete: true, unchanged: 2500 })
    expect(sizes.slice(0, 3)).toEqual([1000, 950, 500])
  })

  it('is the one that --page-size says', async () => {
    const here = await worldOf(60)
    expect(Math.max(...(await backUp(here, '--page-size', '20')).sizes)).toBe(20)
  })
})

describe('The requests of a run', () => {
  it('are counted by kind, in the result and in the archive', async () => {
    const here = await worldOf(30)
    const { kinds, result } = await backUp(here)
    expect(kinds).toMatchObject({ getHistory: 30, getMessages: 30 })
    expect(Object.values(kinds).reduce((sum, count) => sum + count, 0)).toBe(result['requests'])
    expect((await here.run('runs', '1')).stdout).toContain('30 getHistory')
    const { stdout } = await here.run('runs', '1', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ requests_by_kind: kinds, compared: 30 })
  })
})

describe('backup --messages sample', () => {
  it('compares the messages of the first conversations and of a few others, and says of how many', async () => {
    const here = await worldOf(700)
    const { kinds, result } = await backUp(here, '--messages', 'sample')
    expect(result).toMatchObject({ exitCode: 0, new: 700, compared: kinds['getMessages'] })
    expect(kinds['getMessages']).toBeGreaterThanOrEqual(20 + 2)
    expect(kinds['getMessages']).toBeLessThan(20 + 64 + 40)
    const said = `messages of ${kinds['getMessages']} of 700 compared`
    expect((await here.run('status')).stdout).toContain(said)
  })

  it('compares all of the others once messages differ, in this run and later', async () => {
    const here = await worldOf(300)
    const [id = ''] = idsOf(here)
    const other = `{"object":"conversation.messages","conversation_id":"${id}","messages":[]}`
    here.sandbox.faults.add({
      operation: 'getMessages',
      id,
      then: { kind: 'answer', status: 200, body: other },
    })
    const { result } = await backUp(here, '--messages', 'sample', '--concurrency', '2')
    expect(result['compared']).toBeGreaterThan(250)
    here.sandbox.account('source').create({ entries: [entry], createdAt: long })
    expect((await backUp(here, '--messages', 'sample', '--full')).result).toMatchObject({ compared: 301 })
  })

  it('compares none with none', async () => {
    const { kinds, result } = await backUp(await worldOf(30), '--messages', 'none')
    expect(kinds).not.toHaveProperty('getMessages')
    expect(result).toMatchObject({ exitCode: 0, compared: 0 })
  })
})

describe('A listing without metadata', () => {
  it('is completed with get only for a sample, once get has had no more for 50 in a row', async () => {
    const here = await worldOf(400, { listMetadata: 'absent', getMetadata: 'absent' })
    const first = await backUp(here)
    expect(first.result).toMatchObject({ exitCode: 0, new: 400 })
    expect(first.kinds['get']).toBeGreaterThanOrEqual(50)
    expect(first.kinds['get']).toBeLessThan(50 + 64 + 20)
    expect(facts(here)).toMatchObject({ rows_skipped: 1, rows_in_vain: first.kinds['get'] })
    expect((await backUp(here, '--full')).kinds['get']).toBe(undefined)
  })

  it('is completed with get for every conversation as long as get has more', async () => {
    const here = await worldOf(100, { listMetadata: 'absent' })
    addMetadata(here)
    expect((await backUp(here)).kinds['get']).toBe(100)
    expect(facts(here)).toMatchObject({ rows_in_vain: 0 })
  })

  it('is made up for by the next run, if get turns out to have more for one that was read', async () => {
    const here = await world({ behaviour: { listMetadata: 'absent' } })
    const account = here.sandbox.account('source')
    const create = () => account.create({ entries: [entry], createdAt: long })
    for (let i = 0; i < 300; i++) create()
    expect((await backUp(here)).result).toMatchObject({ exitCode: 0, new: 300 })
    const skipped = query(here.archive, 'select id from conversations where metadata is null')
    expect(skipped).toHaveLength(300)

    // All have metadata, as if they always had; then new ones come, until one is of the hundredth that is read.
    const added = [create()]
    while (!isSampled(added.at(-1) ?? '')) added.push(create())
    addMetadata(here)
    const second = await backUp(here)
    expect(second.result).toMatchObject({ exitCode: 3, new: added.length, complete: true })
    expect(second.result['reason']).toContain('the next run does')
    expect((await backUp(here)).result).toMatchObject({ exitCode: 0, failed: 0 })
    expect(query(here.archive, 'select count(*) as n from conversations where metadata is null')).toEqual([
      { n: 0 },
    ])
    expect((await backUp(here)).kinds['get']).toBe(undefined)
  })
})

describe('The rate that a service accepts', () => {
  it('is remembered', async () => {
    const here = await worldOf(60)
    here.sandbox.faults.add({ then: { kind: 'rps', limit: 40 } })
    expect((await backUp(here)).result).toMatchObject({ exitCode: 0, complete: true })
    expect(facts(here)['requests_per_second']).toBeGreaterThan(10)
  })

  it('is kept to from the first request of the next run', async () => {
    const here = await worldOf(30)
    await backUp(here)
    change(
      here.archive,
      `insert into service_fact values ('${here.sandbox.url}', 'requests_per_second', 20, '${new Date().toISOString()}')`,
    )
    const { result, requests } = await backUp(here, '--full')
    expect(result).toMatchObject({ exitCode: 0, complete: true })
    expect(requests.length).toBeGreaterThan(60)
    expect(result['seconds']).toBeGreaterThan(2)
  })
})
