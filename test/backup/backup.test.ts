import Database from 'better-sqlite3'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { backup as backupWith } from '../../src/backup/backup.ts'
import { compact } from '../../src/model/json/json-text.ts'
import { redactSecrets } from '../../src/model/secrets/redact-json.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { hansard } from '../support/hansard.ts'
import { serve } from '../support/http-server.ts'
import { world } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = (n: number) =>
  `{"object":"entry","type":"message.input","id":"msg_${n}","role":"user","content":"say ${n}"}`

describe('A backup', () => {
  it('stores every story token for token, without its secrets', async () => {
    const { sandbox, archive, folder, backup } = await world({ stories: await loadStories(storiesDirectory) })
    const account = sandbox.account('source')
    expect(await backup()).toMatchObject({
      exitCode: 0,
      listed: account.ids.length,
      new: account.ids.length,
      complete: true,
    })

    const stored = openArchive(archive)
    for (const id of account.ids) {
      const conversation = stored.conversations.read(id)
      expect(conversation?.row).toBe(redactSecrets(compact(account.row(id) ?? '')))
      expect([...(conversation?.entries() ?? [])]).toEqual(account.entries(id)?.map(compact))
    }
    stored.close()
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file), 'latin1')
      expect(bytes).not.toMatch(/sk-|secret-/)
    }
  })

  it('fetches only what is new or has changed in the second run', async () => {
    const { sandbox, backup } = await world({
      stories: [generateConversations({ count: 250, entries: 4, bytesPerEntry: 300, seed: 7 })],
    })
    const account = sandbox.account('source')
    await backup()
    const [changed = '', deleted = ''] = account.ids
    const before = sandbox.requests.length
    account.appendTo(changed, [entry(1)])
    account.remove(deleted)
    account.create({ entries: [entry(2)] })
    expect(await backup()).toMatchObject({
      exitCode: 0,
      listed: 250,
      new: 1,
      updated: 1,
      unchanged: 248,
      failed: 0,
      complete: true,
    })
    const asked = sandbox.requests.slice(before).filter(({ operation }) => operation === 'getHistory')
    expect(asked).toHaveLength(2)
  })

  it('fetches a conversation again that it may have read while a reply was generated', async () => {
    const { sandbox, backup } = await world()
    sandbox.account('source').create({ entries: [entry(1)] })
    const settled = sandbox.account('source').create({ entries: [entry(2)], createdAt: long })
    await backup()
    expect(await backup()).toMatchObject({ unchanged: 2, new: 0, updated: 0 })
    const fetched = sandbox.requests.filter(({ operation }) => operation === 'getHistory')
    expect(fetched.filter(({ path }) => path.includes(settled))).toHaveLength(1)
    expect(fetched).toHaveLength(3)
  })

  it('counts its retries even if the listing fails afterwards', async () => {
    const { sandbox, archive, backup } = await world()
    const id = sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    const broken = { kind: 'answer', status: 400, body: '{"detail":"no"}' } as const
    sandbox.faults.add({ operation: 'getHistory', id, then: broken })
    expect(await backup()).toMatchObject({ exitCode: 3, failed: 1 })
    sandbox.faults.clear()
    sandbox.faults.add({ operation: 'list', then: broken })
    expect(await backup()).toMatchObject({ exitCode: 1 })
    const stored = openArchive(archive)
    expect(stored.runs.recent(1)).toMatchObject([{ outcome: 'failed', listed: 1, new: 1 }])
    stored.close()
  })

  it('fetches a conversation again whose row does not tell when it changed', async () => {
    const { sandbox, backup } = await world()
    const account = sandbox.account('source')
    const row = '{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","metadata":null}'
    account.create({ row, entries: [entry(1)] })
    await backup()
    account.replaceEntries('conv_1', [entry(1), entry(2)])
    account.replaceRow('conv_1', row)
    expect(await backup()).toMatchObject({ exitCode: 0, updated: 1 })
  })

  it('reads history and messages again if one grew after the other was read', async () => {
    let reads = 0
    const { url } = await serve(({ url: path = '' }, response) => {
      const list = (name: string, size: number) =>
        `{"conversation_id":"c","${name}":[${Array.from({ length: size }, (_, n) => entry(n)).join()}]}`
      if (path.endsWith('history')) response.end(list('entries', reads++ === 0 ? 1 : 2))
      else if (path.endsWith('messages')) response.end(list('messages', 2))
      else
        response.end(
          path.includes('page=0') ? '[{"id":"c","metadata":null,"created_at":"2026-01-01T00:00:00Z"}]' : '[]',
        )
    })
    const { archive } = await world()
    const env = { MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: url, HANSARD_ARCHIVE: archive }
    expect(JSON.parse((await hansard(['backup', '--json'], { env })).stdout)).toMatchObject({
      new: 1,
      failed: 0,
    })
    expect(reads).toBe(2)
    const stored = openArchive(archive)
    expect([...(stored.conversations.read('c')?.entries() ?? [])]).toEqual([entry(0), entry(1)])
    expect(stored.events.counts()).toEqual([])
    stored.close()
  })

  it('stores both and reports it if the messages never match the history', async () => {
    const stories = await loadStories(storiesDirectory)
    const { backup, run } = await world({ stories })
    await backup()
    expect((await run('status')).stdout).toMatch(/messages-differ: 1 alert\n {4}conv_\w+: .*both are kept/)
  })

  it('fetches the row of a new conversation that was listed without metadata', async () => {
    const { sandbox, archive, backup } = await world({ behaviour: { listMetadata: 'absent' } })
    const row =
      '{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","model":"m","metadata":{"n":12345678901234567890}}'
    sandbox.account('source').create({ row, entries: [] })
    await backup()
    await backup('--full')
    const stored = openArchive(archive)
    expect(stored.conversations.read('conv_1')?.row).toBe(row)
    expect(stored.counts()).toMatchObject({ revisions: 1 })
    stored.close()
  })

  it('stores a response that is not JSON as a failure, and is done once the service has recovered', async () => {
    const { sandbox, archive, backup, run } = await world()
    const id = sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    sandbox.account('source').create({ entries: [entry(2)], createdAt: long })
    sandbox.faults.add({
      operation: 'getHistory',
      id,
      then: { kind: 'answer', status: 200, body: '{"entries":[' },
    })
    expect(await backup()).toMatchObject({
      exitCode: 3,
      listed: 2,
      new: 1,
      failed: 1,
      complete: true,
      outcome: 'partial',
    })
    expect((await run('status')).stdout).toContain(id)
    const stored = openArchive(archive)
    expect(stored.failures.open()).toMatchObject([
      { conversation: id, step: 'history', code: 'not-json', runs: 1 },
    ])
    stored.close()
    sandbox.faults.clear()
    expect(await backup()).toMatchObject({ exitCode: 0, new: 1, unchanged: 1, failed: 0 })
    expect((await run('status')).stdout).toContain('Nothing needs attention')
  }, 60_000)

  it('counts a response about another conversation, and an entry that is not an object, as failed', async () => {
    const { sandbox, backup } = await world()
    const account = sandbox.account('source')
    const [a, b] = [account.create({ entries: [] }), account.create({ entries: [] })]
    const answer = (id: string, body: string) =>
      ({ operation: 'getHistory', id, then: { kind: 'answer', status: 200, body } }) as const
    sandbox.faults.add(answer(a, '{"conversation_id":"conv_other","entries":[]}'))
    sandbox.faults.add(answer(b, `{"conversation_id":"${b}","entries":[1]}`))
    expect(await backup()).toMatchObject({ exitCode: 3, listed: 2, failed: 2, new: 0 })
  })

  it('counts a row without an id as failed and goes on with the rest of its page', async () => {
    const { sandbox, archive, backup } = await world()
    const good = '{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","metadata":null}'
    sandbox.faults.add({
      operation: 'list',
      then: { kind: 'answer', status: 200, body: `[${good},{"created_at":"2025-01-01T00:00:00Z"},7]` },
    })
    const account = sandbox.account('source')
    account.create({ row: good, entries: [entry(1)] })
    expect(await backup()).toMatchObject({ exitCode: 3, listed: 3, new: 1, failed: 2 })
    const db = new Database(archive, { readonly: true })
    const kept = db.prepare(
      'select step, code, message, cast(body as text) as body from failure order by body',
    )
    const row = { step: 'row', code: 'unexpected-shape', message: 'A row of the listing has no id' }
    expect(kept.all()).toEqual([
      { ...row, body: '7' },
      { ...row, body: '{"created_at":"2025-01-01T00:00:00Z"}' },
    ])
    db.close()
  })

  it('counts a conversation as vanished that is deleted between listing and reading', async () => {
    const { sandbox, backup } = await world()
    const id = sandbox.account('source').create({ entries: [entry(1)] })
    const then = { kind: 'answer', status: 404, body: '{"detail":"Not found"}' } as const
    for (const operation of ['getHistory', 'get'] as const) sandbox.faults.add({ operation, id, then })
    expect(await backup()).toMatchObject({ exitCode: 0, listed: 1, vanished: 1, failed: 0, complete: true })
  })

  it('lists and counts in a dry run, and stores nothing', async () => {
    const { sandbox, archive, folder, backup, run } = await world()
    sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    expect(await backup('--dry-run')).toMatchObject({ exitCode: 0, listed: 1, new: 1, run: null })
    expect(readdirSync(folder)).toEqual([])
    await backup()
    const before = readFileSync(archive)
    expect((await run('backup', '--dry-run')).stdout).toContain('Nothing was stored')
    expect(readFileSync(archive).equals(before)).toBe(true)
  })

  it('refuses an archive of another account without --adopt-account', async () => {
    const { sandbox, archive, backup } = await world()
    sandbox.account('source').create({ entries: [entry(1)] })
    await backup()
    const env = { MISTRAL_API_KEY: 'other', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
    const refused = await hansard(['backup'], { env })
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused.stderr).toMatch(
      /holds conversations that this key's account does not have[\s\S]*--adopt-account/,
    )
    expect(await hansard(['backup', '--adopt-account', '--accept-gone'], { env })).toMatchObject({
      exitCode: 0,
    })
    expect(await hansard(['backup'], { env })).toMatchObject({ exitCode: 0 })
    const stored = openArchive(archive)
    expect(stored.events.counts()).toEqual([
      { kind: 'account-adopted', count: 1 },
      { kind: 'gone', count: 1 },
    ])
    stored.close()
  })

  it('recognizes the account by its conversations if the key is new', async () => {
    const { sandbox, archive, backup } = await world()
    for (const key of ['source', 'other']) {
      const row =
        '{"id":"conv_same","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","metadata":null}'
      sandbox.account(key).create({ row, entries: [entry(1)] })
    }
    await backup()
    const env = { MISTRAL_API_KEY: 'other', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
    expect(await hansard(['backup'], { env })).toMatchObject({ exitCode: 0 })
  })

  it('remembers a key only after a run that is proven complete', async () => {
    const { sandbox, backup } = await world()
    const account = sandbox.account('source')
    const [id = ''] = [1, 2, 3].map((n) => account.create({ entries: [entry(n)], createdAt: long }))
    /** How many conversations a run asks for, to find out whose archive it is. */
    const asks = async () => {
      const before = sandbox.requests.length
      await backup()
      return sandbox.requests.slice(before).filter(({ operation }) => operation === 'get').length
    }
    expect(await backup('--id', id)).toMatchObject({ complete: null, new: 1 })
    sandbox.faults.add({ operation: 'list', then: { kind: 'rows', repeat: 1 } })
    expect(await backup()).toMatchObject({ complete: false, new: 2 })
    sandbox.faults.clear()
    expect(await asks()).toBe(1)
    expect(await asks()).toBe(0)
  })

  it('of some conversations makes no claim about the others', async () => {
    const { sandbox, archive, backup } = await world()
    const id = sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    expect(await backup('--id', id)).toMatchObject({ exitCode: 0, complete: null })
    const stored = openArchive(archive)
    expect(stored.runs.recent(1)).toMatchObject([{ command: 'backup', complete: null, reason: null }])
    stored.close()
  })

  it('counts only its own requests and bytes, even with a client that was used before', async () => {
    const { sandbox, archive } = await world()
    sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url })
    const store = openArchive(archive, { mode: 'create' })
    sandbox.faults.add({ operation: 'getHistory', times: 1, then: { kind: 'answer', status: 503, body: '' } })
    const began = performance.now()
    const [first, second, third] = [
      await backupWith(client, store),
      await backupWith(client, store),
      await backupWith(client, store),
    ]
    const took = (performance.now() - began) / 1000
    expect([first.retries, second.retries, third.retries]).toEqual([1, 0, 0])
    expect([third.requests, third.bytes]).toEqual([second.requests, second.bytes])
    expect(first.requests + second.requests + third.requests).toBe(sandbox.requests.length)
    expect(first.bytes).toBeGreaterThan(second.bytes)
    expect(sandbox.requests.map(({ operation }) => operation)).toContain('getMessages')
    const seconds = first.seconds + second.seconds + third.seconds
    expect(Math.abs(seconds - took)).toBeLessThan(0.1)
    store.close()
    await client.close()
  })

  it('ends cleanly when it is interrupted, and the next run continues', async () => {
    const stories = [generateConversations({ count: 120, entries: 2, bytesPerEntry: 300, seed: 3 })]
    const { sandbox, archive, backup } = await world({
      stories,
      faults: [{ then: { kind: 'latency', ms: 20 } }],
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 250)
    const env = { MISTRAL_API_KEY: 'source', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
    const interrupted = await hansard(['backup', '--json'], { env, signal: stop.signal })
    expect(interrupted.exitCode).toBe(130)
    const first = JSON.parse(interrupted.stdout) as Record<string, number>
    expect(first).toMatchObject({ outcome: 'interrupted', complete: false })
    sandbox.faults.clear()
    const second = await backup()
    expect(second).toMatchObject({
      exitCode: 0,
      listed: 120,
      unchanged: first['new'],
      new: 120 - (first['new'] ?? 0),
    })
  })

  it('fails if another backup is running', async () => {
    const { sandbox, run, backup } = await world({ faults: [{ then: { kind: 'latency', ms: 100 } }] })
    sandbox.account('source').create({ entries: [entry(1)] })
    await backup()
    const outcomes = await Promise.all([run('backup'), run('backup')])
    expect(outcomes.map(({ exitCode }) => exitCode).sort()).toEqual([0, 6])
    expect(outcomes.find(({ exitCode }) => exitCode === 6)?.stderr).toContain(
      'locked by another run (a test)',
    )
  })

  it('records a failure for a body over the limit and stores the others', async () => {
    const { sandbox, archive } = await world()
    const account = sandbox.account('source')
    account.create({ entries: [`{"type":"message.input","content":"${'x'.repeat(3_000_000)}"}`] })
    account.create({ entries: [entry(1)] })
    const client = new ConversationsClient({
      apiKey: 'source',
      baseUrl: sandbox.url,
      maxBodyBytes: 1_000_000,
    })
    const store = openArchive(archive, { mode: 'create' })
    expect(await backupWith(client, store)).toMatchObject({
      new: 1,
      failed: 1,
      outcome: 'partial',
      complete: true,
    })
    expect(store.failures.open()).toMatchObject([{ code: 'too-large', step: 'history' }])
    store.close()
    await client.close()
  })

  it('stops soon if the service is down, and keeps what it has stored', async () => {
    const stories = [generateConversations({ count: 200, entries: 2, bytesPerEntry: 300, seed: 3 })]
    const { sandbox, archive } = await world({ stories })
    const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url, retry: { attempts: 1 } })
    const store = openArchive(archive, { mode: 'create' })
    sandbox.faults.add({ operation: 'getMessages', then: { kind: 'answer', status: 503, body: 'down' } })
    await expect(backupWith(client, store)).rejects.toMatchObject({ code: 'service-failed' })
    expect(store.runs.recent(1)).toMatchObject([{ outcome: 'failed', complete: false }])
    expect(store.failures.open().length).toBeLessThan(40)
    store.close()
    await client.close()
  })
})
