import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, it } from 'vitest'

import { exportArchive } from '../../src/export/export-archive.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { withArchive } from '../../src/archive/with-archive.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { look } from '../support/archives.ts'
import { describeInBrowser, none } from '../support/browser.ts'
import { served } from '../support/served.ts'
import { readPages, stringsIn, wordsMissing, type Shown } from '../support/shown.ts'
import { world } from '../support/world.ts'

/** An archive of all stories, and the strings of each conversation. */
async function storiesArchive() {
  const { archive, backup, folder } = await world({ stories: await loadStories(storiesDirectory) })
  await backup()
  const conversations = look(archive, (open) =>
    Array.from(open.conversations.readAll({ includeGone: true }), ({ id, row, entries }) => ({
      id,
      strings: [row, ...entries()].flatMap((json) => stringsIn(JSON.parse(json))),
    })),
  )
  return { archive, folder, conversations }
}

/** The strings of conversations of which the pages lack a word. */
function lackingOf(strings: readonly string[], shown: Shown): [string, string[]][] {
  return strings
    .map((string): [string, string[]] => [string.slice(0, 200), wordsMissing(string, shown)])
    .filter(([, words]) => words.length > 0)
}

describeInBrowser('Every string of every story', (open) => {
  it('is on the pages of the reader', async () => {
    const { archive, conversations } = await storiesArchive()
    const { at } = await served({ archive })
    const { page, misdeeds } = await open()
    expect(conversations.length).toBeGreaterThan(10)
    for (const { id, strings } of conversations) {
      const shown = await readPages(page, at(`/conversations/${encodeURIComponent(id)}`))
      expect({ id, lacking: lackingOf(strings, shown) }).toEqual({ id, lacking: [] })
    }
    expect(misdeeds).toEqual(none)
  })

  it.each([
    ['with', true],
    ['without', false],
  ])('is on the pages of a folder, opened from disk, %s JavaScript', async (_, javaScriptEnabled) => {
    const { archive, folder, conversations } = await storiesArchive()
    const output = join(folder, 'site')
    await withArchive(archive, (opened) =>
      exportArchive(opened, { format: 'html', output, selection: { includeGone: true } }),
    )
    const { page, misdeeds } = await open({ javaScriptEnabled })
    const files = readdirSync(join(output, 'conversations'), { recursive: true, encoding: 'utf8' })
    const first = files.filter((file) => /-[0-9a-v]{12}\.html$/.test(file))
    expect(first.length).toBe(conversations.length)
    for (const file of first) {
      const path = join(output, 'conversations', file)
      const found = conversations.find(({ id }) => readFileSync(path, 'utf8').includes(`>${id}<`))
      const shown = await readPages(page, pathToFileURL(path).href)
      expect({ file, lacking: lackingOf(found?.strings ?? ['no page'], shown) }).toEqual({
        file,
        lacking: [],
      })
    }
    expect(misdeeds).toEqual(none)
  })

  it('is on the page of one conversation as one file', async () => {
    const { archive, folder, conversations } = await storiesArchive()
    const { page, misdeeds } = await open()
    const opened = openArchive(archive)
    for (const { id, strings } of conversations) {
      const output = join(folder, `${Buffer.from(id).toString('hex')}.html`)
      await exportArchive(opened, { format: 'html', output, selection: { ids: [id], includeGone: true } })
      const shown = await readPages(page, pathToFileURL(output).href)
      expect({ id, lacking: lackingOf(strings, shown) }).toEqual({ id, lacking: [] })
    }
    opened.close()
    expect(misdeeds).toEqual(none)
  })
})
