import { describe, expect, it, onTestFinished } from 'vitest'

import type { ClientOptions } from '../../src/api/client-options.ts'
import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { compareRemote, type Compared, type CompareOptions } from '../../src/backup/compare-remote.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { stopWhenAsked } from '../support/stop.ts'
import { world, type World } from '../support/world.ts'

const few = (count = 12) => [generateConversations({ count, entries: 2, bytesPerEntry: 200, seed: 5 })]
const answer = (status: number, body: string) => ({ kind: 'answer', status, body }) as const

/** Compares the account with the archive and returns all reported results. */
async function compare(
  { sandbox, archive }: World,
  options: Partial<CompareOptions> = {},
  clientOptions: Partial<ClientOptions> = {},
) {
  const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url, ...clientOptions })
  onTestFinished(() => client.close())
  const store = openArchive(archive, { mode: 'write' })
  onTestFinished(() => store.close())
  const told: Compared[] = []
  const onCompared = (compared: Compared) => void told.push(compared)
  const signal = new AbortController().signal
  const before = sandbox.requests.length
  const ended = compareRemote(client, store, { seed: 1, concurrency: 2, signal, onCompared, ...options })
  const asked = (operation: string) =>
    sandbox.requests.slice(before).filter((request) => request.operation === operation).length
  return { ended, told, asked }
}

async function backedUp(count?: number): Promise<World> {
  const here = await world({ stories: few(count) })
  await here.backup()
  return here
}

describe('Comparing an account with its archive', () => {
  it('reads each history once, and nothing else', async () => {
    const { ended, told, asked } = await compare(await backedUp())
    expect(await ended).toEqual({ complete: true, reason: undefined })
    expect(told.map(({ sign }) => sign)).toEqual(Array.from({ length: 12 }, () => '='))
    expect([asked('getHistory'), asked('getMessages'), asked('get')]).toEqual([12, 0, 0])
  })

  it('reports that a row without an id cannot be compared, even if its failure was accepted', async () => {
    const here = await world({ stories: few(2) })
    here.sandbox
      .account('source')
      .create({ row: '{"id":7,"created_at":"2025-01-01T00:00:00Z"}', entries: [] })
    await here.backup()
    for (let accepted = 0; accepted < 2; accepted++) {
      const { ended, told } = await compare(here)
      expect(await ended).toMatchObject({ complete: true })
      expect(told.filter(({ sign }) => sign !== '=')).toEqual([
        { sign: '!', id: expect.stringMatching(/^row-/) as string, detail: 'a row of the listing has no id' },
      ])
      const [failure] = openArchive(here.archive).failures.open()
      await here.run('ack', failure?.conversation ?? '')
    }
  })

  it('stops at once if the key is refused, instead of reporting differences', async () => {
    const here = await backedUp(40)
    const then = answer(401, '{"message":"Unauthorized","request_id":"r"}')
    for (let nth = 5; nth < 50; nth++) here.sandbox.faults.add({ operation: 'getHistory', nth, then })
    const { ended, told, asked } = await compare(here)
    await expect(ended).rejects.toMatchObject({ code: 'key-refused' })
    expect(told.length).toBeLessThan(10)
    expect(asked('getHistory')).toBeLessThan(10)
  })

  it('stops soon when it is interrupted, even while a response is pending, and reports no difference', async () => {
    const here = await backedUp(40)
    here.sandbox.faults.add({ operation: 'getHistory', nth: 5, then: { kind: 'stall', at: 'head' } })
    const before = here.sandbox.requests.filter(({ operation }) => operation === 'getHistory').length
    const began = performance.now()
    const signal = stopWhenAsked(here.sandbox, 'getHistory', before + 10)
    const { ended, told, asked } = await compare(here, { signal })
    await expect(ended).rejects.toMatchObject({ code: 'interrupted' })
    expect(performance.now() - began).toBeLessThan(5000)
    expect(new Set(told.map(({ sign }) => sign))).toEqual(new Set(['=']))
    expect(asked('getHistory')).toBeLessThan(45)
  })

  it('sends no further request when it is interrupted between two conversations', async () => {
    const here = await backedUp(40)
    const stop = new AbortController()
    const told: string[] = []
    const onCompared = ({ sign }: Compared) => {
      told.push(sign)
      stop.abort()
    }
    const { ended, asked } = await compare(here, { signal: stop.signal, onCompared, concurrency: 1 })
    await expect(ended).rejects.toMatchObject({
      code: 'interrupted',
      message: 'The comparison was interrupted',
    })
    expect(told).toEqual(['='])
    expect(asked('getHistory')).toBe(1)
  })

  it('stops when the callback throws', async () => {
    const here = await backedUp(40)
    here.sandbox.faults.add({ operation: 'getHistory', nth: 2, then: { kind: 'stall', at: 'head' } })
    let told = 0
    const onCompared = () => {
      if (++told === 3) throw new Error('the pipe is closed')
    }
    const { ended, asked } = await compare(here, { onCompared })
    await expect(ended).rejects.toThrow('the pipe is closed')
    expect(asked('getHistory')).toBeLessThan(10)
  })

  it('releases the memory of each body, so that any number can be compared', async () => {
    const here = await backedUp(12)
    const { ended, told } = await compare(here, {}, { bodyBudgetBytes: 2000 })
    await ended
    expect(told).toHaveLength(12)
  })

  it('samples the requested number of archived conversations, and still reports all new ones', async () => {
    const here = await backedUp(30)
    const account = here.sandbox.account('source')
    for (const id of account.ids.slice(0, 5)) account.remove(id)
    await here.backup()
    const created = account.create({ entries: ['{"type":"message.input","content":"new"}'] })
    for (const sample of [1, 3, 25, 100]) {
      const { ended, told, asked } = await compare(here, { sample })
      await ended
      expect(told.filter(({ sign }) => sign === '=')).toHaveLength(Math.min(sample, 25))
      expect(told.filter(({ sign }) => sign === '+')).toEqual([{ sign: '+', id: created }])
      expect(told).toHaveLength(Math.min(sample, 25) + 1)
      expect(asked('getHistory')).toBe(Math.min(sample, 25))
    }
  })

  it('looks up only conversations of the sample among those no longer listed', async () => {
    const here = await backedUp(10)
    const account = here.sandbox.account('source')
    for (const id of account.ids.slice(0, 6)) account.remove(id)
    const { ended, told } = await compare(here, { sample: 5 })
    await ended
    expect(told).toHaveLength(5)
    const missing = told.filter(({ sign }) => sign === '-').length
    expect(missing).toBeGreaterThan(0)
    const whole = await compare(here)
    await whole.ended
    expect(
      whole.told
        .map(({ sign }) => sign)
        .sort()
        .join(''),
    ).toBe('------====')
  })
})
