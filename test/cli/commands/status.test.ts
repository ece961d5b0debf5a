import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import type { RunEnd } from '../../../src/archive/journal/runs.ts'
import { generateConversations } from '../../../src/sandbox/seed/generate-conversations.ts'
import { beginRun } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { world } from '../../support/world.ts'

const NOW = new Date('2026-11-25T05:30:00Z')

/** How a run ended, and when it started; without an outcome it did not end. */
type MadeRun = Partial<Omit<RunEnd, 'books'>> & {
  readonly at: string
  readonly failed?: number
  readonly listed?: number
}

/** Prints the status of an archive with these runs at half past five on November 25. */
async function statusOf(runs: readonly MadeRun[], { stored = 0, args = [] as string[] } = {}) {
  const path = join(testFolder(), 'archive.db')
  const archive = openArchive(path, { mode: 'create' })
  for (const run of runs) addRun(run)
  for (let i = 0; i < stored; i++)
    archive.conversations.store(conversation(`conv_${i}`), 1, NOW.toISOString())
  archive.close()
  const ask = (...more: string[]) =>
    hansard(['status', '--archive', path, ...args, ...more], { now: () => NOW })
  const { stdout, exitCode } = await ask()
  const [json] = expectSchema('status', (await ask('--json')).stdout)
  return { exitCode, lines: stdout.split('\n'), stdout, json: json as Record<string, unknown>, ask }

  function addRun({ at, outcome, complete = null, reason, failed = 0, listed = 12 }: MadeRun): void {
    const id = beginRun(archive, at)
    if (outcome === undefined) return
    const none = { new: 0, updated: 0, unchanged: listed - failed, vanished: 0, gone: 0 }
    const books = { ...none, listed, failed, compared: 0, requests: 9, retries: 0, bytes: 99 }
    archive.runs.end(id, at, { outcome, complete, reason, books, requestsByKind: new Map() })
  }
}

function conversation(id: string) {
  const history = { envelope: '{"entries":[]}', entries: [] }
  return { id, row: JSON.stringify({ id }), history, messages: undefined, fetchedAt: NOW.toISOString() }
}

const COMPLETE = { outcome: 'done', complete: true } as const

describe('The first line of status', () => {
  it('says how old the last verified-complete backup is', async () => {
    const { lines, json } = await statusOf([{ at: '2026-11-25T03:00:00.000Z', ...COMPLETE }])
    expect(lines.slice(0, 2)).toEqual([
      'Last verified-complete backup: 2 h ago (2026-11-25 03:00 UTC)',
      'Nothing needs attention.',
    ])
    expect(json).toMatchObject({ age_seconds: 9000, last_complete: { id: 1 }, last_run_problems: [] })
  })

  it('says never, and that no backup has run, before the first', async () => {
    const { lines, stdout, json } = await statusOf([])
    expect(lines.slice(0, 2)).toEqual([
      'Last verified-complete backup: never',
      'No backup of the account has run yet: run `hansard backup`.',
    ])
    expect(stdout).not.toContain('Nothing needs attention')
    expect(json).toMatchObject({ last_complete: null, age_seconds: null, overdue: null })
  })

  it.each<[string, Partial<MadeRun>, string]>([
    ['was killed or is still running', {}, ' did not end: it was killed, or is still running.'],
    [
      'was interrupted',
      { outcome: 'interrupted' },
      ' was interrupted; the next backup continues from there.',
    ],
    ['failed', { outcome: 'failed', reason: 'The disk is full' }, ' failed: The disk is full.'],
    [
      'lacks conversations',
      { outcome: 'partial', complete: true, failed: 3 },
      ' was partial: 3 of 12 conversations failed.',
    ],
    [
      'is not verified',
      { outcome: 'partial', complete: false, reason: 'rows changed places' },
      ' was partial: rows changed places.',
    ],
    [
      'failed everywhere',
      { outcome: 'partial', complete: true, failed: 12 },
      ' was partial: 12 of 12 conversations failed.',
    ],
  ])('says why not if the first run %s', async (_, run, sentence) => {
    const { lines, stdout } = await statusOf([{ at: '2026-11-25T03:00:00.000Z', ...run }], { stored: 5 })
    expect(lines.slice(0, 3)).toEqual([
      'Last verified-complete backup: never',
      `The last run (1, 2026-11-25 03:00 UTC)${sentence}`,
      '5 conversations stored so far, which may not be all.',
    ])
    expect(stdout).not.toContain('Nothing needs attention')
  })

  it('names the last complete backup and what is wrong with a later run', async () => {
    const { lines } = await statusOf([
      { at: '2026-11-22T03:00:00.000Z', ...COMPLETE },
      { at: '2026-11-25T03:00:00.000Z', outcome: 'interrupted', complete: false },
      { at: '2026-11-25T04:00:00.000Z', outcome: 'done', complete: null },
    ])
    expect(lines.slice(0, 2)).toEqual([
      'Last verified-complete backup: 3 days ago (2026-11-22 03:00 UTC)',
      'The last run (2, 2026-11-25 03:00 UTC) was interrupted; the next backup continues from there.',
    ])
  })

  it('says never after a run that fetched only requested conversations', async () => {
    const { lines } = await statusOf([{ at: '2026-11-25T03:00:00.000Z', outcome: 'done' }], { stored: 1 })
    expect(lines.slice(0, 3)).toEqual([
      'Last verified-complete backup: never',
      'No backup of the account has run yet: run `hansard backup`.',
      '1 conversation stored so far, which may not be all.',
    ])
  })

  it('says that the account was empty', async () => {
    const empty = { at: '2026-11-25T03:00:00.000Z', listed: 0, ...COMPLETE }
    expect((await statusOf([empty])).lines[0]).toMatch(/2026-11-25 03:00 UTC\): the account was empty$/)
  })
})

describe('status --max-age', () => {
  const runs = [{ at: '2026-11-23T05:00:00.000Z', ...COMPLETE }]

  it('exits with 3 if the last verified-complete backup is older, and with 0 otherwise', async () => {
    expect(await statusOf(runs, { args: ['--max-age', '3d'] })).toMatchObject({
      exitCode: 0,
      json: { overdue: false },
    })
    const { exitCode, lines, json } = await statusOf(runs, { args: ['--max-age', '2 days'] })
    expect({ exitCode, overdue: json['overdue'] }).toEqual({ exitCode: 3, overdue: true })
    expect(lines.slice(0, 2)).toEqual([
      'Last verified-complete backup: 2 days ago (2026-11-23 05:00 UTC)',
      'Overdue: --max-age expects one since 2026-11-23 05:30 UTC.',
    ])
  })

  it('exits with 3 if there is none, whatever else there is', async () => {
    for (const outcome of [undefined, 'partial', 'interrupted', 'failed', 'done'] as const)
      expect(
        await statusOf([{ at: '2026-11-25T05:00:00.000Z', ...(outcome && { outcome }) }], {
          args: ['--max-age', '3d'],
        }),
      ).toMatchObject({ exitCode: 3 })
  })

  it('with --quiet prints nothing while all is well', async () => {
    const { ask } = await statusOf(runs)
    expect(await ask('--quiet', '--max-age', '3d')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    const { exitCode, stdout } = await ask('--quiet', '--max-age', '1h')
    expect(exitCode).toBe(3)
    expect(stdout.trimEnd().split('\n')).toHaveLength(3)
  })

  it('refuses what is not an age', async () => {
    const { exitCode, stderr } = await hansard(['status', '--max-age', 'soon'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('Expected 30min, 12h, 3d') as string,
    })
  })
})

describe('status after a backup', () => {
  const few = () => [generateConversations({ count: 5, entries: 2, bytesPerEntry: 100, seed: 5 })]

  it('of an account without conversations is not complete until somebody confirms it', async () => {
    const { run, backup } = await world()
    expect(await backup()).toMatchObject({ exitCode: 3, complete: false })
    const { stdout, exitCode } = await run('status', '--max-age', '1d')
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(
      /^Last verified-complete backup: never\n[^]*this key sees no conversations[^]*--adopt-account/,
    )
    await backup('--adopt-account')
    expect((await run('status', '--max-age', '1d')).exitCode).toBe(0)
  })

  it('whose listing was empty says so if the archive has conversations, and keeps the age of the one before', async () => {
    const { run, backup, sandbox } = await world({ stories: few() })
    await backup()
    const account = sandbox.account('source')
    for (const id of [...account.ids]) account.remove(id)
    expect(await backup()).toMatchObject({ exitCode: 3, complete: false, outcome: 'partial', gone: 0 })
    const { stdout } = await run('status')
    expect(stdout).toMatch(/^Last verified-complete backup: just now/)
    expect(stdout).toContain('(2, 2')
    expect(stdout).toContain('the listing is empty, but the archive holds 5 conversations. Check the key')
    expect(stdout).not.toContain('Nothing needs attention')
    expect(await backup('--accept-gone')).toMatchObject({ exitCode: 0, gone: 5 })
    expect((await run('status')).stdout).toContain('the account was empty; all 5 archived are gone')
  })

  it('shows failures by reason until they are acknowledged, and then counts them', async () => {
    const { run, backup, sandbox } = await world({ stories: few() })
    for (const id of sandbox.account('source').ids)
      sandbox.faults.add({ operation: 'getHistory', id, then: { kind: 'answer', status: 422, body: '{}' } })
    expectSchema('backup', (await run('backup', '--json')).stdout)
    const { stdout } = await run('status')
    expect(stdout).toContain('was partial: 5 of 5 conversations failed.\nNeeds attention:\n')
    const [, command = ''] = /hint: .*`hansard (.*)`/.exec(stdout) ?? []
    expect((await run(...command.split(' '))).stdout).toContain('Acknowledged 5 problems.')
    expect(await backup()).toMatchObject({ exitCode: 0, failed: 0 })
    const after = await run('status', '--max-age', '1d')
    expect(after.exitCode).toBe(0)
    expect(after.stdout).toMatch(
      /^Last verified-complete backup: just now .*\nNothing needs attention\.\n5 acknowledged problems not shown/,
    )
  })
})
