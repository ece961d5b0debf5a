import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { replayedConversations } from '../../src/replay/replayed-conversations.ts'
import { verifyCopies, type Verified, type VerifyOptions } from '../../src/replay/verify-copies.ts'
import { replayWorld, type ReplayWorld } from '../support/replay-world.ts'
import { someTalks, talksOf } from '../support/talks.ts'

async function replayed(count: number, ...options: string[]): Promise<ReplayWorld> {
  const here = await replayWorld({ stories: [talksOf(someTalks(count))] })
  await here.replay('run', '--yes', '--settle', '0', ...options)
  return here
}

/** Verifies the copies, and returns how many got each verdict, and the result of each. */
async function verified(here: ReplayWorld, options: VerifyOptions = {}) {
  const results: Verified[] = []
  const onVerified = (one: Verified) => void results.push(one)
  return { counts: await verifyCopies(here.target, here.opened, { ...options, onVerified }), results }
}

function change({ archive }: ReplayWorld, sql: string): void {
  const db = new Database(archive)
  db.exec(sql)
  db.close()
}

const four = { identical: 0, equivalent: 4, different: 0, notCompared: 0 }

describe('Copies that are verified', () => {
  it('are all compared, each with the id and the name of its source', async () => {
    const here = await replayed(4)
    const { counts, results } = await verified(here)
    expect(counts).toEqual(four)
    const named = results.map(({ id, name, result }) => [id, name, 'certificate' in result])
    expect(named.sort()).toEqual([0, 1, 2, 3].map((i) => [`conv_${i}`, `talk ${i}`, true]))
  })

  it('get certificates that say what was compared, and when', async () => {
    const here = await replayed(2, '--label', 'spring', '--mode', 'turns', '--rebuild', 'quiet')
    const before = Date.now()
    const { results } = await verified(here)
    for (const { id, targetId, result } of results) {
      const certificate = 'certificate' in result ? result.certificate : undefined
      expect(certificate).toMatchObject({
        kind: 'hansard replay certificate',
        version: expect.any(Number) as number,
        ...{ id, targetId, mode: 'turns', label: 'spring' },
      })
      expect(certificate?.revision).toMatch(/^[0-9a-f]{16,}$/)
      expect(Date.parse(certificate?.checkedAt ?? '')).toBeGreaterThanOrEqual(before)
    }
    expect(results).toHaveLength(2)
  })

  it('give back the memory of each, so that many fit into a small budget', async () => {
    const here = await replayed(4)
    const client = new ConversationsClient({ apiKey: 'other', baseUrl: here.sandbox.url, bodyBudgetBytes: 1 })
    onTestFinished(() => client.close())
    expect(await verifyCopies(client, here.opened, { concurrency: 1 })).toEqual(four)
  })

  it('can be those of some conversations, or of a label', async () => {
    const here = await replayed(4, '--label', 'spring')
    expect((await verified(here, { ids: ['conv_1', 'conv_3'] })).results).toHaveLength(2)
    expect((await verified(here, { label: 'spring' })).counts).toEqual(four)
    expect((await verified(here, { label: 'autumn' })).results).toEqual([])
  })

  it('are compared although the archive has lost what one of them was made from', async () => {
    const here = await replayed(4)
    change(here, `update replay_copy set revision = 'another' where conversation = 'conv_2'`)
    const { counts, results } = await verified(here)
    expect(counts).toEqual({ ...four, equivalent: 3, notCompared: 1 })
    expect(results.find(({ id }) => id === 'conv_2')?.result).toEqual({
      error: 'The archive no longer has the revision that was replayed',
    })
  })

  it('are compared although one of them cannot be read', async () => {
    const here = await replayed(4)
    const [{ targetId } = { targetId: '' }] = [...replayedConversations(here.opened, 1)]
    const then = { kind: 'answer', status: 422, body: '{"detail":"It cannot be loaded."}' } as const
    here.sandbox.faults.add({ operation: 'getHistory', id: targetId, then })
    expect((await verified(here)).counts).toEqual({ ...four, equivalent: 3, notCompared: 1 })
  })

  it('end with the first error that concerns all of them', async () => {
    const here = await replayed(4)
    here.sandbox.faults.add({ operation: 'getHistory', then: { kind: 'answer', like: 'key-refused' } })
    await expect(verified(here)).rejects.toMatchObject({ code: 'key-refused' })
    expect(here.sandbox.requests.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(4)
  })

  it('end when they are interrupted, before or while one is read', async () => {
    const here = await replayed(4)
    await expect(verified(here, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    })
    here.sandbox.faults.add({ operation: 'getHistory', then: { kind: 'stall', at: 'head' } })
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    await expect(verified(here, { signal: stop.signal })).rejects.toMatchObject({ code: 'interrupted' })
  })
})

describe('A conversation that was replayed', () => {
  it('has the entries that its target generated, of the requests that were done or found', async () => {
    const here = await replayed(2)
    const [first, second] = [...replayedConversations(here.opened, 1)]
    expect(first?.generated).toHaveLength(1)
    expect(second?.generated).toHaveLength(1)
    change(
      here,
      `update replay_request set outcome = 'found' where id = (select min(id) from replay_request)`,
    )
    expect([...replayedConversations(here.opened, 1)].map(({ generated }) => generated)).toEqual([
      first?.generated,
      second?.generated,
    ])
    change(here, `update replay_request set outcome = 'unsent'`)
    expect([...replayedConversations(here.opened, 1)].map(({ generated }) => generated)).toEqual([null, null])
  })

  it('is left out if its copy is not known', async () => {
    const here = await replayed(2)
    change(here, `update replay_copy set target_id = null where conversation = 'conv_0'`)
    expect([...replayedConversations(here.opened, 1)].map(({ id }) => id)).toEqual(['conv_1'])
  })
})
