import { copyFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import { lockArchive } from '../../../src/archive/sqlite/archive-lock.ts'
import { openSqlite } from '../../../src/archive/sqlite/sqlite.ts'
import type { Story } from '../../../src/sandbox/account/story.ts'
import { generateConversations } from '../../../src/sandbox/seed/generate-conversations.ts'
import { foundInFile } from '../../support/bytes-in-file.ts'
import { change } from '../../support/damaged-archives.ts'
import { startHansard } from '../../support/hansard-process.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { talksOf } from '../../support/talks.ts'
import { verified } from '../../support/verify.ts'
import { world } from '../../support/world.ts'

/** The conversations conv_00001, conv_00002 and so on. */
function story(count: number): Story {
  const numbers = Array.from({ length: count + 1 }, (_, n) => n)
  const { conversations, ...rest } = talksOf(numbers.map((n) => [`unheard conv_0000${n} words`, 'an answer']))
  const named = conversations.map((each) => ({ ...each, row: each.row.replace('"conv_', '"conv_0000') }))
  return { ...rest, conversations: named.slice(1) }
}

/** An account with three conversations, backed up. */
async function backedUp() {
  const there = await world({ stories: [story(3)] })
  await there.backup()
  return there
}

describe('hansard forget', () => {
  it('takes a conversation out of the file, and backups do not store it again', async () => {
    const there = await backedUp()
    const { exitCode, stdout, stderr } = await there.run('forget', 'conv_00002', '--yes')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Forgot 1 conversation \(1 revision, \d entries\)\.\nNo page of .+ has anything/)
    expect(foundInFile(there.archive, ['conv_00001', 'conv_00002'])).toEqual(['conv_00001'])
    expect(await there.backup()).toMatchObject({ listed: 3, unchanged: 3, complete: true })
    expect(await there.backup('--full')).toMatchObject({ listed: 3, unchanged: 3, complete: true })
    expect(foundInFile(there.archive, ['conv_00001', 'conv_00002'])).toEqual(['conv_00001'])
    expect((await there.run('verify', '--remote')).exitCode).toBe(0)
    expect(verified(there.archive).findings).toEqual([])
    expect((await there.run('search', 'unheard', '--json')).stdout.match(/conv_0000\d/g)?.sort()).toContain(
      'conv_00003',
    )
  })

  it('is undone for an id that a backup is asked for', async () => {
    const there = await backedUp()
    await there.run('forget', 'conv_00002', '--yes')
    expect(await there.backup('--id', 'conv_00002')).toMatchObject({ new: 1, exitCode: 0 })
    expect(await there.backup()).toMatchObject({ unchanged: 3 })
    expect((await there.run('show', 'conv_00002')).stdout).toContain('unheard conv_00002 words')
    expect(verified(there.archive).findings).toEqual([])
  })

  it('can be repeated, and is told in JSON', async () => {
    const there = await backedUp()
    const first = await there.run('forget', 'conv_00001', 'conv_00003', 'conv_00001', '--yes', '--json')
    expect(expectSchema('forget', first.stdout)).toMatchObject([
      { ids: ['conv_00001', 'conv_00003'], conversations: 2, revisions: 2, overwritten: true },
    ])
    const again = await there.run('forget', 'conv_00001', '--yes', '--json')
    expect(expectSchema('forget', again.stdout)).toMatchObject([
      { ids: [], conversations: 0, overwritten: true },
    ])
    expect((await there.run('forget', 'conv_00001', '--yes')).stdout).toContain('Nothing was left to forget.')
  })

  it('takes failures out, too, and the next run does not try again', async () => {
    const then = { kind: 'answer', status: 400, body: '{"detail":"strange"}' } as const
    const there = await world({ stories: [story(1)], faults: [{ operation: 'getHistory', then }] })
    expect(await there.backup()).toMatchObject({ failed: 1 })
    expect(foundInFile(there.archive, ['strange'])).toEqual(['strange'])
    expect((await there.run('forget', 'conv_00001', '--yes')).exitCode).toBe(0)
    expect(foundInFile(there.archive, ['strange', 'conv_00001'])).toEqual([])
    expect(await there.backup()).toMatchObject({ failed: 0, unchanged: 1, exitCode: 0 })
  })

  it('asks first, and refuses where nobody can be asked', async () => {
    const there = await backedUp()
    const before = statSync(there.archive).mtimeMs
    const { exitCode, stderr } = await there.run('forget', 'conv_00002')
    expect([exitCode, stderr]).toEqual([
      2,
      'hansard: Cannot ask for confirmation: not a terminal\nhint: Look at what you forget with `hansard show ID`, then pass --yes.\n',
    ])
    expect(statSync(there.archive).mtimeMs).toBe(before)
  })

  it.each([
    [['conv_nowhere', 'conv_00001'], 'No conversation "conv_nowhere" in the archive'],
    [['conv_0000'], '"conv_0000" is the beginning of 3 ids'],
    [[''], 'No conversation "" in the archive'],
    [[], 'No conversation was named'],
  ])('deletes nothing for %j', async (ids, what) => {
    const there = await backedUp()
    const { exitCode, stderr } = await there.run('forget', '--yes', ...ids)
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(what)])
    expect(stderr.trimEnd().split('\n')).toHaveLength(2)
    expect((await there.run('list')).stdout.trimEnd().split('\n')).toHaveLength(3)
  })

  it('says that copies in other accounts would stay, and forgets the records of them if told to', async () => {
    const there = await backedUp()
    const target = {
      ...there.env,
      MISTRAL_TARGET_API_KEY: 'other',
      MISTRAL_TARGET_BASE_URL: there.sandbox.url,
    }
    const replay = startHansard(['replay', 'run', '--id', 'conv_00001', '--yes'], target)
    expect(await replay.ended).toMatchObject({ exit: 0 })
    const refused = await there.run('forget', 'conv_00001', '--yes')
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining('conv_00001 has copies in another account, which would stay there'),
    ])
    expect((await there.run('forget', 'conv_00001', '--yes', '--with-copies')).exitCode).toBe(0)
    expect(foundInFile(there.archive, ['conv_00001'])).toEqual([])
    expect((await there.run('replay', 'status')).exitCode).toBe(0)
    expect(verified(there.archive).findings).toEqual([])
  })

  it('says that the old pages are still there while another process reads, and ends that later', async () => {
    const there = await backedUp()
    const reader = openSqlite(there.archive, 'read')
    reader.exec('begin')
    reader.get('select count(*) from conversation')
    const first = await there.run('forget', 'conv_00002', '--yes')
    expect([first.exitCode, first.stdout]).toEqual([3, ''])
    expect(first.stderr).toContain(
      'another process is reading the archive, so the file still has the old pages',
    )
    reader.exec('commit')
    reader.close()
    expect(verified(there.archive).findings).toMatchObject([{ check: 'forgotten', severity: 'warning' }])
    expect((await there.run('forget')).exitCode).toBe(0)
    expect(foundInFile(there.archive, ['conv_00002'])).toEqual([])
    expect(verified(there.archive).findings).toEqual([])
  }, 30_000)

  it('deletes nothing while another run holds the archive, or if the archive is damaged', async () => {
    const there = await backedUp()
    const copy = `${there.archive}.damaged`
    copyFileSync(there.archive, copy)
    change(copy, 'drop table link')
    expect((await there.run('forget', 'conv_00002', '--yes', '--archive', copy)).exitCode).not.toBe(0)
    expect(foundInFile(copy, ['conv_00002'])).toEqual(['conv_00002'])
    const lock = lockArchive(there.archive, 'another run')
    expect((await there.run('forget', 'conv_00002', '--yes')).exitCode).toBe(6)
    lock.release()
    expect(foundInFile(there.archive, ['conv_00002'])).toEqual(['conv_00002'])
  })

  it('says when the disk has no room to rewrite the file, and ends that later', async () => {
    const many = generateConversations({ count: 60, entries: 4, bytesPerEntry: 4000, seed: 1 })
    const there = await world({ stories: [story(3), many] })
    await there.backup()
    const limits = `ulimit -f ${Math.ceil((statSync(there.archive).size / 1024) * 0.7)}`
    const { exit, stderr } = await startHansard(['forget', 'conv_00002', '--yes'], there.env, { limits })
      .ended
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/^hansard: .+\nhint: They are deleted, but pages .+\n$/),
    ])
    await there.run('forget')
    expect(foundInFile(there.archive, ['conv_00002'])).toEqual([])
    expect(verified(there.archive).findings).toEqual([])
  })
})
