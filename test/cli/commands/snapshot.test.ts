import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { generateConversations } from '../../../src/sandbox/seed/generate-conversations.ts'
import { look } from '../../support/archives.ts'
import { change } from '../../support/damaged-archives.ts'
import { hansard } from '../../support/hansard.ts'
import { startHansard } from '../../support/hansard-process.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { world, type World } from '../../support/world.ts'

const many = (count = 60) => [generateConversations({ count, entries: 4, bytesPerEntry: 2000, seed: 4 })]

/** A backed-up account; the file of a snapshot, and the files beside the archive that are not part of it. */
async function backedUp(count?: number) {
  const there = await world({ stories: many(count) })
  await there.backup()
  const copy = join(there.folder, 'copy.db')
  const beside = () => readdirSync(there.folder).filter((name) => !name.startsWith('archive.db'))
  return { ...there, copy, beside }
}

const soundness = async ({ env }: World, archive: string) =>
  (await hansard(['verify', '--archive', archive], { env })).exitCode

describe('hansard snapshot', () => {
  it('copies the archive into one file of its owner, which is sound and can be backed up into', async () => {
    const there = await backedUp()
    const { exitCode, stdout } = await there.run('snapshot', there.copy, '--json')
    expect(exitCode).toBe(0)
    expect(expectSchema('snapshot', stdout)).toMatchObject([{ file: there.copy, findings: [] }])
    expect(statSync(there.copy).mode & 0o777).toBe(0o600)
    expect(there.beside()).toEqual(['copy.db'])
    expect(await soundness(there, there.copy)).toBe(0)
    expect(look(there.copy, (archive) => archive.conversations.count())).toBe(60)
    const next = await hansard(['backup', '--json'], { env: { ...there.env, HANSARD_ARCHIVE: there.copy } })
    expect(JSON.parse(next.stdout)).toMatchObject({ unchanged: 60, complete: true })
  })

  it('is the archive at one moment, while another process writes', async () => {
    const there = await backedUp(200)
    const writer = openArchive(there.archive, { mode: 'write' })
    let written = 0
    const writing = setInterval(() => {
      writer.runs.begin({
        command: 'backup',
        hansard: `${written++}`,
        baseUrl: 'https://x.org',
        startedAt: '2026-01-01T00:00:00Z',
      })
    }, 0)
    const { exitCode } = await there.run('snapshot', there.copy)
    clearInterval(writing)
    writer.close()
    expect(exitCode).toBe(0)
    expect(written).toBeGreaterThan(1)
    expect(await soundness(there, there.copy)).toBe(0)
  })

  it('is sound while a backup fills the archive', async () => {
    const there = await world({ stories: many(300) })
    const running = startHansard(['backup', '--quiet', '--max-rps', '300'], there.env)
    while (!existsSync(there.archive)) await sleep(10)
    await sleep(700)
    for (let n = 0; n < 3; n++) {
      const copy = join(there.folder, `copy${n}.db`)
      expect((await there.run('snapshot', copy)).exitCode).toBe(0)
      expect(await soundness(there, copy)).toBe(0)
    }
    expect((await running.ended).exit).toBe(0)
  })

  it('leaves nothing but the next one clears up when it is killed, and what was there stays', async () => {
    const there = await backedUp(300)
    writeFileSync(there.copy, 'older')
    for (let delay = 60; delay < 500; delay += 60) {
      const running = startHansard(['snapshot', there.copy, '--force'], there.env)
      await sleep(delay)
      running.child.kill('SIGKILL')
      await running.ended
      const isOld = readFileSync(there.copy).subarray(0, 5).toString() === 'older'
      expect(isOld || (await soundness(there, there.copy)) === 0).toBe(true)
    }
    expect((await there.run('snapshot', there.copy, '--force')).exitCode).toBe(0)
    expect(there.beside()).toEqual(['copy.db'])
  })

  it('replaces no archive that has a part in its log, and leaves no log of the one that it replaces', async () => {
    const there = await backedUp()
    expect((await there.run('snapshot', there.copy)).exitCode).toBe(0)
    const writer = openArchive(there.copy, { mode: 'write' })
    const run = { command: 'backup', hansard: '0', baseUrl: 'http://x', startedAt: '2026-01-01T00:00:00Z' }
    writer.transaction(() => writer.runs.begin(run))
    const refused = await there.run('snapshot', there.copy, '--force')
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('part of it is in')])
    writer.checkpoint()
    writer.close()
    writeFileSync(`${there.copy}-wal`, '')
    writeFileSync(`${there.copy}-shm`, 'stale')
    expect((await there.run('snapshot', there.copy, '--force')).exitCode).toBe(0)
    expect(there.beside()).toEqual(['copy.db'])
  })

  it('refuses what it would destroy, and what cannot be written', async () => {
    const there = await backedUp()
    writeFileSync(there.copy, 'a file')
    const digest = () => createHash('sha256').update(readFileSync(there.archive)).digest('hex')
    const before = digest()
    for (const [file, message] of [
      [there.copy, /copy\.db exists already\nhint: .*--force/],
      [there.archive, /would replace the archive itself/],
      [join(there.folder, '.', 'archive.db'), /would replace the archive itself/],
      [there.folder, /exists already/],
      ['/nowhere/copy.db', /folder of the snapshot is not there: \/nowhere/],
    ] as const) {
      const { exitCode, stderr } = await there.run('snapshot', file)
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)])
    }
    expect(digest()).toBe(before)
    expect(await there.run('snapshot', join(there.folder, 'new.db'), '--archive', 'none.db')).toMatchObject({
      exitCode: 2,
    })
  })

  it('leaves nothing when the disk is full', async () => {
    const there = await backedUp(300)
    const { exit, stderr } = await startHansard(['snapshot', there.copy], there.env, {
      limits: 'ulimit -f 200',
    }).ended
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/^hansard: .*\nhint: /)])
    expect(there.beside()).toEqual([])
  })

  it('makes none of an archive that is not sound, and says so', async () => {
    const there = await backedUp()
    change(there.archive, `update entry set json = replace(json, '"content":"', '"content":"x') where id = 3`)
    const { exitCode, stderr } = await there.run('snapshot', there.copy)
    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringMatching(/No snapshot: the archive is not sound[\s\S]*hint: .*verify/),
    ])
    expect(there.beside()).toEqual([])
  })
})
