import stringWidth from 'string-width'
import { expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { listCommand } from '../../../src/cli/commands/list.ts'
import { loadStories, storiesDirectory } from '../../../src/sandbox/seed/load-stories.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

async function listOn(archive: string, columns: number): Promise<string[]> {
  const stdout = testTerminal(columns)
  await listCommand({ archive }, testIo({ stdout }))
  return String(stdout.read()).trimEnd().split('\n')
}

it('list on a terminal never cuts an id or wraps a line, and shows names where they fit', async () => {
  const { run, archive } = await world({ stories: await loadStories(storiesDirectory) })
  await run('backup')
  const opened = openArchive(archive)
  const ids = [...opened.conversations.list({ includeGone: false })].map(({ id }) => id)
  opened.close()
  for (const columns of [40, 80, 130]) {
    const lines = await listOn(archive, columns)
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    for (const id of ids) expect(lines.some((line) => line.includes(id))).toBe(true)
    expect(lines.join('\n')).toContain('Why rivers bend')
  }
})

it('list in a pipe writes all columns of a conversation on one line', async () => {
  const { run } = await world({ stories: await loadStories(storiesDirectory) })
  await run('backup')
  const { stdout } = await run('list')
  expect(stdout).toMatch(
    /^conv_0684fd306df172f2800051d4f82d4a8b {2}2025-06-16 08:21 UTC +5 entries {2}magistral-medium-latest +Why rivers bend$/m,
  )
})
