import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Option } from 'commander'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openArchive, type Archive } from '../../src/archive/archive.ts'
import type { Format } from '../../src/export/format.ts'
import { formats, type FormatName } from '../../src/export/formats.ts'
import type { Manifest } from '../../src/export/output/manifest.ts'
import { startSandbox } from '../../src/sandbox/http/server.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { archiveOf } from '../support/archives.ts'
import { anyEntry } from '../support/entry-arbitrary.ts'
import { exported, type Exported } from '../support/exports.ts'
import { hansard } from '../support/hansard.ts'

/** The rules that every format must follow, tested with each of these options. */
const variants: Readonly<Record<FormatName, readonly Readonly<Record<string, unknown>>[]>> = {
  jsonl: [{}, { per: 'entry' }, { gzip: true }],
  // Not --table conversations: it reads no entries, so it finds no unreadable one. See csv.test.ts.
  csv: [{}, { bom: true, escapeFormulas: false }, { table: 'entries' }],
  parquet: [{}],
  chat: [
    {},
    { split: 0.5 },
    { system: true, textOnly: true },
    { drop: ['thinking', 'references', 'executions'] },
  ],
  markdown: [{}, { path: '{model}/{id}' }],
  html: [{}],
}

/** A backup of all stories of the sandbox. */
let archive: Archive
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hansard-test-'))
  const path = join(folder, 'archive.db')
  const stories = await loadStories(storiesDirectory)
  const sandbox = await startSandbox({ accounts: [{ key: 'source', stories }] })
  const env = { MISTRAL_API_KEY: 'source', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: path }
  await hansard(['backup', '--quiet'], { env })
  await sandbox.close()
  archive = openArchive(path)
})

afterAll(() => {
  archive.close()
  rmSync(folder, { recursive: true, force: true })
})

const cases = Object.entries(variants).flatMap(([format, tries]) =>
  tries.map((options) => [format as FormatName, JSON.stringify(options), options] as const),
)

describe.each(cases)('%s %s', (format, _, options) => {
  it('writes the same bytes for the same archive', async () => {
    const [first, second] = [
      await exported(archive, format, { options }),
      await exported(archive, format, { options }),
    ]
    expect(digests(second)).toEqual(digests(first))
    expect(Object.keys(first.files).length).toBeGreaterThan(0)
  })

  it('writes a valid empty export if nothing is selected', async () => {
    const empty = await exported(archive, format, { options, selection: { ids: [] } })
    expect(empty).toMatchObject({ conversations: 0, entries: 0, leftOut: 0, unreadable: 0 })
    expect(manifestOf(empty).counts).toMatchObject({ conversations: 0 })
  })

  it('counts every selected conversation as written or left out', async () => {
    const all = archive.conversations.count()
    const { conversations, leftOut } = await exported(archive, format, {
      options,
      selection: { includeGone: true },
    })
    expect(conversations + leftOut).toBe(all)
    const one = await exported(archive, format, { options, selection: { limit: 1 } })
    expect(one.conversations + one.leftOut).toBe(1)
  })

  it('lists each file with size and hash in the manifest, and leaves no other file', async () => {
    const made = await exported(archive, format, { options })
    const { files, hansard, format: name } = manifestOf(made)
    expect({ hansard, name }).toEqual({ hansard: expect.any(String), name: format })
    const found = Object.entries(made.files).filter(([path]) => path !== 'manifest.json')
    expect(files.map(({ path }) => path).sort()).toEqual(found.map(([path]) => path).sort())
    for (const { path, bytes, sha256 } of files) {
      const content = made.files[path] ?? Buffer.of()
      expect({ path, bytes, sha256 }).toEqual({ path, bytes: content.length, sha256: sha256Of(content) })
    }
    expect(readdirSync(dirname(made.path)).filter((file) => file.includes('.part'))).toEqual([])
  })

  it('reports unreadable texts and goes on', async () => {
    const damaged = archiveOf([
      {
        row: { id: 'conv_1', created_at: '2026-11-01T00:00:00Z' },
        entries: [said('one'), '{"type":', said('two')],
      },
      { row: { id: 'conv_2', created_at: '2026-11-02T00:00:00Z' }, entries: [said('three')] },
    ])
    const unreadable: unknown[] = []
    const made = await exported(damaged, format, {
      options,
      onUnreadable: (...found) => unreadable.push(found),
    })
    expect(unreadable).toEqual([['conv_1', 1, 'it is not JSON']])
    expect(made.unreadable).toBe(1)
    expect(made.conversations + made.leftOut).toBe(2)
  })

  it('accepts entries and rows of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyEntry, { maxLength: 4 }), { maxLength: 4 }), async (all) => {
        const made = all.map((entries, i) => ({
          row: {
            id: `conv_${i}`,
            ...(i % 2 === 0 ? {} : { name: entries[0], created_at: entries[1], metadata: entries[2] }),
          },
          entries: entries.map((entry) => JSON.stringify(entry)),
        }))
        const { conversations, leftOut, unreadable } = await exported(archiveOf(made), format, { options })
        expect({ all: conversations + leftOut, unreadable }).toEqual({ all: all.length, unreadable: 0 })
      }),
      { numRuns: 25 },
    )
  })

  it('leaves nothing behind when it is interrupted', async () => {
    const stop = new AbortController()
    let seen = 0
    const stopped = exported(archive, format, {
      options,
      signal: stop.signal,
      onProgress: () => {
        if (++seen === 3) stop.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
  })
})

it('Every on/off option of every format is tested here', () => {
  for (const [name, { options }] of Object.entries(formats) as [FormatName, Format][]) {
    const tried = variants[name].flatMap((options) => Object.keys(options))
    const switches = options.filter(({ flags }) => !flags.includes('<')).map(({ flags }) => new Option(flags))
    expect(tried).toEqual(expect.arrayContaining(switches.map((option) => option.attributeName())))
  }
})

const said = (content: unknown) => ({ type: 'message.input', role: 'user', id: 'msg_1', content })

function manifestOf({ files }: Exported): Manifest {
  return JSON.parse(String(files['manifest.json'])) as Manifest
}

function digests({ files }: Exported): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, sha256Of(content)]))
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
