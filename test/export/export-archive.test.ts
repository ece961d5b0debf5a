import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'

import { exportArchive } from '../../src/export/export-archive.ts'
import type { FormatName } from '../../src/export/formats.ts'
import { archiveOf } from '../support/archives.ts'
import { wholeExport } from '../support/export-folder.ts'
import { testFolder } from '../support/folder.ts'

const newPath = () => join(mkdtempSync(join(testFolder(), 'export-')), 'out')

const archive = archiveOf(
  ['conv_1', 'conv_2'].map((id) => ({
    row: { id, created_at: '2026-11-01T00:00:00Z' },
    entries: [JSON.stringify({ type: 'message.input', role: 'user', content: 'x'.repeat(100_000) })],
  })),
)

describe('exportArchive', () => {
  it('writes a folder in one call and returns the counts and its absolute path', async () => {
    const path = newPath()
    const result = await exportArchive(archive, { format: 'csv', output: relative(process.cwd(), path) })
    const counts = { conversations: 2, entries: 2, leftOut: 0, failed: 0, unreadable: 0 }
    expect(result).toEqual({ ...counts, output: path })
    expect(Object.keys(wholeExport(path)).sort()).toEqual(['conversations.csv', 'entries.csv'])
  })

  it('applies the selection and the options of the format', async () => {
    const path = newPath()
    const selection = { ids: ['conv_2'] }
    await exportArchive(archive, {
      format: 'csv',
      output: path,
      selection,
      options: { table: 'conversations' },
    })
    expect(readFileSync(path, 'utf8').split('\r\n')[1]).toMatch(/^conv_2,/)
  })

  it('replaces an earlier export with `force` only', async () => {
    const output = newPath()
    await exportArchive(archive, { format: 'jsonl', output })
    const again = { format: 'jsonl', output, selection: { limit: 1 } } as const
    await expect(exportArchive(archive, again)).rejects.toMatchObject({ code: 'usage' })
    expect(await exportArchive(archive, { ...again, force: true })).toMatchObject({ conversations: 1 })
  })

  it('reports each conversation that it leaves out', async () => {
    const leftOut: string[] = []
    const onLeftOut = (id: string, reason: string) => leftOut.push(`${id}: ${reason}`)
    const result = await exportArchive(archive, { format: 'chat', output: newPath(), onLeftOut })
    expect(result).toMatchObject({ conversations: 0, leftOut: 2 })
    expect(leftOut).toEqual([expect.stringMatching(/^conv_1: ./), expect.stringMatching(/^conv_2: ./)])
  })

  it('leaves nothing at the path when its signal is aborted', async () => {
    const [stop, output] = [new AbortController(), newPath()]
    const stopped = exportArchive(archive, {
      format: 'markdown',
      output,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
    expect([existsSync(output), existsSync(`${output}.part`)]).toEqual([false, false])
  })
})

describe('exportArchive to a stream', () => {
  it('writes the same bytes as to a file and does not end the stream', async () => {
    const [stream, path] = [new PassThrough(), newPath()]
    const sent = text(stream)
    expect(await exportArchive(archive, { format: 'jsonl', output: stream })).toMatchObject({
      conversations: 2,
      output: null,
    })
    stream.end('and more')
    await exportArchive(archive, { format: 'jsonl', output: path })
    expect(await sent).toBe(`${readFileSync(path, 'utf8')}and more`)
  })

  it('refuses a format that writes several files, before anything is written', async () => {
    const stream = new PassThrough()
    await expect(exportArchive(archive, { format: 'markdown', output: stream })).rejects.toMatchObject({
      code: 'usage',
      message: 'The format markdown writes several files, but a stream takes one',
    })
    expect(stream.read()).toBeNull()
  })

  it.each([
    ['without an error', undefined, { code: 'file' }],
    ['with an error', new Error('the reader has gone'), { message: 'the reader has gone' }],
  ])('fails when the stream is closed %s while it waits', async (_, error, expected) => {
    const stalled = new Writable({ highWaterMark: 1, write: () => undefined })
    stalled.on('error', () => undefined)
    const failed = exportArchive(archive, { format: 'jsonl', output: stalled })
    setTimeout(() => stalled.destroy(error), 20)
    await expect(failed).rejects.toMatchObject(expected)
  })

  it('fails when the stream was closed before', async () => {
    const closed = new PassThrough()
    closed.destroy()
    await expect(exportArchive(archive, { format: 'jsonl', output: closed })).rejects.toMatchObject({
      code: 'file',
    })
  })
})

describe('The options of a format', () => {
  it.each([
    ['csv', { delimeter: ';' }, 'The format csv has no option "delimeter"'],
    ['csv', { delimiter: 'xyz' }, '"xyz" is not a delimiter'],
    ['jsonl', { per: 'page' }, '"page" is not a value of the option per'],
    ['chat', { drop: ['thinking', 'talk'] }, '"talk" is not a value of the option drop'],
    ['docx', {}, 'Unknown format "docx"'],
  ])('are checked as on the command line: %s %o', async (format, options, message) => {
    const output = newPath()
    const refused = exportArchive(archive, { format: format as FormatName, output, options })
    await expect(refused).rejects.toMatchObject({ code: 'usage', message })
    expect(existsSync(output)).toBe(false)
  })

  it('are read as on the command line', async () => {
    const output = newPath()
    await exportArchive(archive, { format: 'csv', output, options: { table: 'entries', delimiter: 'tab' } })
    expect(readFileSync(output, 'utf8')).toMatch(/^conversation_id\tposition\t/)
  })
})
