import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { withArchive } from '../../src/archive/with-archive.ts'
import { exportArchive } from '../../src/export/export-archive.ts'
import { archiveOf } from '../support/archives.ts'
import { describeInBrowser, none } from '../support/browser.ts'
import { testFolder } from '../support/folder.ts'
import { served } from '../support/served.ts'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>pwned(1)</script></svg>'
const page = '<script>pwned(2)</script>'
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** An archive with a picture, an SVG and an HTML file in messages, and a file of a tool. */
function archiveWithFiles(): { path: string; folder: string } {
  const folder = testFolder()
  const path = join(folder, 'archive.db')
  const content = [
    { type: 'image_url', image_url: `data:image/png;base64,${png}` },
    { type: 'image_url', image_url: `data:image/svg+xml;base64,${base64(svg)}` },
    {
      type: 'document_url',
      document_name: 'page.html',
      document_url: `data:text/html;base64,${base64(page)}`,
    },
    {
      type: 'tool_file',
      tool: 'image_generation',
      file_id: 'file_1',
      file_name: '../delta',
      file_type: 'png',
    },
    { type: 'tool_file', tool: 'image_generation', file_id: 'file_2', file_name: 'lost', file_type: 'png' },
  ]
  const archive = openArchive(path, { mode: 'create' })
  archiveOf(
    [{ row: { id: 'conv_files', name: 'files' }, entries: [{ type: 'message.output', content }] }],
    archive,
  )
  const file = { kind: 'file', id: 'file_1', version: '' } as const
  archive.dependencies.want([file], '2026-11-22T00:00:00Z')
  archive.dependencies.store(file, '{"id":"file_1"}', Buffer.from(png, 'base64'), '2026-11-22T00:00:00Z')
  archive.close()
  return { path, folder }
}

describe('The files of an entry', () => {
  it('are served as pictures, or to be saved without looking into them', async () => {
    const { get } = await served({ archive: archiveWithFiles().path })
    const headersOf = async (number: number) => {
      const { headers, status } = await get(`/conversations/conv_files/files/0/${number}/x`)
      const [type, disposition] = [headers.get('content-type'), headers.get('content-disposition')]
      return { status, type, disposition, nosniff: headers.get('x-content-type-options') }
    }
    const nosniff = 'nosniff'
    const saved = { status: 200, type: 'application/octet-stream', nosniff }
    expect(await headersOf(0)).toEqual({
      status: 200,
      type: 'image/png',
      disposition: "inline; filename*=UTF-8''image.png",
      nosniff,
    })
    expect(await headersOf(1)).toEqual({
      ...saved,
      disposition: "attachment; filename*=UTF-8''image-svg.bin",
    })
    expect(await headersOf(2)).toEqual({
      ...saved,
      disposition: "attachment; filename*=UTF-8''page-html.bin",
    })
    expect(await headersOf(3)).toEqual({
      status: 200,
      type: 'image/png',
      disposition: "inline; filename*=UTF-8''delta.png",
      nosniff,
    })
    expect((await headersOf(4)).status).toBe(404)
    const bytes = Buffer.from(await (await get('/conversations/conv_files/files/0/3/x')).arrayBuffer())
    expect(bytes.toString('base64')).toBe(png)
  })

  it('are beside the pages of a folder, none with a name that a browser runs', async () => {
    const { path, folder } = archiveWithFiles()
    const output = join(folder, 'site')
    await withArchive(path, (opened) => exportArchive(opened, { format: 'html', output }))
    const files = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.includes('.files/'),
    )
    expect(files.map((file) => file.split('/').at(-1)).sort()).toEqual([
      ...['0-0-image.png', '0-1-image-svg.bin', '0-2-page-html.bin', '0-3-delta.png'],
    ])
    const saved = files.find((file) => file.endsWith('svg.bin')) ?? ''
    expect(readFileSync(join(output, saved), 'utf8')).toBe(svg)
  })
})

describeInBrowser('The files of an entry', (open) => {
  it('are seen as pictures and saved as files, in the reader, a folder and one file', async () => {
    const { path, folder } = archiveWithFiles()
    const { at } = await served({ archive: path })
    const [site, alone] = [join(folder, 'site'), join(folder, 'alone.html')]
    await withArchive(path, async (opened) => {
      await exportArchive(opened, { format: 'html', output: site })
      await exportArchive(opened, { format: 'html', output: alone })
    })
    const first = readdirSync(site, { recursive: true, encoding: 'utf8' }).find((file) =>
      /files-\w+\.html$/.test(file),
    )
    const addresses = [
      at('/conversations/conv_files'),
      pathToFileURL(join(site, first ?? '')).href,
      pathToFileURL(alone).href,
    ]
    for (const address of addresses) {
      const { page, misdeeds } = await open()
      await page.goto(address)
      const widths = () =>
        page.evaluate(() => Array.from(document.querySelectorAll('img'), (img) => img.naturalWidth))
      // The page is loaded before its pictures, which are loaded when they are near the window.
      await expect.poll(widths, { timeout: 20_000, message: address }).toEqual([1, 1])
      for (const name of ['image-svg.bin', 'page-html.bin']) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.click(`a[download="${name}"]`),
        ])
        expect(download.suggestedFilename()).toMatch(new RegExp(`${name}$`))
      }
      expect(await page.textContent('main')).toContain('lost.png (not archived)')
      expect(misdeeds).toEqual(none)
    }
  })

  it('leave right-to-left texts right to left, each paragraph by itself', async () => {
    const folder = testFolder()
    const path = join(folder, 'archive.db')
    const content = 'سؤال عن النهر؟\n\nAn answer.\n\n- בנד הנהר\n- a bend'
    const entries = [{ type: 'message.output', content }]
    archiveOf([{ row: { id: 'conv_1' }, entries }], openArchive(path, { mode: 'create' })).close()
    const { at } = await served({ archive: path })
    const { page } = await open()
    await page.goto(at('/conversations/conv_1'))
    // Where the text of a paragraph begins, in its box.
    const sides = await page.evaluate(() =>
      Array.from(document.querySelectorAll('.content p, .content li'), (element) => {
        const range = document.createRange()
        range.selectNodeContents(element)
        const [text, box] = [range.getBoundingClientRect(), element.getBoundingClientRect()]
        return box.right - text.right < 1 ? 'right' : text.left - box.left < 1 ? 'left' : 'neither'
      }),
    )
    expect(sides).toEqual(['right', 'left', 'right', 'left'])
  })
})
