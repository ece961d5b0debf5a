import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { generateConversations } from '../../../src/sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../../src/own-files.ts'
import { loadStories } from '../../../src/sandbox/seed/load-stories.ts'
import { change } from '../../support/damaged-archives.ts'
import { hansard } from '../../support/hansard.ts'
import { world, type World } from '../../support/world.ts'

const few = () => [generateConversations({ count: 12, entries: 4, bytesPerEntry: 300, seed: 5 })]
const entry = (n: number) => `{"type":"message.input","id":"msg_${n}","content":"say ${n}"}`

/** Runs `verify --remote --json` and returns its lines, except equal ones, and its summary. */
async function remote({ run }: World, ...args: string[]) {
  const { stdout, exitCode } = await run('verify', '--remote', '--json', ...args)
  const lines = stdout.trimEnd().split('\n')
  const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return {
    exitCode,
    summary: objects.at(-1),
    lines: objects.filter(({ sign }) => sign !== undefined && sign !== '='),
  }
}

describe('hansard verify', () => {
  it('finds an archive of every story sound, also after a second backup', async () => {
    const { backup, run } = await world({ stories: await loadStories(storiesDirectory) })
    await backup()
    await backup()
    const { exitCode, stdout } = await run('verify')
    expect(stdout).toMatch(/^ok {7}pages: /)
    expect(stdout).toContain('is sound: 15 checks')
    expect(stdout).toContain('decay, not tampering')
    expect(exitCode).toBe(0)
  })

  it('reports what is wrong and what to do, as text and as JSON', async () => {
    const { backup, run, archive } = await world({ stories: few() })
    await backup()
    change(archive, `update entry set json = json || ' ' where id = 3; drop view entries`)
    const words = await run('verify')
    expect(words.exitCode).toBe(4)
    expect(words.stdout).toMatch(/PROBLEM {2}entries: 1 finding/)
    expect(words.stdout).toMatch(
      /entries: its text or its hash.*: 1 finding\n {4}entry 3, conv_\w+: [^]*backup --full/,
    )
    expect(words.stdout).toMatch(/schema: the view is missing: 1 finding\n {4}entries: [^]*verify --repair/)
    const { exitCode, stdout } = await run('verify', '--json')
    expect(exitCode).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'verify',
      sound: false,
      counts: { findings: 2, errors: 1, repairable: 1 },
      findings: [
        { check: 'schema' },
        { check: 'entries', severity: 'error', where: { table: 'entry', row: 3 } },
      ],
    })
    const quiet = await run('verify', '--quiet')
    expect(quiet.stdout).toMatch(/^ {2}schema: [^]*\n {2}entries: /)
    expect(quiet.stdout).not.toMatch(/^ok|tampering/m)
  })

  it('repairs derived data and verifies again', async () => {
    const { backup, run, archive } = await world({ stories: few() })
    await backup()
    change(archive, `drop view entries; update revision set length = 77`)
    const { exitCode, stdout } = await run('verify', '--repair')
    expect(stdout).toMatch(/Repaired before the checks:[^]*schema: the view is missing[^]*is sound/)
    expect(exitCode).toBe(0)
    expect(await run('verify', '--repair')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Nothing needed repair') as string,
    })
  })

  it('advises `backup --full`, which restores damaged and lost entries', async () => {
    const { backup, run, archive, sandbox } = await world({ stories: few() })
    await backup()
    change(archive, `pragma foreign_keys = off; update entry set json = replace(json, 'e', 'f') where id = 3`)
    expect(await backup('--full')).toMatchObject({ unchanged: 12, updated: 0 })
    expect(await run('verify')).toMatchObject({ exitCode: 0 })

    change(archive, 'pragma foreign_keys = off; delete from entry where id = 3')
    change(archive, `update revision set row = '{"id' where id = 2`)
    expect(await backup('--full')).toMatchObject({ updated: 2, failed: 0 })
    const stored = openArchive(archive)
    for (const id of sandbox.account('source').ids) {
      const conversation = stored.conversations.read(id)
      expect([...(conversation?.entries() ?? [])]).toEqual(sandbox.account('source').entries(id))
      expect(conversation?.row).toBe(sandbox.account('source').row(id))
    }
    stored.close()
  })

  it('with --quiet prints only findings, and stops when interrupted', async () => {
    const { backup, run, archive } = await world({ stories: few() })
    await backup()
    expect(await run('verify', '--quiet')).toMatchObject({ exitCode: 0, stdout: '' })
    const signal = AbortSignal.abort()
    expect(await hansard(['verify', '--archive', archive], { signal })).toMatchObject({ exitCode: 130 })
  })

  it('exits with 8 if the file cannot be read as an archive, and with 2 for conflicting options', async () => {
    const { run, archive } = await world()
    expect(await run('verify')).toMatchObject({ exitCode: 2 })
    writeFileSync(archive, 'Dear diary')
    expect(await run('verify')).toMatchObject({
      exitCode: 8,
      stdout: expect.stringContaining('not a SQLite file') as string,
    })
    for (const args of [
      ['--sample', '3'],
      ['--remote', '--repair'],
      ['--remote', '--seed', '1'],
    ]) {
      expect(await run('verify', ...args)).toMatchObject({ exitCode: 2, stdout: '' })
    }
  })
})

describe('hansard verify --remote', () => {
  it('finds everything equal after a backup of every story', async () => {
    const here = await world({ stories: await loadStories(storiesDirectory) })
    await here.backup()
    const { exitCode, summary, lines } = await remote(here)
    expect(lines).toEqual([])
    expect(summary).toMatchObject({ equal: here.sandbox.account('source').ids.length, complete: true })
    expect(exitCode).toBe(0)
  })

  it('reports conversations that are only upstream, only in the archive, grown, changed or unreadable', async () => {
    const here = await world({ stories: few() })
    const account = here.sandbox.account('source')
    await here.backup()
    const [grown = '', altered = '', shorter = '', renamed = '', deleted = '', failing = ''] = account.ids
    const fresh = account.create({ entries: [entry(1)] })
    account.appendTo(grown, [entry(2), entry(3)])
    account.replaceEntries(altered, [...(account.entries(altered) ?? []).slice(0, 2), entry(4)])
    account.replaceEntries(shorter, (account.entries(shorter) ?? []).slice(0, 3))
    account.replaceRow(renamed, (account.row(renamed) ?? '').replace('"name":null', '"name":"other"'))
    account.remove(deleted)
    here.sandbox.faults.add({
      operation: 'getHistory',
      id: failing,
      then: { kind: 'answer', status: 200, body: '{}' },
    })

    const { exitCode, summary, lines } = await remote(here)
    expect(new Map(lines.map(({ id, ...rest }) => [id, rest]))).toEqual(
      new Map<string, unknown>([
        [fresh, { sign: '+' }],
        [grown, { sign: '*', entries_added: 2, detail: 'grew by 2 entries' }],
        [altered, { sign: '*', position: 2, detail: 'entry 2 differs' }],
        [shorter, { sign: '*', position: 3, detail: 'entry 3 is no longer there' }],
        [renamed, { sign: '*', detail: 'differs in name' }],
        [deleted, { sign: '-' }],
        [failing, { sign: '!', detail: expect.stringContaining('no list of entries') as string }],
      ]),
    )
    expect(summary).toMatchObject({
      equal: 6,
      only_upstream: 1,
      only_in_archive: 1,
      different: 4,
      not_compared: 1,
      complete: true,
    })
    expect(exitCode).toBe(4)
    expect((await here.run('verify', '--remote')).stdout).toContain(`  ${grown}: grew by 2 entries\n`)
  })

  it('compares a selection by id, and says that it did not list the account', async () => {
    const here = await world({ stories: few() })
    await here.backup()
    const [changed = '', other = ''] = here.sandbox.account('source').ids
    here.sandbox.account('source').appendTo(changed, [entry(1)])
    here.sandbox.account('source').create({ entries: [entry(2)] })
    const { exitCode, summary, lines } = await remote(here, '--id', changed, other)
    expect(lines).toMatchObject([{ sign: '*', id: changed }])
    expect(summary).toMatchObject({ equal: 1, different: 1, only_upstream: 0, complete: null })
    expect(exitCode).toBe(4)
    const words = await here.run('verify', '--remote', '--match', 'river -zzz', '--limit', '3')
    expect(words).toMatchObject({ exitCode: expect.any(Number) as number, stderr: '' })
    expect(words.stdout).toContain('Only the selection was compared; the account was not listed.')
    expect(await here.run('verify', '--id', changed)).toMatchObject({ exitCode: 2 })
  })

  it('exits with 3 if nothing differs but something could not be compared', async () => {
    const here = await world({ stories: few() })
    await here.backup()
    const [id = ''] = here.sandbox.account('source').ids
    here.sandbox.faults.add({
      operation: 'getHistory',
      id,
      then: { kind: 'answer', status: 200, body: '{}' },
    })
    expect(await remote(here)).toMatchObject({ exitCode: 3, summary: { equal: 11, not_compared: 1 } })
  })

  it('compares a random sample, the same for the same seed', async () => {
    const here = await world({ stories: few() })
    await here.backup()
    const fetched = async (...args: string[]) => {
      const before = here.sandbox.requests.length
      expect(await remote(here, ...args)).toMatchObject({ exitCode: 0, summary: { equal: 4, sample: 4 } })
      const requests = here.sandbox.requests.slice(before)
      return requests.flatMap(({ operation, path }) => (operation === 'getHistory' ? [path] : [])).sort()
    }
    const first = await fetched('--sample', '4', '--seed', '1')
    expect(first).toHaveLength(4)
    expect(await fetched('--sample', '4', '--seed', '1')).toEqual(first)
    expect(await fetched('--sample', '4', '--seed', '2')).not.toEqual(first)
    expect((await here.run('verify', '--remote', '--sample', '4')).stdout).toMatch(
      /--seed \d+ draws the same/,
    )
  })

  it('reports a difference caused by decay in the archive, and continues past damage', async () => {
    const here = await world({ stories: few() })
    await here.backup()
    change(
      here.archive,
      `pragma foreign_keys = off; delete from entry where id = 5;
      update entry set json = replace(json, '"content":"', '"content":"x') where id = 1`,
    )
    const { exitCode, lines } = await remote(here)
    expect(lines.map(({ sign }) => sign).sort()).toEqual(['!', '*'])
    expect(exitCode).toBe(4)
  })

  it('refuses to compare with another account', async () => {
    const here = await world({ stories: few() })
    await here.backup()
    const env = { ...here.env, MISTRAL_API_KEY: 'other' }
    expect(await hansard(['verify', '--remote'], { env })).toMatchObject({ exitCode: 2, stdout: '' })
  })
})
