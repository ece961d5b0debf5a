import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { backup } from '../../src/backup/backup.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { look } from '../support/archives.ts'
import { hansard } from '../support/hansard.ts'
import { query } from '../support/query.ts'
import { world } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = (n: number) =>
  `{"object":"entry","type":"message.input","id":"msg_${n}","role":"user","content":"say ${n}"}`
const answer = (status: number, body: string) => ({ kind: 'answer', status, body }) as const
const stories = (count: number) => [generateConversations({ count, entries: 2, bytesPerEntry: 200, seed: 5 })]

describe('A response that is not a history', () => {
  it('is stored byte for byte', async () => {
    const { sandbox, archive, backup: run } = await world()
    const account = sandbox.account('source')
    const odd = account.create({ entries: [], createdAt: long })
    const broken = account.create({ entries: [entry(1)], createdAt: long })
    const body = '{"conversation_id":"é","entries":[]}'
    sandbox.faults.add({ operation: 'getHistory', id: odd, then: answer(200, body) })
    sandbox.faults.add({ operation: 'getHistory', id: broken, then: { kind: 'garble', how: 'utf8' } })
    expect(await run()).toMatchObject({ exitCode: 3, failed: 2 })
    const bodies = Object.fromEntries(
      query(archive, 'select conversation, body from failure').map((row) => [
        row['conversation'],
        row['body'] as Buffer,
      ]),
    )
    expect(bodies[odd]?.toString()).toBe(body)
    expect(bodies[broken]?.length).toBeGreaterThan(100)
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bodies[broken])).toThrow()
  }, 60_000)
})

describe('Messages that were not read', () => {
  it('are not a change, and the ones stored before stay', async () => {
    const { archive, backup: run } = await world({ stories: await loadStories(storiesDirectory) })
    await run()
    const revisions = look(archive, (it) => it.counts().revisions)
    expect(await run('--full', '--messages', 'none')).toMatchObject({ updated: 0, failed: 0 })
    expect(await run('--full')).toMatchObject({ updated: 0, failed: 0 })
    expect(look(archive, (it) => it.events.counts())).toEqual([{ kind: 'messages-differ', count: 1 }])
    expect(look(archive, (it) => it.counts().revisions)).toBe(revisions)
  })

  it('are compared and stored when a later run reads them', async () => {
    const { archive, backup: run } = await world({ stories: await loadStories(storiesDirectory) })
    await run('--messages', 'none')
    expect(look(archive, (it) => it.events.alerts())).toEqual([])
    expect(await run('--full')).toMatchObject({ updated: 1 })
    expect(look(archive, (it) => it.events.alerts())).toMatchObject([{ kind: 'messages-differ' }])
  })
})

describe('A row', () => {
  it('that changed creates a revision, even if the history did not change', async () => {
    const { sandbox, archive, backup: run } = await world()
    const row = (name: string, hour: number) =>
      `{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T0${hour}:00:00Z","name":"${name}","metadata":null}`
    sandbox.account('source').create({ row: row('before', 0), entries: [entry(1)] })
    await run()
    sandbox.account('source').replaceRow('conv_1', row('after', 1))
    expect(await run()).toMatchObject({ updated: 1 })
    expect(query(archive, 'select name, revisions from conversations')).toEqual([
      { name: 'after', revisions: 2 },
    ])
  })

  it('that never had metadata is not fetched in every run', async () => {
    const { sandbox, backup: run } = await world({
      behaviour: { listMetadata: 'absent', getMetadata: 'absent' },
    })
    const id = sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    await run()
    sandbox.account('source').appendTo(id, [entry(2)])
    const before = sandbox.requests.length
    expect(await run()).toMatchObject({ updated: 1 })
    expect(sandbox.requests.slice(before).map(({ operation }) => operation)).not.toContain('get')
  })

  it('without an id is not a failure once it was acknowledged', async () => {
    const { sandbox, archive, backup: run, run: command } = await world()
    sandbox.account('source').create({ row: '{"id":7,"created_at":"2025-01-01T00:00:00Z"}', entries: [] })
    expect(await run()).toMatchObject({ exitCode: 3, failed: 1, complete: true })
    const [failure] = look(archive, (it) => it.failures.open())
    expect(await command('ack', failure?.conversation ?? '')).toMatchObject({ exitCode: 0 })
    expect(await run()).toMatchObject({ exitCode: 0, listed: 1, failed: 0, unchanged: 1 })
    expect(await run()).toMatchObject({ exitCode: 0, listed: 1, failed: 0, unchanged: 1 })
  })

  it('with unknown fields is counted once, however often the conversation grows', async () => {
    const { sandbox, archive, backup: run } = await world()
    const row =
      '{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","metadata":null,"mood":"calm"}'
    sandbox.account('source').create({ row, entries: [entry(1)] })
    await run()
    sandbox.account('source').appendTo('conv_1', [entry(2)])
    await run()
    expect(look(archive, (it) => it.unknownShapes.all())).toMatchObject([
      { name: 'conversation.mood', times: 1 },
    ])
  })
})

describe('An agent', () => {
  it('without a version in the reference is stored at its current version, and again when that changes', async () => {
    const { sandbox, archive, backup: run } = await world()
    const account = sandbox.account('source')
    const agent = (version: number) =>
      `{"id":"ag_1","object":"agent","version":${version},"model":"m","name":"a","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}`
    account.addAgent(agent(0))
    const times = '"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"'
    account.create({ row: `{"id":"conv_1",${times},"agent_id":"ag_1","metadata":null}`, entries: [entry(1)] })
    await run()
    account.addAgent(agent(1))
    account.appendTo('conv_1', [entry(2)])
    await run()
    const kept = query(
      archive,
      `select version, json ->> '$.version' as of from dependencies where kind = 'agent' order by version`,
    )
    expect(kept).toEqual([
      { version: '', of: 1 },
      { version: '0', of: 0 },
      { version: '1', of: 1 },
    ])
  })
})

describe('An error that would affect all conversations', () => {
  it.each([
    ['a refused key', 401, '{"message":"Unauthorized","request_id":"r"}', 5],
    ['a required payment', 402, '{"detail":"payment required"}', 1],
  ])('stops the run at once: %s', async (_, status, body, exitCode) => {
    const { sandbox, archive } = await world({ stories: stories(300) })
    for (let nth = 30; nth < 300; nth++)
      sandbox.faults.add({ operation: 'getHistory', nth, then: answer(status, body) })
    const env = { MISTRAL_API_KEY: 'source', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
    expect(await hansard(['backup'], { env })).toMatchObject({ exitCode })
    expect(look(archive, (it) => it.runs.recent(1))).toMatchObject([
      { outcome: 'failed', complete: false, failed: 0 },
    ])
    const asked = sandbox.requests.filter(({ operation }) => operation === 'getHistory').length
    expect(asked).toBeLessThan(30 + 2 * 64) // of which 64 may have been in flight
  })

  it('is assumed after twenty failures in a row, not after nineteen', async () => {
    for (const [count, stops] of [
      [19, false],
      [20, true],
    ] as const) {
      const { sandbox, archive } = await world({ stories: stories(count) })
      sandbox.faults.add({ operation: 'getHistory', then: answer(503, '{"detail":"down"}') })
      const client = new ConversationsClient({
        apiKey: 'source',
        baseUrl: sandbox.url,
        retry: { attempts: 1 },
      })
      const store = openArchive(archive, { mode: 'create' })
      const end = await backup(client, store).catch((thrown: unknown) => thrown)
      expect(end).toMatchObject(stops ? { code: 'service-failed' } : { outcome: 'partial', failed: 19 })
      store.close()
      await client.close()
    }
  })
})

it('A run that fails counts what it has stored: twenty conversations without readable messages', async () => {
  const { sandbox, archive } = await world({ stories: stories(20) })
  sandbox.faults.add({ operation: 'getMessages', then: answer(503, '{"detail":"down"}') })
  const retry = { attempts: 1 }
  const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url, retry })
  onTestFinished(() => client.close())
  const store = openArchive(archive, { mode: 'create' })
  onTestFinished(() => store.close())
  await expect(backup(client, store)).rejects.toMatchObject({ code: 'service-failed' })
  expect(store.conversations.count()).toBe(20)
  expect(store.runs.recent(1)).toMatchObject([{ outcome: 'failed', listed: 20, failed: 20 }])
})

describe('The fifth of the archive that may be marked gone at once', () => {
  it('is a fifth of those that still exist', async () => {
    const { sandbox, backup: run } = await world({ stories: stories(12) })
    const account = sandbox.account('source')
    await run()
    for (const id of account.ids.slice(0, 4)) account.remove(id)
    expect(await run('--accept-gone')).toMatchObject({ gone: 4 })
    for (const id of account.ids.slice(0, 2)) account.remove(id)
    expect(await run()).toMatchObject({
      exitCode: 3,
      gone: 0,
      reason: expect.stringContaining('2 of 8') as string,
    })
  })

  it('does not include conversations without a clear response', async () => {
    const { sandbox, archive, backup: run } = await world({ stories: stories(12) })
    await run()
    const [id = ''] = sandbox.account('source').ids
    sandbox.account('source').remove(id)
    sandbox.faults.add({ operation: 'get', id, then: answer(400, '{"detail":"no"}') })
    expect(await run()).toMatchObject({
      exitCode: 3,
      gone: 0,
      complete: true,
      reason: expect.stringContaining('could not look up') as string,
    })
    expect(look(archive, (it) => it.counts())).toMatchObject({ gone: 0 })
    sandbox.faults.clear()
    expect(await run()).toMatchObject({ exitCode: 0, gone: 1 })
  })
})

describe('A failed conversation that a retry stores', () => {
  it('is counted even if the listing did not contain it, which then is not complete', async () => {
    const { sandbox, backup: run } = await world({ stories: stories(12) })
    const id = sandbox.account('source').ids[4] ?? ''
    sandbox.faults.add({ operation: 'getHistory', id, then: answer(400, '{"detail":"no"}') })
    expect(await run()).toMatchObject({ new: 11, failed: 1 })
    sandbox.faults.clear()
    sandbox.faults.add({ operation: 'list', then: { kind: 'rows', drop: 4 } })
    expect(await run()).toMatchObject({ exitCode: 3, listed: 12, new: 1, unchanged: 11, complete: false })
  })
})
