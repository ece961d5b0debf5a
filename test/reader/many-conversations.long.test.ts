import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { withArchive } from '../../src/archive/with-archive.ts'
import { exportArchive } from '../../src/export/export-archive.ts'
import { startScript } from '../../src/own-files.ts'
import { archiveOf } from '../support/archives.ts'
import { describeInBrowser, none } from '../support/browser.ts'
import { afterThisTest } from '../support/describe-concurrent.ts'
import { testFolder } from '../support/folder.ts'
import { runDelay } from '../support/run-delay.ts'
import { storeMany } from '../support/many-conversations.ts'

const SERVED = Number(process.env['CONVERSATIONS'] ?? 100_000)
const EXPORTED = Number(process.env['EXPORTED'] ?? 10_000)

/** What a person waits for at most, in milliseconds. */
const PATIENCE = 1000

interface Server {
  readonly url: string
  /** How much memory the process has, in MiB. */
  readonly memory: () => number
  /** How long it waited for a processor so far, in milliseconds. */
  readonly delay: () => number
}

/** Serves an archive with the program itself. */
async function serve(archive: string): Promise<Server> {
  const child = spawn(process.execPath, [startScript, 'serve', '--archive', archive], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  afterThisTest(() => child.kill('SIGINT'))
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  const memory = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1]) / 1024
  return { url: String(printed).trim(), memory, delay: () => runDelay(child.pid) }
}

/** How long `work` takes, in milliseconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return Math.round(performance.now() - start)
}

/** How long a page takes to load, in milliseconds, without the time in which the server waited for a processor. */
async function loadTime(page: Page, { url, delay }: Server, path = ''): Promise<number> {
  const before = delay()
  const time = await timeOf(() => page.goto(new URL(path, url).href))
  return Math.round(time - (delay() - before))
}

describeInBrowser(`${SERVED.toLocaleString('en')} conversations`, (open) => {
  it('are listed, searched and filtered within a second each, and the memory of the server stays flat', async () => {
    const archive = join(testFolder(), 'archive.db')
    storeMany(archive, SERVED)
    const server = await serve(archive)
    const { url, memory } = server
    const { page, misdeeds } = await open()
    const times: Record<string, number> = { first: await loadTime(page, server) }
    expect(await page.textContent('#results')).toContain(`of ${SERVED.toLocaleString('en')} conversations`)
    const paths = [
      '/',
      '/?q=word1',
      '/?q=word',
      '/?q=word12+worda',
      '/?q=%22word1+word2%22',
      '/?q=nothing-like-it',
      '/?since=2025',
      '/?until=2024-02',
      '/?only=gone',
      '/?only=altered',
      '/?model=none',
      '/?metadata=a%3Db',
      `/?offset=${SERVED - 100}`,
    ]
    for (const path of paths) times[path] = await loadTime(page, server, path)
    console.log(JSON.stringify(times))
    // A machine that takes long for a plain list may take longer for the rest.
    const most = Math.max(PATIENCE, 10 * (times['/'] ?? 0))
    expect(Object.entries(times).filter(([, time]) => time > most)).toEqual([])
    const before = memory()
    for (let round = 0; round < 20; round++)
      for (const path of [
        '/',
        '/?q=word12',
        '/?since=2025',
        `/conversations/conv_${String(round).padStart(20, '0')}`,
      ])
        await page.goto(new URL(path, url).href)
    console.log(`memory: ${before.toFixed()} MiB, after 80 more pages ${memory().toFixed()} MiB`)
    expect(memory() / before).toBeLessThan(1.3)
    expect(misdeeds).toEqual(none)
  }, 300_000)

  it(`are read and searched within a second from a folder, of ${EXPORTED.toLocaleString('en')}`, async () => {
    const folder = testFolder()
    const archive = join(folder, 'archive.db')
    storeMany(archive, EXPORTED)
    const output = join(folder, 'site')
    await withArchive(archive, (opened) => exportArchive(opened, { format: 'html', output }))
    const { page, misdeeds } = await open()
    const times = {
      first: await timeOf(() => page.goto(pathToFileURL(join(output, 'index.html')).href)),
      search: 0,
      rare: 0,
    }
    times.search = await timeOf(() => searchFor(page, 'word1 worda '))
    times.rare = await timeOf(() => searchFor(page, 'wordfb'))
    console.log(JSON.stringify(times))
    expect(Object.entries(times).filter(([, time]) => time > PATIENCE)).toEqual([])
    expect(misdeeds).toEqual(none)
  }, 300_000)
})

describeInBrowser('A history of 200 MB and a message of 10 MB', (open) => {
  it('are paged, and the memory of the server stays flat', async () => {
    const archive = join(testFolder(), 'archive.db')
    const text = 'A line of some length about a river. '.repeat(27)
    const entries = Array.from({ length: 200_000 }, (_, i) =>
      JSON.stringify({ type: 'message.output', id: `msg_${i}`, content: `**${i}** ${text}` }),
    )
    entries.push(JSON.stringify({ type: 'message.output', id: 'msg_large', content: text.repeat(10_000) }))
    archiveOf([{ row: { id: 'conv_huge' }, entries }], openArchive(archive, { mode: 'create' })).close()
    expect(statSync(archive).size).toBeGreaterThan(200e6)
    const server = await serve(archive)
    const { url, memory } = server
    const { page, misdeeds } = await open()
    const first = await loadTime(page, server)
    const before = memory()
    const times = { first, middle: 0, large: 0, last: 0 }
    const time = (query: string) => loadTime(page, server, `/conversations/conv_huge?${query}`)
    times.middle = await time('entry=123456')
    expect(await page.textContent('#entry-123456 strong')).toBe('123456')
    expect(await page.locator('.entry').count()).toBeLessThanOrEqual(100)
    times.large = await time('entry=200000')
    times.last = await time('entry=200000&part=999')
    expect((await page.textContent('main'))?.length).toBeLessThan(1e6)
    for (let entry = 0; entry < 200_000; entry += 10_000)
      await page.goto(new URL(`/conversations/conv_huge?entry=${entry}`, url).href)
    console.log(JSON.stringify(times), `memory: ${before.toFixed()} MiB, then ${memory().toFixed()} MiB`)
    expect(Math.max(...Object.values(times))).toBeLessThan(3 * PATIENCE)
    expect(memory() - before).toBeLessThan(100) // MiB
    expect(misdeeds).toEqual(none)
  }, 300_000)
})

/** Types a query, and waits for other results than those before. */
async function searchFor(page: Page, query: string): Promise<void> {
  const before = await page.textContent('#results')
  await page.fill('input[type=search]', query)
  await page.waitForFunction((text) => document.querySelector('#results')?.textContent !== text, before)
}
