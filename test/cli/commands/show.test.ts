import { join } from 'node:path'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { showCommand } from '../../../src/cli/commands/show.ts'
import { storiesDirectory } from '../../../src/own-files.ts'
import { loadStories } from '../../../src/sandbox/seed/load-stories.ts'
import { archiveOf, type MadeConversation } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { startHansard } from '../../support/hansard-process.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

/** Stores conversations in an archive file, and returns its name. */
function archiveFile(conversations: readonly MadeConversation[]): string {
  const path = join(testFolder(), 'archive.db')
  archiveOf(conversations, openArchive(path, { mode: 'create' })).close()
  return path
}

const walk = {
  row: { id: 'conv_1' },
  entries: Array.from({ length: 12 }, (_, i) => `{"type":"message.input","content":"step ${i}","n":${i}.50}`),
}

describe('hansard show', () => {
  it('--entry begins at the entry that search cites and goes on', async () => {
    const { run } = await world({ stories: await loadStories(storiesDirectory) })
    await run('backup')
    const hit = JSON.parse((await run('search', '"kilometre 40"', '--json')).stdout) as Record<
      string,
      unknown
    >
    const { stdout } = await run('show', String(hit['id']), '--entry', String(hit['position']))
    const [first, second] = stdout.split('\n').filter((line) => line.startsWith('entry '))
    expect(first).toContain(`entry ${Number(hit['position'])} · `)
    expect(second).toContain(`entry ${Number(hit['position']) + 1} · `)
    expect(stdout).toMatch(/Kilometre 40\b/)
  })

  it('--entry 4-5 shows two entries, 4-4 one, also with --json', async () => {
    const archive = archiveFile([walk])
    const shown = async (entry: string) =>
      (await hansard(['show', 'conv_1', '--archive', archive, '--entry', entry])).stdout
    expect((await shown('4-5')).match(/^entry \d+/gm)).toEqual(['entry 4', 'entry 5'])
    expect((await shown('4-4')).match(/^entry \d+/gm)).toEqual(['entry 4'])
    expect((await shown('11-99')).match(/^entry \d+/gm)).toEqual(['entry 11'])
    const json = await hansard(['show', 'conv_1', '--archive', archive, '--entry', '4-5', '--json'])
    expect(json.stdout).toBe(
      `{"conversation":{"id":"conv_1"},"entries":[${walk.entries.slice(4, 6).join()}]}\n`,
    )
  })

  it('says which entries there are if the one asked for does not exist', async () => {
    const archive = archiveFile([walk])
    expect(await hansard(['show', 'conv_1', '--archive', archive, '--entry', '12'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('12 entries, numbered 0 to 11') as string,
    })
    for (const entry of ['-1', 'x', '5-3', '1-', ''])
      expect(await hansard(['show', 'conv_1', '--archive', archive, `--entry=${entry}`])).toMatchObject({
        exitCode: 2,
      })
  })

  it('--json gives the conversation and its entries verbatim, as its schema says', async () => {
    const { run } = await world({ stories: await loadStories(storiesDirectory) })
    await run('backup')
    for (const line of (await run('list', '--json')).stdout.trimEnd().split('\n')) {
      const { id } = JSON.parse(line) as { id: string }
      const { stdout } = await run('show', id, '--json')
      expectSchema('show', stdout)
      expect(stdout).toBe((await run('export', 'jsonl', '--id', id, '--output', '-')).stdout)
    }
  })

  it('fits a terminal of 50, 80 and 140 columns, and is not wrapped in a pipe', async () => {
    const { run, archive } = await world({ stories: await loadStories(storiesDirectory) })
    await run('backup')
    for (const id of ['conv_019bb0c0de007a11b222c333d444e555', 'conv_019ce791858676bc94cc69cd6aa43500']) {
      for (const columns of [50, 80, 140]) {
        const stdout = testTerminal(columns)
        await showCommand({ archive, id }, testIo({ stdout }))
        for (const line of String(stdout.read()).split('\n'))
          expect(stringWidth(line)).toBeLessThanOrEqual(columns)
      }
    }
    const long = 'many words '.repeat(100).trim()
    const file = archiveFile([{ row: { id: 'conv_1' }, entries: [{ type: 'message.input', content: long }] }])
    expect((await hansard(['show', 'conv_1', '--archive', file])).stdout).toContain(`  ${long}\n`)
  })

  it('shows millions of short lines in little memory', async () => {
    const content = 'a\n'.repeat(5_000_000)
    const archive = archiveFile([{ row: { id: 'conv_1' }, entries: [{ type: 'message.input', content }] }])
    const env = { NODE_OPTIONS: '--max-old-space-size=80' }
    const { exit, stdout } = await startHansard(['show', 'conv_1', '--archive', archive], env).ended
    expect(exit).toBe(0)
    expect(stdout.length).toBeGreaterThan(20_000_000)
  }, 60_000)
})
