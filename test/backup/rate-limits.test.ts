import { describe, expect, it } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { backup } from '../../src/backup/backup.ts'
import type { BackupProgress } from '../../src/backup/backup-options.ts'
import type { Effect } from '../../src/sandbox/faults/fault.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { manualClock } from '../support/manual-clock.ts'
import { verified } from '../support/verify.ts'
import { world } from '../support/world.ts'

const stories = (count: number, entries = 2) => [
  generateConversations({ count, entries, bytesPerEntry: 200, seed: 5 }),
]

const limited = (count: number, then: Effect) =>
  world({ stories: stories(count), faults: [{ then: { kind: 'latency', ms: 5 } }, { then }] })

describe('A backup behind a rate limit', () => {
  it('is complete, and is refused rarely', async () => {
    const { sandbox, backup: run } = await limited(60, { kind: 'rps', limit: 50 })
    expect(await run()).toMatchObject({ exitCode: 0, listed: 60, failed: 0, complete: true })
    const refused = sandbox.requests.filter(({ status }) => status === 429)
    expect(refused.length).toBeLessThan(64 + 0.01 * sandbox.requests.length) // 64 were in flight when the first came
  })

  it('is never refused when the service states its limit', async () => {
    const { sandbox, backup: run } = await limited(20, {
      ...{ kind: 'quota', limit: 100, seconds: 1, stated: true },
    })
    expect(await run()).toMatchObject({ exitCode: 0, complete: true })
    expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([])
  })

  it('sends no more requests a second than --max-rps says', async () => {
    const { sandbox, backup: run } = await world({ stories: stories(10) })
    const began = performance.now()
    expect(await run('--max-rps', '40')).toMatchObject({ exitCode: 0, complete: true })
    const seconds = (performance.now() - began) / 1000
    expect(sandbox.requests.length / seconds).toBeLessThan(42)
  })

  it('fills the search index while it waits, so that little is left when it is stopped', async () => {
    const { sandbox, archive } = await world({ stories: stories(100, 25) })
    const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url, requestsPerSecond: 20 })
    const store = openArchive(archive, { mode: 'create' })
    const stop = new AbortController()
    const onProgress = ({ books }: BackupProgress) => books.new === 24 && stop.abort()
    const { outcome } = await backup(client, store, { signal: stop.signal, onProgress })
    await client.close()
    expect(outcome).toBe('interrupted')
    const { entries, revisions } = store.searchIndex.reach()
    expect([entries > 200, revisions > 10]).toEqual([true, true])
    store.close()
    expect(verified(archive).findings).toEqual([])
  })

  it('ends soon with a reason when the service asks for a pause of three days', async () => {
    const headers = { 'retry-after': '259200' }
    const { sandbox, run } = await world({ stories: stories(100) })
    sandbox.faults.add({ operation: 'getHistory', then: { kind: 'answer', like: 'too-many', headers } })
    const { exitCode, stderr } = await run('backup')
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('72 h')])
    expect(sandbox.requests.length).toBeLessThan(90)
  })

  it('ends after a while with a reason when the service refuses every request', async () => {
    const { sandbox, archive } = await world({ stories: stories(100) })
    sandbox.faults.add({ then: { kind: 'answer', like: 'too-many' } })
    const clock = manualClock()
    const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url, clock })
    const store = openArchive(archive, { mode: 'create' })
    let ended: unknown
    void backup(client, store).catch((thrown: unknown) => (ended = thrown))
    for (let minutes = 0; ended === undefined && minutes < 60; minutes += 0.5) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await clock.advance(30_000)
    }
    expect(ended).toMatchObject({ code: 'rate-limited' })
    expect(sandbox.requests.length).toBeLessThan(60)
    store.close()
    await client.close()
  })
})
