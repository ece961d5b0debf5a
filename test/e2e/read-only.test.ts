import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { testFolder } from '../support/folder.ts'
import { startUnprivileged } from '../support/hansard-process.ts'
import { world, type World } from '../support/world.ts'

const ARCHIVE = join('place', 'a.db')

/** A read-only folder with an archive, and a writable one for what commands write. */
async function readOnlyPlace(fill?: (place: string, there: World) => void): Promise<{
  folder: string
  place: string
  run: (...args: string[]) => Promise<{ exit: number | string; stdout: string; stderr: string }>
}> {
  const there = await world({
    stories: [generateConversations({ count: 30, entries: 4, bytesPerEntry: 100, seed: 1 })],
  })
  await there.run('backup')
  const folder = testFolder()
  const [place, temporary, work] = ['place', 'tmp', 'work'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [place, temporary, work]) mkdirSync(path)
  copyFileSync(there.archive, join(place, 'a.db'))
  fill?.(place, there)
  for (const name of readdirSync(place)) chmodSync(join(place, name), 0o444)
  chmodSync(place, 0o555)
  onTestFinished(() => chmodSync(place, 0o755))
  for (const path of [temporary, work]) chmodSync(path, 0o777)
  chmodSync(folder, 0o755)
  const env = {
    ...there.env,
    ...{ TMPDIR: temporary, HANSARD_ARCHIVE: join(folder, ARCHIVE) },
    MISTRAL_TARGET_API_KEY: 'other',
    MISTRAL_TARGET_BASE_URL: there.sandbox.url,
  }
  const run = async (...args: string[]) => {
    const outcome = await startUnprivileged(args, env).ended
    expect(readdirSync(temporary), 'what is left in the temporary folder').toEqual([])
    return outcome
  }
  return { folder, place, run }
}

describe('A sound archive in a read-only folder', () => {
  it('can be read by every command that reads', async () => {
    const { folder, place, run } = await readOnlyPlace()
    const id = JSON.parse((await run('list', '--json', '--limit', '1')).stdout) as { id: string }
    for (const args of [
      ['list'],
      ['show', id.id],
      ['search', 'batch'],
      ['status'],
      ['runs'],
      ['export', 'jsonl', '--output', '-'],
      ['export', 'markdown', '--output', join(folder, 'work', 'pages')],
      ['verify', '--remote'],
      ['replay', 'status'],
      ['replay', 'plan'],
      ['backup', '--dry-run'],
    ]) {
      const { exit, stdout, stderr } = await run(...args)
      expect({ args, exit, stderr: exit === 0 ? '' : stderr }).toEqual({ args, exit: 0, stderr: '' })
      expect(stdout + stderr).not.toMatch(/read-only|permission/)
    }
    expect(existsSync(join(folder, 'work', 'pages', 'manifest.json'))).toBe(true)
    expect(readdirSync(place)).toEqual(['a.db'])
  }, 60_000)

  it('passes verify, except for its permissions', async () => {
    const { run } = await readOnlyPlace()
    const { exit, stdout } = await run('verify', '--json')
    const { findings } = JSON.parse(stdout) as { findings: { check: string }[] }
    expect({ exit, checks: findings.map(({ check }) => check) }).toEqual({ exit: 4, checks: ['permissions'] })
  })

  it('is not changed: every command that writes reports in one sentence that it cannot', async () => {
    const { run } = await readOnlyPlace()
    for (const args of [
      ['backup'],
      ['ack', 'conv_1'],
      ['verify', '--repair'],
      ['replay', 'run', '--yes'],
      ['replay', 'undo', '--yes'],
    ]) {
      const { exit, stdout, stderr } = await run(...args)
      expect({ args, exit, stdout }).toEqual({ args, exit: 1, stdout: '' })
      expect(stderr).toMatch(/^hansard: .*a\.db.*permission denied.*\nhint: .+\n$/)
    }
  }, 30_000)

  it('is not called damaged if its newest part is in the log; the error says what to do', async () => {
    const { run } = await readOnlyPlace((place, there) => {
      const db = openSqlite(there.archive, 'write')
      db.exec("update run set reason = 'in the log'")
      for (const suffix of ['', '-wal'])
        copyFileSync(`${there.archive}${suffix}`, join(place, `a.db${suffix}`))
      db.close()
    })
    for (const args of [['list'], ['verify'], ['verify', '--repair'], ['search', 'river'], ['backup']]) {
      const { exit, stderr } = await run(...args)
      expect({ args, exit }).toEqual({ args, exit: 1 })
      expect(stderr).toMatch(
        /^hansard: cannot read .*a\.db in a read-only folder: its newest part is still in .*a\.db-wal\nhint: Copy both files to a folder that you can write to, and use the copy with --archive\.\n$/,
      )
    }
  }, 30_000)

  it('is still called damaged if it is', async () => {
    const { run } = await readOnlyPlace((place, there) => {
      const half = Math.floor(statSync(there.archive).size / 2)
      openSqlite(there.archive, 'read').close()
      writeFileSync(join(place, 'a.db'), Buffer.alloc(half, 'no archive'))
    })
    expect((await run('verify')).exit).toBe(8)
    expect((await run('list')).exit).toBe(2)
  })

  it('needs a temporary folder to be read, and says so', async () => {
    const { folder, run } = await readOnlyPlace()
    chmodSync(join(folder, 'tmp'), 0o555)
    const { exit, stderr } = await run('list')
    expect(exit).toBe(1)
    expect(stderr).toMatch(
      /^hansard: .*a\.db is in a read-only folder, and cannot be copied to .*\nhint: Set TMPDIR to a folder with at least \d+ MB of free space\.\n$/,
    )
  })
})

/** Only root can mount, and not everywhere. */
const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-mount-'))
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]).status === 0
  if (isMounted) spawnSync('umount', [folder])
  rmdirSync(folder)
  return isMounted
})()

describe('An archive on a disk that is mounted read-only', () => {
  it.skipIf(!mayMount)(
    `is verified without advice that nobody can take${mayMount ? '' : ' (mount)'}`,
    async () => {
      const there = await world({
        stories: [generateConversations({ count: 3, entries: 2, bytesPerEntry: 10, seed: 1 })],
      })
      await there.run('backup')
      const disk = testFolder()
      const mount = (...options: string[]) => expect(spawnSync('mount', [...options, disk]).status).toBe(0)
      mount('-t', 'tmpfs', '-o', 'size=16m', 'tmpfs')
      onTestFinished(() => void spawnSync('umount', [disk]))
      const archive = join(disk, 'a.db')
      copyFileSync(there.archive, archive)
      chmodSync(archive, 0o444)
      mount('-o', 'remount,ro')
      const { exitCode: exit, stdout } = await there.run('verify', '--json', '--archive', archive)
      expect({ exit, findings: (JSON.parse(stdout) as { findings: unknown[] }).findings }).toEqual({
        exit: 0,
        findings: [],
      })
    },
  )
})
