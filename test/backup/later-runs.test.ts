import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { look } from '../support/archives.ts'
import { change } from '../support/damaged-archives.ts'
import { world } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = (n: number, text = `say ${n}`) =>
  `{"object":"entry","type":"message.input","id":"msg_${n}","role":"user","content":"${text}"}`
const answer = (status: number, body: string) => ({ kind: 'answer', status, body }) as const

/** Moves all stored times back, as if the runs so far had been this many days ago. */
function daysLater(path: string, days: number): void {
  const db = new Database(path)
  db.prepare(`update failure set last_at = strftime('%Y-%m-%dT%H:%M:%fZ', last_at, ?)`).run(`-${days} days`)
  db.close()
}

const few = () => [generateConversations({ count: 12, entries: 2, bytesPerEntry: 200, seed: 5 })]

describe('A failure', () => {
  it('is retried first by the next run', async () => {
    const { sandbox, backup } = await world({ stories: few() })
    const id = sandbox.account('source').ids[7] ?? ''
    sandbox.faults.add({ operation: 'getHistory', id, then: answer(400, '{"detail":"no"}') })
    expect(await backup()).toMatchObject({ exitCode: 3, listed: 12, new: 11, failed: 1 })
    sandbox.faults.clear()
    const before = sandbox.requests.length
    expect(await backup()).toMatchObject({ exitCode: 0, listed: 12, new: 1, unchanged: 11, failed: 0 })
    expect(sandbox.requests[before]).toMatchObject({
      operation: 'get',
      path: expect.stringContaining(id) as string,
    })
  })

  it('is retried weekly after five runs, and exits with 3 until it is acknowledged', async () => {
    const { sandbox, archive, backup, run } = await world({ stories: few() })
    const id = sandbox.account('source').ids[3] ?? ''
    sandbox.faults.add({ operation: 'getHistory', id, then: answer(400, '{"detail":"no"}') })
    const asked = () =>
      sandbox.requests.filter(({ operation, path }) => operation === 'getHistory' && path.includes(id)).length
    for (let n = 1; n <= 5; n++) expect(await backup()).toMatchObject({ exitCode: 3, failed: 1 })
    expect(asked()).toBe(5)
    expect(await backup()).toMatchObject({ exitCode: 3, listed: 12, failed: 1, unchanged: 11 })
    expect(asked()).toBe(5)
    daysLater(archive, 8)
    expect(await backup()).toMatchObject({ exitCode: 3, failed: 1 })
    expect(asked()).toBe(6)
    expect(await run('ack', 'conv_nobody')).toMatchObject({ exitCode: 2 })
    expect(await run('ack', id)).toMatchObject({ exitCode: 0 })
    expect(await backup()).toMatchObject({ exitCode: 0, listed: 12, failed: 0, unchanged: 12 })
    expect((await run('status')).stdout).toContain('acknowledged')
    sandbox.faults.clear()
    daysLater(archive, 8)
    expect(await backup()).toMatchObject({ exitCode: 0, listed: 12, new: 1, unchanged: 11 })
    expect((await run('status')).stdout).toContain('Nothing needs attention')
  })

  it('is resolved if the conversation has vanished', async () => {
    const { sandbox, archive, backup } = await world({ stories: few() })
    const id = sandbox.account('source').ids[3] ?? ''
    sandbox.faults.add({ operation: 'getHistory', id, then: answer(400, '{"detail":"no"}') })
    await backup()
    sandbox.account('source').remove(id)
    expect(await backup()).toMatchObject({ exitCode: 0, listed: 11, failed: 0 })
    expect(look(archive, ({ failures }) => failures.open())).toEqual([])
  })

  it('of a row without an id is resolved once a complete listing no longer contains it', async () => {
    const { sandbox, backup, run } = await world()
    sandbox.faults.add({ operation: 'list', then: answer(200, '[{"created_at":"2025-01-01T00:00:00Z"}]') })
    expect(await backup()).toMatchObject({ exitCode: 3, listed: 1, failed: 1 })
    sandbox.faults.clear()
    expect(await backup('--adopt-account')).toMatchObject({ exitCode: 0, listed: 0, failed: 0 })
    expect((await run('status')).stdout).toContain('Nothing needs attention')
  })
})

describe('A conversation that is no longer listed', () => {
  it('is marked gone if `get` does not find it, and its content is kept', async () => {
    const { sandbox, archive, backup, run } = await world({ stories: few() })
    const account = sandbox.account('source')
    const id = account.ids[2] ?? ''
    const row = account.row(id) ?? ''
    const entries = account.entries(id) ?? []
    await backup()
    account.remove(id)
    expect(await backup()).toMatchObject({ exitCode: 0, listed: 11, unchanged: 11, gone: 1 })
    expect(await backup()).toMatchObject({ exitCode: 0, gone: 0 })
    look(archive, ({ conversations }) => {
      expect(conversations.read(id)?.goneAt).not.toBe(null)
      expect([...(conversations.read(id)?.entries() ?? [])]).toEqual(entries)
    })
    expect((await run('list')).stdout).not.toContain(id)
    expect((await run('list', '--include-gone')).stdout).toContain(id)
    expect((await run('export', 'jsonl', '--output', '-')).stdout).not.toContain(id)
    expect((await run('export', 'jsonl', '--output', '-', '--include-gone')).stdout).toContain(id)
    expect((await run('show', id)).stdout).toContain('gone since')

    account.create({ row, entries })
    expect(await backup()).toMatchObject({ exitCode: 0, listed: 12 })
    look(archive, ({ conversations, events }) => {
      expect(conversations.read(id)?.goneAt).toBe(null)
      expect(events.counts()).toEqual([
        { kind: 'gone', count: 1 },
        { kind: 'revived', count: 1 },
      ])
    })
  })

  it('is not marked gone without --accept-gone if more than a fifth of the archive would be', async () => {
    const { sandbox, archive, backup } = await world({ stories: few() })
    const account = sandbox.account('source')
    await backup()
    for (const id of account.ids.slice(0, 3)) account.remove(id)
    expect(await backup()).toMatchObject({
      exitCode: 3,
      gone: 0,
      complete: true,
      reason: expect.stringContaining('--accept-gone') as string,
    })
    expect(look(archive, (it) => it.counts())).toMatchObject({ conversations: 12, gone: 0 })
    expect(await backup('--accept-gone')).toMatchObject({ exitCode: 0, gone: 3 })
  })

  it('but still exists makes the run incomplete', async () => {
    const { sandbox, archive, backup } = await world({ stories: few() })
    await backup()
    sandbox.faults.add({ operation: 'list', then: { kind: 'rows', drop: 4 } })
    expect(await backup()).toMatchObject({
      exitCode: 3,
      complete: false,
      gone: 0,
      reason: expect.stringContaining('the listing missed 1 existing conversation') as string,
    })
    expect(look(archive, (it) => it.counts())).toMatchObject({ gone: 0 })
  })
})

describe('A history that should only grow', () => {
  it('but changed raises an event, and both versions are kept', async () => {
    const { sandbox, archive, backup, run } = await world()
    const account = sandbox.account('source')
    const [altered, shrunk, grown] = [1, 2, 3].map((n) =>
      account.create({ entries: [entry(n), entry(n + 10)], createdAt: long }),
    ) as [string, string, string]
    await backup()
    account.replaceEntries(altered, [entry(1, 'another word'), entry(11)])
    account.replaceEntries(shrunk, [entry(2)])
    account.appendTo(grown, [entry(23)])
    expect(await backup()).toMatchObject({ exitCode: 0, updated: 3 })
    const { stdout } = await run('status')
    expect(stdout).toContain('history-altered: 2 alerts\n')
    expect(stdout).toContain(`    ${altered}: entry 0 has changed`)
    expect(stdout).toContain(`    ${shrunk}: 1 of 2 entries disappeared`)
    expect(stdout).not.toContain(grown)
    expect(look(archive, (it) => it.counts())).toMatchObject({ revisions: 6 })
    await run('ack', altered)
    expect((await run('status')).stdout).not.toContain(altered)
  })

  it('may change in its last entry if that was read while it was generated', async () => {
    const { sandbox, backup, run } = await world()
    const account = sandbox.account('source')
    const id = account.create({ entries: [entry(1), entry(2, 'half an ans')] })
    await backup()
    account.replaceEntries(id, [entry(1), entry(2, 'half an answer is none')])
    expect(await backup()).toMatchObject({ exitCode: 0, updated: 1 })
    expect((await run('status')).stdout).not.toContain('history-altered')
  })

  it('may change only in its last entry then', async () => {
    const { sandbox, backup, archive } = await world()
    const account = sandbox.account('source')
    const id = account.create({ entries: [entry(1), entry(2), entry(3), entry(4, 'half an ans')] })
    await backup()
    account.replaceEntries(id, [entry(1), entry(2), entry(3, 'another word'), entry(4, 'half an answer')])
    expect(await backup()).toMatchObject({ exitCode: 0, updated: 1 })
    expect(look(archive, (it) => it.events.alerts())).toMatchObject([
      {
        kind: 'history-altered',
        conversation: id,
        detail: 'entry 2 has changed; both are kept',
      },
    ])
  })

  it('is not reported as altered if the archived entry is damaged', async () => {
    const { sandbox, backup, archive } = await world()
    const account = sandbox.account('source')
    const id = account.create({ entries: [entry(1), entry(2), entry(3)], createdAt: long })
    await backup()
    change(archive, 'pragma foreign_keys = off; delete from entry where id = 2')
    expect(await backup('--full')).toMatchObject({ exitCode: 0, updated: 1 })
    expect(look(archive, (it) => it.events.counts())).toEqual([])
    expect(look(archive, (it) => [...(it.conversations.read(id)?.entries() ?? [])])).toEqual(
      account.entries(id),
    )
  })
})

describe('A conversation that existed all the time', () => {
  it('is not reported as revived, whether it changed or not', async () => {
    const { sandbox, backup, archive } = await world()
    const account = sandbox.account('source')
    const id = account.create({ entries: [entry(1)], createdAt: long })
    account.create({ entries: [entry(2)], createdAt: long })
    await backup()
    account.appendTo(id, [entry(3)])
    expect(await backup('--full')).toMatchObject({ updated: 1, unchanged: 1 })
    expect(look(archive, (it) => it.events.counts())).toEqual([])
  })
})

describe('A failure of a conversation that is requested by its id', () => {
  it('is resolved if the conversation can be read, and counted again otherwise', async () => {
    const { sandbox, archive, backup } = await world()
    const account = sandbox.account('source')
    const id = account.create({ entries: [entry(1)], createdAt: long })
    sandbox.faults.add({
      operation: 'getHistory',
      id,
      times: 2,
      then: { kind: 'answer', status: 400, body: '{}' },
    })
    expect(await backup()).toMatchObject({ failed: 1 })
    expect(await backup('--id', id, '--id', id)).toMatchObject({ exitCode: 3, listed: 1, failed: 1 })
    expect(look(archive, (it) => it.failures.open())).toMatchObject([{ conversation: id, runs: 2 }])
    expect(await backup('--id', id)).toMatchObject({ exitCode: 0, new: 1 })
    expect(look(archive, (it) => it.failures.open())).toEqual([])
  })
})

describe('Metadata', () => {
  it('is kept if a later response omits it', async () => {
    const { sandbox, archive, backup } = await world()
    const account = sandbox.account('source')
    const times = '"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"'
    account.create({ row: `{"id":"conv_1",${times},"metadata":{"n":1e400}}`, entries: [entry(1)] })
    await backup()
    account.replaceRow('conv_1', `{"id":"conv_1",${times}}`)
    expect(await backup('--full')).toMatchObject({ unchanged: 1 })
    account.appendTo('conv_1', [entry(2)])
    expect(await backup()).toMatchObject({ updated: 1 })
    expect(look(archive, (it) => it.conversations.read('conv_1')?.row)).toContain('"metadata":{"n":1e400}')
  })
})

describe('An agent or file of a conversation', () => {
  it('is archived; an agent at each version that is referred to', async () => {
    const { sandbox, archive, backup, run } = await world({ stories: await loadStories(storiesDirectory) })
    expect(await backup()).toMatchObject({ exitCode: 0 })
    const db = new Database(archive, { readonly: true })
    const rows = db
      .prepare('select kind, id, version, state, bytes, json from dependencies order by kind, id')
      .all() as Record<string, unknown>[]
    db.close()
    const agents = rows.filter(({ kind, state }) => kind === 'agent' && state === 'stored')
    const files = rows.filter(({ kind, state }) => kind === 'file' && state === 'stored')
    expect(agents.length).toBeGreaterThan(2)
    expect(files.length).toBeGreaterThan(0)
    for (const { bytes } of files) expect(bytes).toBeGreaterThan(0)
    expect(readFileSync(archive, 'latin1')).not.toMatch(/sk-|secret-/)
    const asked = sandbox.requests.length
    await backup()
    expect(
      sandbox.requests.slice(asked).filter(({ operation }) => /agent|file/i.test(operation ?? '')),
    ).toEqual([])
    expect((await run('status')).stdout).toMatch(/Agents and files: \d+ stored/)
  })

  const fileId = '933c5b5a-1c47-4cdd-84f6-f32526bd161b'
  const withFile = `{"type":"message.output","content":[{"type":"tool_file","tool":"image_generation","file_id":"${fileId}"}]}`
  const file = (bytes: number) => ({
    metadata: `{"id":"${fileId}","object":"file","bytes":${bytes},"created_at":1,"filename":"a.png","purpose":"ocr","sample_type":"ocr_input","source":"upload"}`,
    content: Buffer.alloc(10, 1),
  })

  it('is skipped if it is too large, and fetched once the limit is raised', async () => {
    const { sandbox, archive, backup } = await world()
    sandbox.account('source').create({ entries: [withFile], createdAt: long })
    sandbox.account('source').addFile(file(10))
    expect(await backup('--no-files')).toMatchObject({ exitCode: 0, dependencies: { wanted: 1 } })
    expect(await backup('--max-file-size', '9')).toMatchObject({ exitCode: 0, dependencies: { skipped: 1 } })
    expect(await backup('--max-file-size', '1kb')).toMatchObject({
      exitCode: 0,
      dependencies: { stored: 1, skipped: 0 },
    })
    expect(look(archive, (it) => it.dependencies.pending({ withSkipped: true }))).toEqual([])
  })

  it('is expired if it no longer exists, which is not a failure', async () => {
    const { sandbox, backup, run } = await world()
    sandbox.account('source').create({ entries: [withFile], createdAt: long })
    expect(await backup()).toMatchObject({ exitCode: 0, dependencies: { expired: 1 } })
    expect((await run('status')).stdout).toContain('1 expired')
  })

  it('is a failure if it is truncated or empty, and is retried', async () => {
    const { sandbox, backup, run } = await world()
    sandbox.account('source').create({ entries: [withFile], createdAt: long })
    sandbox.account('source').addFile(file(11))
    expect(await backup()).toMatchObject({ exitCode: 3, failed: 0, dependencies: { failed: 1 } })
    expect((await run('status')).stdout).toContain('10 of 11 bytes came')
    sandbox.faults.add({ operation: 'getFileContent', then: answer(200, '') })
    expect(await backup()).toMatchObject({ exitCode: 3, dependencies: { failed: 1 } })
    expect(await run('ack', fileId)).toMatchObject({ exitCode: 0 })
    sandbox.faults.clear()
    sandbox.account('source').addFile(file(10))
    expect(await backup()).toMatchObject({ exitCode: 0, dependencies: { stored: 1 } })
  })
})

describe('Shapes that are not in the specification', () => {
  it('are shown by status with their first time, number and place', async () => {
    const { archive, backup, run } = await world({ stories: await loadStories(storiesDirectory) })
    await backup()
    const { stdout } = await run('status', '--verbose')
    for (const shape of ['entry memory.recall', 'chunk hologram', 'field tool_reference.source']) {
      expect(stdout).toMatch(new RegExp(`${shape}: 1 time since \\d{4}-\\d\\d-\\d\\d, for example in conv_`))
    }
    const once = look(archive, (it) => it.unknownShapes.all())
    await backup('--full')
    expect(look(archive, (it) => it.unknownShapes.all())).toEqual(once)
  })
})

describe('A selective run', () => {
  it('fetches only the requested conversations and makes no claim about the rest', async () => {
    const { sandbox, archive, backup } = await world({ stories: few() })
    const [a = '', b = ''] = sandbox.account('source').ids
    expect(await backup('--id', a, b, 'conv_nobody')).toMatchObject({
      exitCode: 0,
      listed: 3,
      new: 2,
      vanished: 1,
      complete: null,
    })
    expect(look(archive, (it) => it.counts())).toMatchObject({ conversations: 2, gone: 0 })
    expect(sandbox.requests.filter(({ operation }) => operation === 'list').length).toBeLessThanOrEqual(1)
  })
})
