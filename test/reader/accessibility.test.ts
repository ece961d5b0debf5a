import { expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { archiveOf, look } from '../support/archives.ts'
import { overflowOf, violationsOn } from '../support/axe.ts'
import { describeInBrowser, none } from '../support/browser.ts'
import { makeSoundArchive } from '../support/sound-archive.ts'
import { served } from '../support/served.ts'
import { world } from '../support/world.ts'

const looks = [
  { name: 'wide and light', viewport: { width: 1400, height: 900 }, colorScheme: 'light' },
  { name: 'at 320 pixels and dark', viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
] as const

describeInBrowser('Every page', (open) => {
  it.each(looks)(
    'can be read by everybody, $name',
    async ({ viewport, colorScheme }) => {
      const { archive, backup } = await world({ stories: await loadStories(storiesDirectory) })
      await backup()
      const { at } = await served({ archive })
      const { page, misdeeds } = await open({ viewport, colorScheme })
      const all = look(archive, ({ conversations }) => [...conversations.ids({ includeGone: true })])
      const ids = viewport.width === 320 ? all : all.slice(0, 3)
      const paths = [
        ...['/', '/?q=river', '/?q=nothing-like-it', '/?since=never', '/?only=gone', '/overview', '/nowhere'],
        ...ids.map((id) => `/conversations/${encodeURIComponent(id)}`),
      ]
      for (const path of paths) {
        await page.goto(at(path))
        await page.evaluate(() => document.querySelectorAll('details').forEach((each) => (each.open = true)))
        const found = { path, wrong: await violationsOn(page), overflow: await overflowOf(page) }
        expect(found).toEqual({ path, wrong: [], overflow: 0 })
      }
      // The browser itself names the pages that tell of an error.
      expect({ ...misdeeds, errors: misdeeds.errors.filter((each) => !each.includes('404')) }).toEqual(none)
    },
    120_000,
  )

  it('shows revisions and forks that can be read by everybody', async () => {
    const { archive } = await world()
    makeSoundArchive(archive)
    const { at } = await served({ archive })
    const { page, misdeeds } = await open()
    await page.goto(at('/conversations/conv_river'))
    expect(await page.textContent('main')).toMatch(/2 revisions: what changed[^]*Forks/)
    expect(await violationsOn(page)).toEqual([])
    await page.click('text=2 revisions: what changed')
    expect(await page.textContent('main')).toContain('Revisions: 2')
    expect(await violationsOn(page)).toEqual([])
    expect(misdeeds).toEqual(none)
  })
})

describeInBrowser('A long history', (open) => {
  it('is divided into pages, each of which can be read by everybody', async () => {
    const { archive } = await world()
    const entries = Array.from({ length: 250 }, (_, i) => ({
      type: 'message.input',
      id: `m${i}`,
      content: `entry ${i}`,
    }))
    const large = { type: 'message.input', id: 'large', content: 'A line of a long text.\n'.repeat(40_000) }
    archiveOf(
      [{ row: { id: 'conv_long' }, entries: [...entries, large] }],
      openArchive(archive, { mode: 'create' }),
    ).close()
    const { at } = await served({ archive })
    const { page, misdeeds } = await open()
    await page.goto(at('/conversations/conv_long'))
    const seen: unknown[] = []
    for (;;) {
      seen.push(await page.textContent('nav.pages :text-matches("^Entr")'))
      expect(await violationsOn(page)).toEqual([])
      const next = page.locator('nav.pages a', { hasText: 'Next' }).first()
      if ((await next.count()) === 0) break
      await next.click()
    }
    expect(seen).toEqual([
      ...['Entries 0 to 99 of 251', 'Entries 100 to 199 of 251', 'Entries 200 to 249 of 251'],
      ...[
        'Entry 250 of 251, part 1',
        'Entry 250 of 251, part 2',
        'Entry 250 of 251, part 3',
        'Entry 250 of 251, part 4',
        'Entry 250 of 251, part 5',
      ],
    ])
    expect(misdeeds).toEqual(none)
  })
})
