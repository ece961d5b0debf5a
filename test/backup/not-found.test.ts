import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { verifyArchive } from '../../src/archive/integrity/verify-archive.ts'
import { backup } from '../../src/backup/backup.ts'
import { world, type World } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = (n: number) => `{"type":"message.input","id":"msg_${n}","content":"say ${n}"}`
const notFound = { kind: 'answer', status: 404, body: '{"detail":"Not found"}' } as const
const gatewayBody = '{"message":"no Route matched with those values","request_id":"r-1"}'
const noRoute = { kind: 'answer', status: 404, body: gatewayBody } as const

/** Returns an account with this many conversations. */
async function worldOf(count: number): Promise<World & { ids: readonly string[] }> {
  const here = await world()
  const account = here.sandbox.account('source')
  for (let n = 0; n < count; n++) account.create({ entries: [entry(n)], createdAt: long })
  return { ...here, ids: account.ids }
}

function look<T>({ archive: path }: World, work: (archive: Archive) => T): T {
  const archive = openArchive(path)
  try {
    return work(archive)
  } finally {
    archive.close()
  }
}

const held = (here: World) => look(here, (it) => it.conversations.count())
const steps = (here: World) => look(here, (it) => it.failures.open().map(({ step }) => step))

describe('A history that is not found although the conversation exists', () => {
  it.each([notFound, noRoute])('is a failure in each run until it can be read: %j', async (then) => {
    const here = await worldOf(3)
    const [id = ''] = here.ids
    here.sandbox.faults.add({ operation: 'getHistory', id, then })
    for (let night = 1; night <= 2; night++) {
      expect(await here.backup()).toMatchObject({ exitCode: 3, listed: 3, failed: 1, vanished: 0 })
      expect(await here.backup('--id', id)).toMatchObject({ exitCode: 3, failed: 1, vanished: 0 })
    }
    expect([held(here), steps(here)]).toEqual([2, ['history']])
    here.sandbox.faults.clear()
    expect(await here.backup()).toMatchObject({ exitCode: 0, new: 1, failed: 0 })
  })

  it('does not mark the conversation as gone, even if it was archived before', async () => {
    const here = await worldOf(3)
    await here.backup()
    const [id = ''] = here.ids
    here.sandbox.faults.add({ operation: 'getHistory', id, then: notFound })
    expect(await here.backup('--full')).toMatchObject({ exitCode: 3, failed: 1, unchanged: 2, gone: 0 })
    expect(look(here, (it) => it.counts().gone)).toBe(0)
    const { exitCode, stdout } = await here.run('verify', '--remote')
    expect([exitCode, stdout]).toEqual([
      3,
      expect.stringContaining(`  ${id}: The API returns 404 for its history`),
    ])
  })

  it('of all conversations makes the run fail for each', async () => {
    const here = await worldOf(30)
    for (const operation of ['getHistory', 'getMessages'] as const)
      here.sandbox.faults.add({ operation, then: noRoute })
    for (let night = 1; night <= 2; night++)
      expect(await here.backup()).toMatchObject({ exitCode: 3, failed: 30, vanished: 0 })
    here.sandbox.faults.clear()
    expect(await here.backup()).toMatchObject({ exitCode: 0, new: 30 })
  })
})

describe('Messages that cannot be read', () => {
  const bad = [
    notFound,
    noRoute,
    { kind: 'answer', status: 400, body: '{"detail":"no"}' },
    { kind: 'answer', status: 200, body: 'null' },
    { kind: 'answer', status: 200, body: '{"conversation_id":"another","messages":[]}' },
    { kind: 'answer', status: 410, body: '<html>Gone</html>' },
  ] as const

  it.each(bad)('do not prevent storing the history: %j', async (then) => {
    const here = await worldOf(3)
    const [id = ''] = here.ids
    here.sandbox.faults.add({ operation: 'getMessages', id, then })
    expect(await here.backup()).toMatchObject({ exitCode: 3, listed: 3, new: 2, failed: 1, complete: true })
    expect([held(here), steps(here)]).toEqual([3, ['messages']])
    expect([...verifyArchive(here.archive)].filter((step) => 'finding' in step)).toEqual([])
    here.sandbox.faults.clear()
    expect(await here.backup()).toMatchObject({ exitCode: 0, unchanged: 3, failed: 0 })
    expect(steps(here)).toEqual([])
  })

  it('do not prevent storing later entries, even if they fail in each run', async () => {
    const here = await worldOf(1)
    const [id = ''] = here.ids
    here.sandbox.faults.add({ operation: 'getMessages', id, then: notFound })
    for (let night = 1; night <= 7; night++) {
      here.sandbox.account('source').appendTo(id, [entry(night)])
      expect(await here.backup()).toMatchObject({ exitCode: 3, failed: 1 })
      expect(look(here, (it) => it.conversations.read(id)?.length)).toBe(1 + night)
    }
    expect(await here.run('ack', id)).toMatchObject({ exitCode: 0 })
    here.sandbox.account('source').appendTo(id, [entry(8)])
    expect(await here.backup()).toMatchObject({ exitCode: 0, updated: 1, failed: 0 })
  })

  it('remain a failure if a run does not read messages', async () => {
    const here = await worldOf(1)
    here.sandbox.faults.add({ operation: 'getMessages', times: 1, then: notFound })
    expect(await here.backup()).toMatchObject({ exitCode: 3 })
    await here.backup('--messages', 'none')
    expect(steps(here)).toEqual(['messages'])
    expect(await here.backup()).toMatchObject({ exitCode: 0 })
    expect(steps(here)).toEqual([])
  })
})

describe('A listed conversation that get does not find', () => {
  const gone = (here: World, id: string) => {
    for (const operation of ['get', 'getHistory'] as const)
      here.sandbox.faults.add({ operation, id, then: notFound })
  }

  it('counts as deleted in between once; the second time it is a failure', async () => {
    const here = await worldOf(9)
    const [id = ''] = here.ids
    gone(here, id)
    expect(await here.backup()).toMatchObject({ exitCode: 0, new: 8, vanished: 1 })
    for (let night = 2; night <= 3; night++)
      expect(await here.backup()).toMatchObject({ exitCode: 3, listed: 9, failed: 1, vanished: 0 })
    expect((await here.run('status')).stdout).toContain('The API returns 404, as in run 1')
    here.sandbox.account('source').remove(id)
    expect(await here.backup()).toMatchObject({ exitCode: 0, listed: 8, failed: 0 })
    expect(steps(here)).toEqual([])
  })

  it('makes the run partial if there are many at once', async () => {
    const here = await worldOf(10)
    for (const id of here.ids.slice(0, 3)) gone(here, id)
    expect(await here.backup()).toMatchObject({
      ...{ exitCode: 3, new: 7, vanished: 3 },
      reason: 'the API returns 404 for 3 of 10 conversations, though it lists them',
    })
  })

  it('is a failure if the 404 is that of a gateway, and nothing is marked gone', async () => {
    const here = await worldOf(9)
    const [id = ''] = here.ids
    await here.backup()
    here.sandbox.account('source').remove(id)
    here.sandbox.faults.add({ operation: 'get', id, then: noRoute })
    expect(await here.backup()).toMatchObject({ exitCode: 3, gone: 0, listed: 8 })
    here.sandbox.faults.clear()
    expect(await here.backup()).toMatchObject({ exitCode: 0, gone: 1 })
  })

  it('does not count as existing if get returns another conversation', async () => {
    const here = await worldOf(9)
    const [id = '', other = ''] = here.ids
    await here.backup()
    const body = here.sandbox.account('source').row(other) ?? ''
    here.sandbox.account('source').remove(id)
    here.sandbox.faults.add({ operation: 'get', id, then: { kind: 'answer', status: 200, body } })
    expect(await here.backup()).toMatchObject({
      ...{ exitCode: 3, gone: 0, complete: true },
      reason: expect.stringContaining('could not look up') as string,
    })
  })
})

describe('Conversations that fail in every run', () => {
  it('do not prevent fetching the others, however many fail', async () => {
    const here = await worldOf(30)
    const then = { kind: 'answer', status: 503, body: '{}' } as const
    for (const id of here.ids) here.sandbox.faults.add({ operation: 'getHistory', id, then })
    here.sandbox.account('source').create({ entries: [entry(99)], createdAt: new Date('2025-01-01') })
    const client = new ConversationsClient({
      apiKey: 'source',
      baseUrl: here.sandbox.url,
      retry: { attempts: 1 },
    })
    const archive = openArchive(here.archive, { mode: 'create' })
    onTestFinished(async () => {
      archive.close()
      await client.close()
    })
    await expect(backup(client, archive)).rejects.toMatchObject({ code: 'service-failed' })
    await backup(client, archive).catch(() => undefined)
    expect(await backup(client, archive)).toMatchObject({ outcome: 'partial', listed: 31, failed: 30 })
    expect(archive.conversations.count()).toBe(1)

    const down = { operation: 'list', then } as const
    here.sandbox.faults.add(down)
    await expect(backup(client, archive)).rejects.toMatchObject({ code: 'service-failed' })
    expect(archive.runs.recent(1)[0]?.failed).toBeLessThan(30)
  })
})

describe('A key that is refused for one conversation only', () => {
  const refused = {
    kind: 'answer',
    status: 401,
    body: '{"message":"Unauthorized","request_id":"r"}',
  } as const
  const bill = { kind: 'answer', status: 402, body: '{"detail":"payment required"}' } as const

  it.each([
    ['getHistory', refused, 4],
    ['getHistory', bill, 4],
    ['getMessages', refused, 5],
  ] as const)(
    'is one failure in each run, and the others are stored: %s',
    async (operation, then, stored) => {
      const here = await worldOf(5)
      const [, id = ''] = here.ids
      here.sandbox.faults.add({ operation, id, then })
      for (let night = 1; night <= 2; night++)
        expect(await here.backup()).toMatchObject({ exitCode: 3, listed: 5, failed: 1, complete: true })
      expect(held(here)).toBe(stored)
      const [failure] = look(here, (it) => it.failures.open())
      expect(failure).toMatchObject({ conversation: id, code: 'request-refused' })
      expect(failure?.message).toContain('For this conversation only: ')
    },
  )

  it('is recognized even if there is no other conversation', async () => {
    const here = await worldOf(1)
    here.sandbox.faults.add({ operation: 'getHistory', then: refused })
    expect(await here.backup()).toMatchObject({ exitCode: 3, listed: 1, failed: 1 })
  })

  it('ends the run if the others are refused too', async () => {
    const here = await worldOf(5)
    here.sandbox.faults.add({ operation: 'getHistory', then: refused })
    expect((await here.run('backup')).exitCode).toBe(5)
  })
})

it('A run for one conversation that does not exist is partial', async () => {
  const here = await worldOf(2)
  const [id = ''] = here.ids
  const asked = await here.run('backup', '--id', 'conv_nobody')
  expect([asked.exitCode, asked.stdout]).toEqual([3, expect.stringContaining('404 for 1 of 1 conversation,')])
  expect(await here.backup('--id', id, '--id', 'conv_other')).toMatchObject({
    exitCode: 0,
    new: 1,
    vanished: 1,
  })
})
