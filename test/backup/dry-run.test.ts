import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import type { BackupProgress } from '../../src/backup/backup-options.ts'
import { backup } from '../../src/backup/backup.ts'
import { world } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = (n: number) => `{"type":"message.input","id":"msg_${n}","content":"say ${n}"}`

describe('A dry run', () => {
  it('counts what a run would find new, changed, unchanged or failed, and requests only the listing', async () => {
    const { sandbox, archive, backup: run, run: command } = await world()
    const account = sandbox.account('source')
    const ids = [1, 2, 3, 4, 5, 6].map((n) => account.create({ entries: [entry(n)], createdAt: long }))
    const [changed = '', parked = '', accepted = ''] = ids
    for (const id of [parked, accepted]) {
      sandbox.faults.add({ operation: 'getHistory', id, then: { kind: 'answer', status: 400, body: '{}' } })
    }
    for (let runs = 0; runs < 5; runs++) await run()
    await command('ack', accepted)
    account.appendTo(changed, [entry(7)])
    account.create({ entries: [entry(8)], createdAt: long })
    account.create({ entries: [entry(9)], createdAt: long })
    account.create({ row: '{"id":7,"created_at":"2026-01-01T00:00:00Z"}', entries: [] })

    const before = [readFileSync(archive), sandbox.requests.length] as const
    expect(await run('--dry-run')).toMatchObject({
      run: null,
      ...{ listed: 9, new: 2, updated: 1, unchanged: 4, failed: 2, vanished: 0, complete: true },
    })
    const asked = sandbox.requests.slice(before[1]).map(({ operation }) => operation)
    expect(new Set(asked)).toEqual(new Set(['list']))
    expect(await run('--dry-run', '--full')).toMatchObject({ listed: 9, new: 4, updated: 4, failed: 1 })
    expect(readFileSync(archive).equals(before[0])).toBe(true)
  }, 60_000)

  it('calls onProgress', async () => {
    const { sandbox, archive } = await world()
    sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    sandbox.account('source').create({ entries: [entry(2)], createdAt: long })
    const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url })
    onTestFinished(() => client.close())
    const store = openArchive(archive, { mode: 'create' })
    onTestFinished(() => store.close())
    const told: number[] = []
    const onProgress = ({ books }: BackupProgress) => void told.push(books.listed)
    expect(await backup(client, store, { dryRun: true, onProgress })).toMatchObject({
      new: 2,
      outcome: 'done',
    })
    expect(told).toEqual([0, 1, 2])
    expect(await backup(client, store, { dryRun: true })).toMatchObject({ new: 2, run: null })
    expect(store.runs.recent(1)).toEqual([])
  })
})
