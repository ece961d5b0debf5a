import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { withArchive } from '../../src/archive/with-archive.ts'
import { exportArchive } from '../../src/export/export-archive.ts'
import { archiveOf, type MadeConversation } from '../support/archives.ts'
import { describeInBrowser, none } from '../support/browser.ts'
import { testFolder } from '../support/folder.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { served } from '../support/served.ts'

const SEED = Number(process.env['SEED'] ?? 15)
const texts = hostileTexts(500, SEED)

/** Puts each text into every place of a conversation that somebody else can fill. */
function hostileConversations(): MadeConversation[] {
  const perConversation = 25
  return Array.from({ length: texts.length / perConversation }, (_, i) => {
    const own = texts.slice(i * perConversation, (i + 1) * perConversation)
    const [name, description, model] = own
    return {
      row: {
        id: `conv_${i}`,
        created_at: '2026-11-01T00:00:00Z',
        ...{ name, description, model, instructions: description, agent_id: name },
        metadata: Object.fromEntries(own.map((text, n) => [`${text}${n}`, text])),
      },
      entries: own.flatMap((text, n) => [
        { type: 'message.input', role: 'user', id: text, created_at: text, content: text },
        { type: 'message.output', role: text, model: text, id: `o${n}`, content: chunksOf(text) },
        {
          type: 'function.call',
          id: `c${n}`,
          name: text,
          tool_call_id: text,
          arguments: text,
          confirmation_status: text,
        },
        {
          type: 'function.result',
          id: `r${n}`,
          tool_call_id: text,
          result: JSON.stringify({ [text]: text }),
        },
        {
          type: 'tool.execution',
          id: `x${n}`,
          name: text,
          arguments: text,
          info: { code: text, code_output: text, [text]: text },
        },
        {
          type: 'agent.handoff',
          id: `h${n}`,
          previous_agent_name: text,
          next_agent_name: text,
          next_agent_id: text,
        },
        { type: text, id: `u${n}`, [text]: text },
      ]),
    }
  })
}

function chunksOf(text: string): object[] {
  return [
    { type: 'text', text },
    { type: 'thinking', thinking: [{ type: 'text', text }] },
    { type: 'tool_reference', tool: text, title: text, url: text, description: text, favicon: text },
    { type: 'text', text: `# ${text}` },
    { type: 'image_url', image_url: { url: text, detail: text } },
    { type: 'document_url', document_name: text, document_url: text },
    { type: 'tool_file', tool: text, file_id: text, file_name: text, file_type: text },
    { type: 'reference', reference_ids: [text] },
    { type: text, [text]: text },
  ]
}

/** Elements and attributes that pages are made of. Anything else came out of a text. */
const ELEMENTS = new Set(
  `html head meta title link script body a header nav main footer form input button label select option h1 h2 h3 p dl dt dd div
  span details summary article section time sup ol ul li pre code em strong s blockquote table thead tbody tr th td hr br img
  figure figcaption mark kbd ins del style`.split(/\s+/),
)
const ATTRIBUTES = new Set(
  `lang charset name content http-equiv rel href src defer class id data-version data-version-address hidden role aria-label
  aria-labelledby tabindex dir type value placeholder autocomplete action data-live data-shards open download alt loading start selected
  scope title aria-hidden`.split(/\s+/),
)

function strangersOn(page: Page): Promise<string[]> {
  return page.evaluate(
    ([elements, attributes]) => {
      const found = new Set<string>()
      for (const element of document.querySelectorAll('*')) {
        // What a library drew is named by what must not be in it: an element or attribute that acts.
        if (element.closest('.chart svg') !== null) {
          const acts = element.getAttributeNames().filter((each) => /^on|^style$|href$|^src$/i.test(each))
          if (acts.length > 0 || !/^(?:svg|g|path|text|tspan|line|rect)$/.test(element.localName))
            found.add(element.outerHTML)
          continue
        }
        const name = element.localName
        if (!elements.includes(name)) found.add(name)
        for (const attribute of element.attributes)
          if (!attributes.includes(attribute.name)) found.add(`${name} ${attribute.name}`)
        const href = element.getAttribute('href') ?? ''
        const isOwn = /^(?:https?:\/\/|mailto:|#|\/|[\w%.~-][^:]*$|$)/i.test(href)
        const isDownload =
          element.hasAttribute('download') &&
          /^data:application\/octet-stream;base64,|^data:image\/(?:png|jpeg|gif|webp);/.test(href)
        if (!isOwn && !isDownload) found.add(`href=${href.slice(0, 50)}`)
      }
      return [...found]
    },
    [[...ELEMENTS], [...ATTRIBUTES]] as const,
  )
}

/** Opens all that is folded, and goes over everything with the mouse and the keyboard. */
async function provoke(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
    for (const element of document.querySelectorAll<HTMLElement>('main *')) {
      element.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
      element.focus()
    }
  })
}

describeInBrowser(`500 hostile texts (SEED=${SEED})`, (open) => {
  it('run no script, send no request, and cause no error in the reader', async () => {
    const archive = join(testFolder(), 'archive.db')
    const made = hostileConversations()
    archiveOf(made, openArchive(archive, { mode: 'create' })).close()
    const { at } = await served({ archive })
    const { page, misdeeds } = await open()
    const paths = made.flatMap((_, i) => [`/conversations/conv_${i}`, `/conversations/conv_${i}?entry=100`])
    const searches = texts
      .slice(0, 60)
      .map((text) => `/?q=${encodeURIComponent(text.slice(0, 500).replaceAll(/\p{Surrogate}/gu, ''))}`)
    for (const path of ['/', '/overview', ...paths, ...searches]) {
      await page.goto(at(path))
      await provoke(page)
      expect({ path, strangers: await strangersOn(page) }).toEqual({ path, strangers: [] })
    }
    expect(misdeeds).toEqual(none)
  }, 240_000)

  it('run no script, send no request, and cause no error in an exported folder', async () => {
    const folder = testFolder()
    const archive = join(folder, 'archive.db')
    archiveOf(hostileConversations(), openArchive(archive, { mode: 'create' })).close()
    const output = join(folder, 'site')
    await withArchive(archive, (opened) => exportArchive(opened, { format: 'html', output }))
    const { page, misdeeds } = await open()
    const files = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.html'),
    )
    expect(files.length).toBeGreaterThan(40)
    for (const file of files) {
      await page.goto(pathToFileURL(join(output, file)).href)
      await provoke(page)
      expect({ file, strangers: await strangersOn(page) }).toEqual({ file, strangers: [] })
    }
    // The results of a search are made by the script, from titles that are hostile too.
    await page.goto(`${pathToFileURL(join(output, 'index.html')).href}?q=pwned`)
    await page.waitForSelector('#results .row')
    await provoke(page)
    expect(await strangersOn(page)).toEqual([])
    expect(misdeeds).toEqual(none)
  }, 240_000)

  it('run no script, send no request, and cause no error in one file', async () => {
    const folder = testFolder()
    const archive = join(folder, 'archive.db')
    archiveOf(hostileConversations().slice(0, 4), openArchive(archive, { mode: 'create' })).close()
    const { page, misdeeds } = await open()
    for (let i = 0; i < 4; i++) {
      const output = join(folder, `${i}.html`)
      await withArchive(archive, (opened) =>
        exportArchive(opened, { format: 'html', output, selection: { ids: [`conv_${i}`] } }),
      )
      await page.goto(pathToFileURL(output).href)
      await provoke(page)
      expect(await strangersOn(page)).toEqual([])
    }
    expect(misdeeds).toEqual(none)
  }, 120_000)
})
