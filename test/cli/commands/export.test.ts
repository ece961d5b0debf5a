import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { run } from '../../../src/cli/main.ts'
import { formats } from '../../../src/export/formats.ts'
import { archiveOf } from '../../support/archives.ts'
import { wholeExport } from '../../support/export-folder.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard, type Outcome } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'

/** A folder with an archive of two conversations, one of them without entries, and the export command. */
function workshop() {
  const folder = testFolder()
  const archive = join(folder, 'archive.db')
  const said = (role: string, content: string) => ({
    type: role === 'user' ? 'message.input' : 'message.output',
    role,
    content,
  })
  const opened = openArchive(archive, { mode: 'create' })
  archiveOf(
    [
      {
        row: { id: 'conv_1', created_at: '2026-11-01T00:00:00Z' },
        entries: [said('user', 'Hi'), said('assistant', '\u001b[2JHo')],
      },
      { row: { id: 'conv_2', created_at: '2026-11-02T00:00:00Z' } },
    ],
    opened,
  )
  opened.close()
  const out = join(folder, 'out')
  return {
    folder,
    archive,
    out,
    export: (...args: string[]): Promise<Outcome> => hansard(['--archive', archive, 'export', ...args]),
  }
}

/** Runs a command whose stdout is a terminal. */
async function onTerminal(...args: string[]): Promise<{ exitCode: number; shown: string; told: string }> {
  const [stdout, stderr] = [testTerminal(), new PassThrough()]
  const exitCode = await run(args, testIo({ stdout, stderr }))
  return { exitCode, shown: String(stdout.read() ?? ''), told: String(stderr.read() ?? '') }
}

describe('export', () => {
  it.each(Object.keys(formats))('%s reports what it wrote, as text and as JSON', async (format) => {
    const { export: exports, out, folder } = workshop()
    const words = await exports(format, '--output', out)
    expect(words).toMatchObject({ exitCode: 0, stdout: '' })
    expect(words.stderr).toMatch(/conversations? with \d+ entr(y|ies) written to .+out\.$/m)
    wholeExport(out)
    const { exitCode, stdout } = await exports(format, '--output', join(folder, 'again'), '--json')
    expect(exitCode).toBe(0)
    expectSchema('export', stdout)
    const told = JSON.parse(stdout) as { conversations: number; left_out: number }
    expect(told).toMatchObject({ command: 'export', format, unreadable: 0, output: join(folder, 'again') })
    expect(told.conversations + told.left_out).toBe(2)
  })

  it('names conversations that a format cannot express, also with --quiet', async () => {
    const { export: exports } = workshop()
    const { stderr, stdout, exitCode } = await exports('chat', '--output', '-', '--quiet')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: [
        'left out: it would not be a valid line: it has no user message: 1 conversation',
        '  conv_2',
        '  hint: Another format may have it: see `hansard export --help`.\n',
      ].join('\n'),
    })
    expect(stdout.split('\n')).toHaveLength(2)
  })

  it('of an empty selection writes an empty but valid file, and says so', async () => {
    const { export: exports, out } = workshop()
    const { exitCode, stderr } = await exports('chat', '--split', '0.9', '--output', out, '--since', '2030')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('No conversation matches the selection.') as string,
    })
    expect(Object.keys(wholeExport(out)).sort()).toEqual(['train.jsonl', 'validation.jsonl'])
  })

  it('refuses an invalid time before it creates a file', async () => {
    const { export: exports, out, folder } = workshop()
    for (const time of ['2026-02-30', 'tomorrow', '2026-13', '']) {
      const { exitCode, stderr } = await exports('jsonl', '--output', out, '--since', time)
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`argument '${time}' is invalid`)])
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('out'))).toEqual([])
  })

  it('refuses an unknown format, and names the formats', async () => {
    const { export: exports, out } = workshop()
    const { exitCode, stderr } = await exports('docx', '--output', out)
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(Object.keys(formats).join(', '))])
    expect(existsSync(out)).toBe(false)
  })

  it('refuses to write a folder to stdout', async () => {
    const { export: exports } = workshop()
    for (const args of [['markdown'], ['chat', '--split', '0.5']]) {
      expect(await exports(...args, '--output', '-')).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('a stream takes one') as string,
      })
    }
  })

  it('refuses the name of a file for two tables, and says what to type', async () => {
    const { export: exports, folder } = workshop()
    const { exitCode, stderr } = await exports('csv', '--output', join(folder, 'y.csv'))
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `hansard: y.csv is the name of a file, but csv with these options writes a folder with conversations.csv and entries.csv
hint: Name a folder, such as "${join(folder, 'y')}". To write one file, use --table conversations or --table entries.\n`,
    })
    expect(readdirSync(folder)).not.toContain('y')
  })

  it('accepts any name of the current folder', async () => {
    const { export: exports, folder } = workshop()
    const out = join(folder, 'sub', 'out')
    mkdirSync(out, { recursive: true })
    const { exitCode } = await exports(
      'chat',
      '--split',
      '0.5',
      '--output',
      join(folder, 'sub', 'x', '..', 'out', '.'),
    )
    expect(exitCode).toBe(0)
    wholeExport(out)
    expect(readdirSync(join(folder, 'sub'))).toEqual(['out'])
  })

  it('with --force leaves everything but an earlier export alone', async () => {
    const { export: exports, out } = workshop()
    writeFileSync(out, 'mine')
    for (const force of [[], ['--force']]) {
      expect(await exports('jsonl', '--output', out, ...force)).toMatchObject({ exitCode: 2 })
      expect(await exports('markdown', '--output', out, ...force)).toMatchObject({ exitCode: 2 })
    }
  })
})

describe('A terminal', () => {
  it('gets lines without control codes', async () => {
    const { archive } = workshop()
    for (const format of ['jsonl', 'chat']) {
      const { exitCode, shown } = await onTerminal('--archive', archive, 'export', format, '--output', '-')
      expect(exitCode).toBe(0)
      expect(shown).not.toContain('\u001b')
      expect(shown).toContain('\\u001b[2JHo')
    }
  })

  it('gets no compressed data', async () => {
    const { archive } = workshop()
    const made = await onTerminal('--archive', archive, 'export', 'jsonl', '--gzip', '--output', '-')
    expect(made).toEqual({
      exitCode: 2,
      shown: '',
      told: 'hansard: Cannot show compressed data on a terminal\nhint: Redirect the output to a file or a pipe.\n',
    })
  })
})
