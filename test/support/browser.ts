import { existsSync } from 'node:fs'

import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

/** Debian's browser; `.ci/run` installs it. */
const CHROMIUM = process.env['HANSARD_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

/** What a page did that it must not do. */
export interface Misdeeds {
  /** Errors on the console, such as of a policy that was broken, and errors that a script threw. */
  readonly errors: string[]
  /** Requests to anything but this machine. */
  readonly requests: string[]
  /** Dialogs, and calls of `pwned()`, which hostile texts try. */
  readonly scripts: string[]
}

/** A browser tab, and what the pages in it did wrong. */
export interface Tab {
  readonly page: Page
  readonly misdeeds: Misdeeds
}

/** Defines tests that need a real browser; they are skipped where there is none. */
export function describeInBrowser(title: string, tests: (open: OpenTab) => void): void {
  describe.skipIf(!existsSync(CHROMIUM))(`${title} (in Chromium)`, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    })
    afterAll(() => browser.close())
    tests((options) => openTab(browser, options))
  })
}

export type OpenTab = (options?: BrowserContextOptions) => Promise<Tab>

async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const misdeeds: Misdeeds = { errors: [], requests: [], scripts: [] }
  page.on('console', (message) => {
    if (message.type() === 'error') misdeeds.errors.push(message.text())
  })
  page.on('pageerror', (thrown) => misdeeds.errors.push(String(thrown)))
  page.on('request', (request) => {
    if (!/^(?:file:|data:|http:\/\/127\.0\.0\.1:)/.test(request.url())) misdeeds.requests.push(request.url())
  })
  page.on('dialog', async (dialog) => {
    misdeeds.scripts.push(dialog.message())
    await dialog.dismiss()
  })
  if (options.javaScriptEnabled !== false)
    await page.exposeFunction('pwned', (what: unknown) => misdeeds.scripts.push(String(what)))
  return { page, misdeeds }
}

export const none: Misdeeds = { errors: [], requests: [], scripts: [] }
