import stringWidth from 'string-width'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { changeKinds } from '../../../src/archive/journal/changes.ts'
import { run as runCli } from '../../../src/cli/main.ts'
import { beginRun } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { archiveOfManyChanges } from '../../support/many-changes.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

const entry = (id: string, content: string) =>
  JSON.stringify({ id, type: 'message.input', role: 'user', content })

/** A world of three conversations that was backed up, changed upstream, and backed up again. */
async function changedWorld() {
  const built = await world({ stories: [talksOf(someTalks(3))] })
  await built.backup()
  const account = built.sandbox.account('source')
  account.appendTo('conv_0', [entry('msg_a', 'And then?'), entry('msg_b', 'And now?')])
  account.remove('conv_1')
  account.create({ entries: [entry('msg_c', 'Where do deltas begin?')] })
  const texts = account.entries('conv_2') ?? []
  account.replaceEntries('conv_2', [...texts.slice(0, -1), entry('msg_d', 'Nobody knows.')])
  return built
}

describe('hansard changes', () => {
  it('shows by title what the last run changed, after a line that can be the subject of a mail', async () => {
    const { backup, run } = await changedWorld()
    await backup('--full', '--accept-gone')
    const { stdout, exitCode } = await run('changes')
    expect(exitCode).toBe(0)
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^Run 2, \d{4}-\d\d-\d\d \d\d:\d\d UTC: 1 new, 2 updated, 1 gone, 1 altered$/)
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}Where do deltas begin\? \(1 entry, conv_[0-9a-f]+\)$/),
    )
    expect(stdout).toMatch(/Updated: 2 conversations\n(.*\n)? {2}.* \(4 entries, 2 added, conv_0\)\n/)
    expect(stdout).toMatch(
      /Gone upstream, kept in the archive: 1 conversation\n {2}.* \(2 entries, conv_1\)\n/,
    )
    expect(stdout).toMatch(/Altered upstream, .*: 1 conversation\n {2}.* \(conv_2\): .*; both are kept\n/)
  })

  it('says that nothing changed, and since when; with --quiet it says nothing', async () => {
    const { backup, run } = await world({ stories: [talksOf(someTalks(3))] })
    await backup()
    await backup()
    expect((await run('changes')).stdout).toMatch(
      /^Nothing changed since run 1, \d{4}-\d\d-\d\d \d\d:\d\d UTC: 3 unchanged\n$/,
    )
    expect((await run('changes', '--since', '1d')).stdout).toMatch(/^2 runs since .* UTC: 3 new\n/)
    expect((await run('changes', '--quiet')).stdout).toBe('')
    expect((await run('changes', '--json')).stdout).toBe('')
  })

  it('never says that nothing changed if the run saw only a part', async () => {
    const { backup, run, sandbox } = await world({ stories: [talksOf(someTalks(3))] })
    await backup()
    sandbox.faults.add({ operation: 'list', then: { kind: 'answer', status: 403, body: '{}' } })
    await backup()
    const { stdout } = await run('changes', '--quiet')
    expect(stdout).toMatch(/^Run 2, .*: no changes found\nRun 2 failed: The API refused the request/)
  })

  it('shows what failed and why, and the changes of an earlier run', async () => {
    const { backup, run, sandbox } = await world({ stories: [talksOf(someTalks(2))] })
    sandbox.faults.add({ operation: 'getHistory', nth: 1, then: { kind: 'answer', status: 400, body: '{}' } })
    await backup()
    await backup()
    expect((await run('changes', '--run', '1')).stdout).toMatch(
      /^Run 1, .*: 1 new, 1 failed\nRun 1 was partial: 1 of 2 conversations failed\.\n[^]*\nFailed: 1 conversation\n.*: history: The API refused the request/,
    )
    expect((await run('changes')).stdout).toMatch(/^Run 2, .*: 1 new\nNew: 1 conversation\n/)
  })

  it('with --json prints one object for each change', async () => {
    const { backup, run } = await changedWorld()
    await backup('--full', '--accept-gone')
    const { stdout } = await run('changes', '--json')
    const changes = expectSchema('changes', stdout) as { change: string; id: string }[]
    expect(changes.map(({ change }) => change)).toEqual(['new', 'updated', 'updated', 'gone', 'altered'])
    const grown = changes.find(({ change, id }) => change === 'updated' && id === 'conv_0')
    expect(grown).toMatchObject({ entries: 4, entries_added: 2, run: 2, title: expect.any(String) as string })
  })

  it('refuses a run that does not exist, and two answers to one question', async () => {
    const { backup, run } = await world({ stories: [talksOf(someTalks(1))] })
    await backup()
    expect(await run('changes', '--run', '7')).toMatchObject({
      exitCode: 2,
      stderr: 'hansard: There is no run 7\nhint: See `hansard runs` for all of them.\n',
    })
    expect(await run('changes', '--run', '1', '--since', '3d')).toMatchObject({ exitCode: 2 })
    expect(await run('changes', '--since', 'soon')).toMatchObject({ exitCode: 2 })
  })

  it('says that no backup has run, at all or since a time', async () => {
    const path = join(testFolder(), 'archive.db')
    openArchive(path, { mode: 'create' }).close()
    expect((await hansard(['changes', '--archive', path])).stdout).toBe('No backup has run yet.\n')
    const archive = openArchive(path, { mode: 'write' })
    beginRun(archive, '2020-01-01T03:15:00.000Z')
    archive.close()
    expect((await hansard(['changes', '--archive', path, '--since', '3d'])).stdout).toMatch(
      /^No backup has run since .* UTC\. The last was run 1, 2020-01-01 03:15 UTC\.\n$/,
    )
    expect((await hansard(['changes', '--archive', path])).stdout).toBe(
      'Run 1, 2020-01-01 03:15 UTC: no changes found\nRun 1 did not end: it was killed, or is still running.\n',
    )
  })
})

describe('With 14,000 changes, hansard changes', () => {
  it('prints at most 40 lines, which fit the terminal, and with --verbose and --json all of them', async () => {
    const path = archiveOfManyChanges(2000)
    for (const columns of [50, 80, 140]) {
      const stdout = testTerminal(columns)
      expect(await runCli(['changes', '--archive', path], testIo({ stdout }))).toBe(0)
      const lines = String(stdout.read()).trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines.length).toBeGreaterThan(25)
      expect(lines.slice(2).filter((line) => stringWidth(line) > columns)).toEqual([])
    }
    const verbose = await hansard(['changes', '--archive', path, '--verbose'])
    expect(verbose.stdout.split('\n').length).toBeGreaterThan(14_000)
    const { stdout } = await hansard(['changes', '--archive', path, '--json'])
    const counted = changeKinds.map((kind) => stdout.split(`{"change":"${kind}"`).length - 1)
    expect(counted).toEqual(changeKinds.map(() => 2000))
  })
})
