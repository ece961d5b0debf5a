import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { prune } from '../../src/backup/prune/prune.ts'
import type { Pruned } from '../../src/backup/prune/pruner.ts'
import { STAMP_KEY } from '../../src/model/read-stamp.ts'
import { hansard } from '../support/hansard.ts'
import { expectSchema } from '../support/json-schemas.ts'
import { look } from '../support/archives.ts'
import { query } from '../support/query.ts'
import { someTalks, talksOf } from '../support/talks.ts'
import { verified } from '../support/verify.ts'
import { world, type World } from '../support/world.ts'

/** What happens to a conversation between its backup and the pruning, and whether it may be deleted then. */
const fates = {
  same: 'deleted',
  grown: 'kept',
  'entry changed': 'kept',
  'row changed': 'kept',
  'never archived': 'kept',
  'a copy': 'kept',
  'deleted already': 'gone',
  'not selected': 'kept',
} as const

type Fate = keyof typeof fates

const idOf = (i: number) => `conv_${i}`
const grow = (id: string) =>
  JSON.stringify({ type: 'message.input', role: 'user', id: `${id}_more`, content: 'And?' })

/** An account whose conversations met these fates after they were backed up. */
async function afterwards(all: readonly Fate[]): Promise<World> {
  const stamp = { metadata: { [STAMP_KEY]: 'v1.a.b.history.x' } }
  const { conversations, ...rest } = talksOf(someTalks(all.length))
  const { conversations: stamped } = talksOf(someTalks(all.length), stamp)
  const made = conversations.map((each, i) => (all[i] === 'a copy' ? (stamped[i] ?? each) : each))
  const there = await world({ stories: [{ ...rest, conversations: made }] })
  const account = there.sandbox.account('source')
  const late = made.filter((_, i) => all[i] === 'never archived')
  for (const i of all.keys()) if (all[i] === 'never archived') account.remove(idOf(i))
  await there.backup()
  for (const { row, entries } of late) account.create({ row, entries })
  for (const [i, fate] of all.entries()) {
    const id = idOf(i)
    const entries = account.entries(id) ?? []
    if (fate === 'grown') account.appendTo(id, [grow(id)])
    if (fate === 'entry changed')
      account.replaceEntries(
        id,
        entries.map((entry) => entry.replace('moves', 'rests')),
      )
    if (fate === 'row changed') account.replaceRow(id, (account.row(id) ?? '').replace('talk', 'walk'))
    if (fate === 'deleted already') account.remove(id)
  }
  return there
}

/** Prunes everything with a client that tries each request once, so that every lost response stays lost. */
async function pruneOnce({ sandbox, archive: path }: World): Promise<Pruned[]> {
  const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url, retry: { attempts: 1 } })
  const archive = openArchive(path, { mode: 'write' })
  const told: Pruned[] = []
  const lock = { confirm: () => undefined }
  const how = { selection: {}, concurrency: 1, lock, signal: new AbortController().signal }
  await prune(client, archive, { ...how, onPruned: (pruned) => void told.push(pruned) })
  await client.close()
  archive.close()
  return told
}

const known = (all: readonly Fate[]) =>
  all.flatMap((fate, i) => (fate === 'never archived' || fate === 'not selected' ? [] : [idOf(i)]))

describe('Pruning', () => {
  it('deletes what is upstream exactly as it is archived, and nothing else', async () => {
    const fate = fc.constantFrom(...(Object.keys(fates) as Fate[]))
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 1, maxLength: 12 }), async (all) => {
        const there = await afterwards(all)
        const account = there.sandbox.account('source')
        // Naming an id also names a copy, so all copies but the first are selected by time only.
        const selected = known(all).filter((id) => all[Number(id.slice(5))] !== 'a copy')
        const before = there.sandbox.account('source').ids
        if (selected.length > 0) await there.run('prune', '--yes', '--json', '--id', ...selected)
        const left = before.filter((id) => fates[all[Number(id.slice(5))] ?? 'same'] === 'kept')
        expect(account.ids).toEqual(left)
        const gone = query(
          there.archive,
          `select id from conversations where gone_at is not null order by id`,
        )
        const ends = all.flatMap((fate, i) => (fates[fate] === 'kept' ? [] : [idOf(i)]))
        expect(gone.map(({ id }) => id)).toEqual(ends.sort())
        const intents = query(
          there.archive,
          `select conversation from deletion where outcome = 'deleted' order by 1`,
        )
        const deleted = all.flatMap((fate, i) => (fate === 'same' ? [idOf(i)] : []))
        expect(intents.map(({ conversation }) => conversation)).toEqual(deleted.sort())
        expect(verified(there.archive).findings).toEqual([])
        await there.sandbox.close()
      }),
      { numRuns: Number(process.env['PRUNED'] ?? 25) },
    )
  }, 60_000)

  it('only lists without --yes, and asks nothing of the service', async () => {
    const there = await afterwards(['same', 'grown', 'a copy'])
    const requests = there.sandbox.requests.length
    const { exitCode, stdout } = await there.run('prune', '--older-than', '30d')
    expect(exitCode).toBe(0)
    expect(stdout).toBe(
      [
        '2 conversations would be deleted, if still as archived, 1 kept. Nothing was deleted; use --yes to delete.',
        'would be deleted: 2 conversations',
        '  conv_0',
        '  conv_1',
        'kept: a replay made it: name it with --id: 1 conversation',
        '  conv_2',
        '',
      ].join('\n'),
    )
    expect(there.sandbox.requests.length).toBe(requests)
  })

  it('keeps what a replay made, unless it is named', async () => {
    const there = await afterwards(['a copy', 'a copy'])
    const all = await there.run('prune', '--older-than', '30d', '--yes')
    expect([all.exitCode, there.sandbox.account('source').ids]).toEqual([3, ['conv_1', 'conv_0']])
    const named = await there.run('prune', '--id', 'conv_1', '--yes')
    expect([named.exitCode, there.sandbox.account('source').ids]).toEqual([0, ['conv_0']])
  })

  it('keeps what a replay of this archive made where the service returns no stamp', async () => {
    const there = await afterwards(['same'])
    const archive = openArchive(there.archive, { mode: 'write' })
    const target = archive.replayTargets.add('https://example.org', '2026-01-01T00:00:00Z')
    const origin = { stamp: 's', conversation: 'conv_x', revision: 'r', mode: 'history', label: '' }
    archive.replayCopies.add({ target: target.id, ...origin, planned: '{}' }, 'done', '2026-01-01T00:00:00Z')
    archive.replayCopies.set(1, 'done', '2026-01-01T00:00:00Z', { targetId: 'conv_0' })
    archive.close()
    expect((await there.run('prune', '--older-than', '30d', '--yes')).exitCode).toBe(3)
    expect(there.sandbox.account('source').ids).toEqual(['conv_0'])
  })

  it('selects by age, and keeps what changed minutes ago', async () => {
    const there = await world({ stories: [talksOf(someTalks(2))] })
    const account = there.sandbox.account('source')
    const now = new Date().toISOString()
    const row = account.row('conv_1') ?? ''
    account.replaceRow('conv_1', row.replaceAll(/"2026-03-01T[^"]+"/g, JSON.stringify(now)))
    await there.backup()
    expect((await there.run('prune', '--older-than', '3d', '--yes')).exitCode).toBe(0)
    expect(account.ids).toEqual(['conv_1'])
    const recent = await there.run('prune', '--id', 'conv_1', '--yes')
    expect([recent.exitCode, recent.stdout]).toEqual([3, expect.stringContaining('it changed minutes ago')])
    expect(account.ids).toEqual(['conv_1'])
  })

  it('is told in JSON, in runs and in changes, and the next backup finds nothing amiss', async () => {
    const there = await afterwards(['same', 'same', 'grown'])
    const { stdout, exitCode } = await there.run('prune', '--older-than', '30d', '--yes', '--json')
    expect(exitCode).toBe(3)
    const lines = expectSchema('prune', stdout)
    expect(lines.at(-1)).toEqual({ command: 'prune', would_delete: 0, deleted: 2, gone: 0, kept: 1 })
    expect((await there.run('changes')).stdout).toContain('Run 2 was partial: 1 conversation kept')
    expect((await there.run('changes', '--json')).stdout).toContain('deleted by `hansard prune`')
    expect((await there.run('status')).stdout).toContain(
      'prune: partial (1 conversation kept); 2 deleted upstream',
    )
    expect(await there.backup()).toMatchObject({ listed: 1, updated: 1, complete: true, exitCode: 0 })
    expect((await there.run('show', 'conv_0')).exitCode).toBe(0)
  })

  it('deletes nothing in another account', async () => {
    const there = await afterwards(['same'])
    const key = { ...there.env, MISTRAL_API_KEY: 'other' }
    const other = await hansard(['prune', '--older-than', '30d', '--yes'], { env: key })
    expect([other.exitCode, other.stderr]).toEqual([
      2,
      expect.stringContaining("this key's account does not have"),
    ])
    expect(there.sandbox.account('source').ids).toEqual(['conv_0'])
  })

  it('finds out what became of a deletion whose response was lost', async () => {
    const there = await afterwards(['same', 'same'])
    there.sandbox.faults.add({ operation: 'delete', id: 'conv_0', then: { kind: 'reset', when: 'after' } })
    there.sandbox.faults.add({ operation: 'delete', id: 'conv_1', then: { kind: 'reset', when: 'before' } })
    const told = await pruneOnce(there)
    expect(told.map(({ id, what }) => [id, what])).toEqual([
      ['conv_0', 'deleted'],
      ['conv_1', 'kept'],
    ])
    expect(there.sandbox.account('source').ids).toEqual(['conv_1'])
    expect(query(there.archive, 'select outcome from deletion order by conversation')).toEqual([
      { outcome: 'deleted' },
      { outcome: 'kept' },
    ])
    expect(look(there.archive, (archive) => archive.counts())).toMatchObject({ conversations: 2, gone: 1 })
  })

  it.each([
    [[], 'Nothing was selected: all conversations of the account would be deleted'],
    [['--older-than', 'soon'], "option '--older-than <age>' argument 'soon' is invalid"],
    [['--older-than', '30d', '--include-gone'], "unknown option '--include-gone'"],
  ])('refuses %j', async (args, what) => {
    const there = await afterwards(['same'])
    const { exitCode, stderr } = await there.run('prune', '--yes', ...args)
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(new RegExp(what.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')),
    ])
    expect(there.sandbox.account('source').ids).toEqual(['conv_0'])
  })
})
