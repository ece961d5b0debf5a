import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, it } from 'vitest'

import { withArchive } from '../../src/archive/with-archive.ts'
import { exportArchive } from '../../src/export/export-archive.ts'
import { describeInBrowser, none } from '../support/browser.ts'
import { served } from '../support/served.ts'
import { someTalks, talksOf } from '../support/talks.ts'
import { world } from '../support/world.ts'

async function talks() {
  const here = await world({
    stories: [talksOf([['Where is the weir?', 'At the **mill**.'], ...someTalks(3)])],
  })
  await here.backup()
  return { ...here, ...(await served({ archive: here.archive })) }
}

/** Exports the talks as a folder; returns the address of its first page. */
async function firstPageOfFolder(): Promise<string> {
  const { archive, folder } = await talks()
  const output = join(folder, 'site')
  await withArchive(archive, (opened) => exportArchive(opened, { format: 'html', output }))
  return pathToFileURL(join(output, 'index.html')).href
}

describeInBrowser('A person who reads', (open) => {
  it('finds a conversation while typing, and opens it with the keyboard alone', async () => {
    const { at } = await talks()
    const { page, misdeeds } = await open()
    await page.goto(at('/'))
    await page.keyboard.press('/')
    await page.keyboard.type('wei')
    await page.waitForFunction(() => document.querySelectorAll('.row').length === 1)
    expect(await page.textContent('.row mark')).toBe('weir')
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/conversations\/conv_0\?entry=0#entry-0$/)
    expect(await page.title()).toBe('talk 0 – hansard')
    expect(misdeeds).toEqual(none)
  })

  it('goes through lists and entries with j, k, g and G, and back with Esc', async () => {
    const { at } = await talks()
    const { page, misdeeds } = await open()
    await page.goto(at('/'))
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    const pressed = async (keys: string) => {
      const seen: (string | null | undefined)[] = []
      for (const key of keys) {
        await page.keyboard.press(key)
        seen.push(await focused())
      }
      return seen
    }
    expect(await pressed('jjkGg')).toEqual(['talk 3', 'talk 2', 'talk 3', 'talk 0', 'talk 3'])
    await page.keyboard.press('G')
    await page.keyboard.press('Enter')
    await page.waitForURL(/conv_0/)
    expect((await pressed('jj')).map((text) => text?.includes('mill'))).toEqual([false, true])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.waitForURL(/\/$/)
    expect(misdeeds).toEqual(none)
  })

  it('filters, also without JavaScript', async () => {
    const { at } = await talks()
    const { page, misdeeds } = await open({ javaScriptEnabled: false })
    await page.goto(at('/'))
    await page.click('summary')
    await page.fill('[name=since]', '2026-03-01T10:02')
    await page.click('text=Apply')
    expect(await page.locator('.row').allTextContents()).toHaveLength(2)
    await page.fill('[name=q]', 'bend')
    await page.click('header button')
    expect(page.url()).toMatch(/since=2026-03-01T10%3A02/)
    expect(await page.locator('.row').allTextContents()).toHaveLength(2)
    await page.selectOption('[name=only]', 'gone')
    await page.click('text=Apply')
    expect(await page.textContent('#results')).toContain('No match for bend')
    expect(misdeeds).toEqual(none)
  })

  it('copies the address of an entry', async () => {
    const { at, origin } = await talks()
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto(at('/conversations/conv_0'))
    await page.click('[aria-label="Link to entry 1"]')
    await page.waitForFunction(() => document.querySelector('#copied')?.textContent === 'Link copied')
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(`${origin}/conversations/conv_0#entry-1`)
    await page.goto(copied)
    expect(await page.textContent(':target')).toContain('mill')
  })

  it('is told when a backup has stored newer data', async () => {
    const { at, sandbox, backup } = await talks()
    const { page, misdeeds } = await open()
    await page.goto(at('/'))
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await page.waitForTimeout(200)
    expect(await page.isVisible('#newer')).toBe(false)
    const row = '{"id":"conv_new","name":"new talk","created_at":"2026-04-01T00:00:00Z"}'
    sandbox.account('source').create({ row, entries: [] })
    await backup()
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await page.waitForSelector('#newer:not([hidden])')
    await page.click('text=Show it')
    await page.waitForSelector('text=new talk')
    expect(misdeeds).toEqual(none)
  })

  it('searches the folder of an export from disk, without a server', async () => {
    const first = await firstPageOfFolder()
    const { page, misdeeds } = await open()
    await page.goto(first)
    const rows = () => page.locator('#results .row').allTextContents()
    expect(await rows()).toHaveLength(4)
    await page.keyboard.press('/')
    await page.keyboard.type('weir mil')
    await page.waitForFunction(() => document.querySelectorAll('#results .row').length === 1)
    expect(await rows()).toEqual([expect.stringContaining('talk 0')])
    await page.click('#results a')
    await page.waitForURL(/conversations/)
    await page.keyboard.press('/')
    await page.keyboard.type('of ben')
    await page.keyboard.press('Enter')
    await page.waitForURL(/index\.html\?q=of\+ben$/)
    await page.waitForFunction(() => document.querySelectorAll('#results .row').length === 3)
    expect(await page.textContent('#results')).toContain('3 conversations')
    await page.fill('input[type=search]', 'nothing like it')
    await page.waitForSelector('text=No conversation has all these words.')
    await page.fill('input[type=search]', '')
    await page.waitForSelector('text=By month of creation')
    expect(misdeeds).toEqual(none)
  })

  it('reads the folder of an export from disk, from its first page on', async () => {
    const first = await firstPageOfFolder()
    const { page, misdeeds } = await open({ javaScriptEnabled: false })
    await page.goto(first)
    await page.click('text=talk 0')
    expect(await page.textContent('strong')).toBe('mill')
    await page.click('text=Conversations')
    await page.click('text=2026-03')
    expect(await page.locator('.row').allTextContents()).toHaveLength(4)
    await page.click('text=Overview')
    expect(await page.textContent('main')).toContain('4 conversations, 8 entries')
    expect(misdeeds).toEqual(none)
  })
})
