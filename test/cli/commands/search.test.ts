import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { backup } from '../../../src/backup/backup.ts'
import { searchCommand } from '../../../src/cli/commands/search.ts'
import { generateConversations } from '../../../src/sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../../src/own-files.ts'
import { loadStories } from '../../../src/sandbox/seed/load-stories.ts'
import { clientOf } from '../../support/client-server.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { change } from '../../support/damaged-archives.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'
import { rowsInPipe } from '../../support/tsv.ts'

const stories = await loadStories(storiesDirectory)
const BOLD = /\u001b\[(1|22)m/g
const RIVER = 'conv_0684fd306df172f2800051d4f82d4a8b'

async function onTerminal(archive: string, columns: number, ...text: string[]): Promise<string> {
  const stdout = testTerminal(columns)
  await searchCommand({ archive, text }, testIo({ stdout, now: () => new Date('2026-11-26T12:00:00Z') }))
  return String(stdout.read())
}

describe('hansard search', () => {
  it('writes TSV to a pipe, with the match in brackets', async () => {
    const { run } = await world({ stories })
    await run('backup')
    const { stdout, stderr, exitCode } = await run('search', 'outer', 'bank')
    const [{ position, snippet, ...others } = {}] = await rowsInPipe('search', stdout)
    expect(others).toEqual({
      ...{ id: RIVER, created_at: '2025-06-16T08:17:13.455120Z', matching_entries: '1', gone_at: '' },
      title: 'Why rivers bend',
    })
    expect(snippet).toMatch(/\[[Oo]uter\] \[bank\]/)
    expect((await run('show', RIVER, '--entry', position ?? '')).stdout).toMatch(/Outer bank: /)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  })

  it('on a terminal has headings, the age of the entry, and the snippet on a line of its own', async () => {
    const { run, archive } = await world({ stories })
    await run('backup')
    expect((await onTerminal(archive, 80, '"outer bank"')).replaceAll(BOLD, '')).toBe(
      [
        'CONVERSATION                           ENTRY  CREATED        TITLE',
        `${RIVER}      2  17 months ago  Why rivers bend`,
        '  Outer bank: faster water. Inner bank: silt. The outer bank erodes faster than…',
        '',
      ].join('\n'),
    )
    expect((await onTerminal(archive, 50, '"outer bank"')).replaceAll(BOLD, '')).toBe(
      [
        'CONVERSATION',
        '  ENTRY  CREATED        TITLE',
        RIVER,
        '      2  17 months ago  Why rivers bend',
        '  Outer bank: faster water. Inner bank: silt. The …',
        '',
      ].join('\n'),
    )
    expect(await onTerminal(archive, 140, '"outer bank"')).toMatch(/MATCHING.*\n.* {2}1 {2}Why rivers bend\n/)
  })

  it('writes one JSON object per match with --json', async () => {
    const { run } = await world({ stories })
    await run('backup')
    const { stdout } = await run('search', '"outer bank"', '--json', '--id', RIVER)
    const [hit] = expectSchema('search', stdout) as { snippet: string; marks: [number, number][] }[]
    expect(hit).toMatchObject({ id: RIVER, name: 'Why rivers bend', gone_at: null })
    expect(hit?.marks.map(([a, b]) => hit.snippet.slice(a, b).toLowerCase())).toContain('outer bank')
  })

  it('finds words in many languages', async () => {
    const { run } = await world({ stories })
    await run('backup')
    for (const text of ['नदी', 'ナイル', '亚洲', '한강', 'แม่น้ำ', 'النيل', 'הנהר', '🌊', '漢字', 'zalgo']) {
      const { stdout } = await run('search', text)
      expect({ text, stdout }).toMatchObject({ stdout: expect.stringMatching(/^conv_019bb0c0de/m) as string })
    }
  })

  it('fits the terminal, marks matches in bold, and passes no control codes on', async () => {
    const { run, archive } = await world({ stories })
    await run('backup')
    for (const columns of [40, 80, 130]) {
      const shown = await onTerminal(archive, columns, 'river*')
      for (const line of shown.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    }
    const hostile = await onTerminal(archive, 80, 'desrever')
    expect(hostile).toContain('\\u202e')
    expect(hostile.replaceAll(/\u001b\[(1|22)m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  })

  it('says what would find something if nothing was found', async () => {
    const { run, archive } = await world({ stories })
    await run('backup')
    change(archive, `update conversation set gone_at = '2026-01-01T00:00:00Z' where id = '${RIVER}'`)
    const told = async (...args: string[]) => (await run('search', ...args)).stderr.split('\n').slice(1, -1)
    expect(await told('kilometr')).toEqual(['hint: kilometr* finds 1 conversation.'])
    expect(await told('"outer ban"')).toEqual([
      'hint: Only whole words match; riv* also finds river and rivers.',
    ])
    expect(await told('"outer bank"')).toEqual(['hint: --include-gone finds 1 conversation.'])
    expect(await told('kilometre', '--until', '2025')).toEqual([
      'hint: The whole archive finds 1 conversation.',
    ])
    expect(await told('kilometre xyzzy')).toEqual(['hint: xyzzy is in no conversation.'])
  })

  it('reports a search without a match, and a search without words', async () => {
    const { run, archive } = await world({ stories })
    await run('backup')
    expect(await run('search', 'xyzzy')).toMatchObject({
      exitCode: 0,
      stderr: 'No match for xyzzy\nhint: Only whole words match; riv* also finds river and rivers.\n',
    })
    expect(await onTerminal(archive, 80, 'xyzzy')).toBe('null')
    expect(await run('search', '?!')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('hint: ') as string,
    })
    expect(await run('list', '--match', '?!')).toMatchObject({ exitCode: 2 })
  })

  it('shows 20 matches, says that there are more, and shows more with --limit', async () => {
    const { run } = await world({
      stories: [generateConversations({ count: 30, entries: 2, bytesPerEntry: 600, seed: 1 })],
    })
    await run('backup')
    const few = await run('search', 'batch')
    expect(few.stdout.trimEnd().split('\n')).toHaveLength(20)
    expect(few.stderr).toBe('Showing the best 20 of 30 matches; use --limit to show more.\n')
    const more = await run('search', 'batch', '--limit', '25')
    expect(more.stdout.trimEnd().split('\n')).toHaveLength(25)
    expect(more.stderr).toContain('best 25 of 30')
    expect(await run('search', 'batch', '--limit', '30')).toMatchObject({ stderr: '' })
    expect((await run('search', 'batch', '--json')).stdout.trimEnd().split('\n')).toHaveLength(30)
  })

  it('finds the same conversations as --match', async () => {
    const { run } = await world({ stories })
    await run('backup')
    const ids = (text: string) => [...text.matchAll(/^conv_\w+/gm)].map(([id]) => id).sort()
    const listed = ids((await run('list', '--match', 'river* -delta')).stdout)
    expect(listed.length).toBeGreaterThan(1)
    expect(ids((await run('search', 'river* -delta', '--limit', '999')).stdout)).toEqual(listed)
  })

  it('warns about conversations that are not indexed yet, and names the command that indexes them', async () => {
    const { run, archive } = await world({ stories })
    await run('backup')
    change(
      archive,
      `insert into revision (conversation, run, stored_at, row, history, tip, length, chain)
      select conversation, run, stored_at, row, history, tip, length, chain from revision where id = 1`,
    )
    for (const command of [
      ['search', 'river'],
      ['list', '--match', 'river'],
    ]) {
      const { exitCode, stdout, stderr } = await run(...command)
      expect(stdout).toContain('conv_')
      expect(stderr).toMatch(
        /^hansard: 1 conversation added or changed .*`hansard backup`.*`hansard verify --repair`, to index the rest$/m,
      )
      expect(exitCode).toBe(0)
    }
    expect(await run('list')).toMatchObject({ stderr: '' })
  })

  it('fails without an index, and its hint helps', async () => {
    const { run, backup: runBackup, archive } = await world({ stories })
    await runBackup()
    change(
      archive,
      `delete from holding where conversation = 1; insert into search (search) values ('delete-all')`,
    )
    const { exitCode, stderr } = await run('search', 'river')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no search index yet') as string,
    })
    expect(await run('list', '--match', 'river')).toMatchObject({ exitCode: 1 })
    expect(await run('list')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await run('verify', '--repair')).toMatchObject({ exitCode: 0 })
    expect(await run('search', 'outer bank')).toMatchObject({ exitCode: 0, stderr: '' })
  })
})

describe('A backup', () => {
  it('stopped while it fills the index leaves a sound index, which the next run completes', async () => {
    const { sandbox, archive, run } = await world({
      stories: [generateConversations({ count: 24, entries: 4, bytesPerEntry: 200_000, seed: 2 })],
    })
    const opened = openArchive(archive, { mode: 'create' })
    const stop = new AbortController()
    const result = await backup(clientOf(sandbox.url, { apiKey: 'source' }), opened, {
      signal: stop.signal,
      onProgress: ({ step }) => step.name === 'index' && setImmediate(() => stop.abort()),
    })
    opened.close()
    expect(result).toMatchObject({ outcome: 'interrupted', complete: true, new: 24 })
    expect(await run('verify')).toMatchObject({ exitCode: 0 })
    const before = await run('search', 'batch')
    expect(before.stderr).toMatch(/no search index yet|24 conversations added or changed/)
    expect(await run('backup')).toMatchObject({ exitCode: 0 })
    expect(await run('search', 'batch')).toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining('changed') as string,
    })
    expect(await run('verify')).toMatchObject({ exitCode: 0 })
  })

  it('stores conversations although the index is damaged, and says what to do', async () => {
    const { run, backup: runBackup, archive } = await world({ stories })
    await runBackup('--id', RIVER)
    change(
      archive,
      `update search_data set block = x'00' where id > 10; delete from search_data where id = 10`,
    )
    const result = await runBackup()
    expect(result).toMatchObject({
      exitCode: 3,
      failed: 0,
      reason: expect.stringContaining('hansard verify') as string,
    })
    expect(await run('verify', '--repair')).toMatchObject({ exitCode: 0 })
    expect((await run('search', 'outer bank')).stdout).toContain(RIVER)
    expect(await runBackup()).toMatchObject({ exitCode: 0 })
  })
})
