import { execFileSync } from 'node:child_process'
import { PassThrough } from 'node:stream'

import { parse } from 'csv-parse/sync'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'

import { writeTable, type Column } from '../../../src/cli/terminal/table.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'

interface River {
  readonly id: string
  readonly length: number
  readonly title: string | null
}

const columns: readonly Column<River>[] = [
  { name: 'id', value: ({ id }) => id },
  { name: 'length', heading: 'KM', value: ({ length }) => length, align: 'right' },
  { name: 'mouth', value: () => 'sea', minWidth: 100 },
  { name: 'title', value: ({ title }) => title, isCut: true },
]

const rivers: readonly River[] = [
  { id: 'conv_0684fd306df172f2800051d4f82d4a8b', length: 1236, title: 'Rhein' },
  { id: 'conv_1', length: 6300, title: '長江は中国で一番長い川です。長江は中国で一番長い川です。' },
  {
    id: 'conv_2',
    length: 7,
    title: 'A very long title about a very short river 🏞️ that nobody has ever heard of',
  },
  { id: 'conv_3', length: 0, title: null },
]

async function onTerminal(width: number, rows: Iterable<River> = rivers): Promise<string[]> {
  const stdout = testTerminal(width)
  const text = read(stdout)
  await writeTable(testIo({ stdout, env: { NO_COLOR: '1' } }), columns, rows)
  return text().split('\n').slice(0, -1)
}

async function inPipe(rows: Iterable<River>): Promise<string> {
  const stdout = new PassThrough()
  const text = read(stdout)
  await writeTable(testIo({ stdout }), columns, rows)
  return text()
}

function read(stream: PassThrough): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return () => text
}

describe('A table on a terminal', () => {
  it('has aligned columns under headings', async () => {
    expect(await onTerminal(80)).toEqual([
      'ID                                       KM  TITLE',
      'conv_0684fd306df172f2800051d4f82d4a8b  1236  Rhein',
      'conv_1                                 6300  長江は中国で一番長い川です。長江は…',
      'conv_2                                    7  A very long title about a very sho…',
      'conv_3                                    0',
    ])
  })

  it('gives ids a line of their own where they leave no room', async () => {
    expect((await onTerminal(50)).slice(0, 5)).toEqual([
      'ID',
      '    KM  TITLE',
      'conv_0684fd306df172f2800051d4f82d4a8b',
      '  1236  Rhein',
      'conv_1',
    ])
  })

  it('shows more columns where they fit', async () => {
    expect((await onTerminal(140))[0]).toMatch(/^ID +KM {2}MOUTH {2}TITLE$/)
  })

  it.each([20, 40, 50, 63, 64, 80, 100, 140])('fits %i columns and never cuts an id', async (width) => {
    const lines = await onTerminal(width)
    for (const { id } of rivers) expect(lines.join('\n')).toContain(id)
    const ids = rivers.map(({ id }) => id)
    for (const line of lines)
      if (!ids.includes(line))
        expect({ line, fits: stringWidth(line) <= width }).toEqual({ line, fits: true })
  })

  it('keeps its columns when one id is far too long', async () => {
    const [heading, , first] = await onTerminal(80, [
      { id: 'x'.repeat(100_000), length: 1, title: 't' },
      ...rivers,
    ])
    expect([heading, first].map((line = '') => line.length)).toEqual([61, 61])
  })

  it('shows control codes in cells as text', async () => {
    const [, line] = await onTerminal(80, [{ id: 'a\u001b[2J', length: 1, title: 'b\n\u202ec' }])
    expect(line).toMatch(/^a␛\[2J +1 {2}b \\u202ec$/)
  })

  it('has no heading where there are no rows', async () => {
    expect(await onTerminal(80, [])).toEqual([])
  })

  it('aligns a table of any length without holding it in memory', async () => {
    let held = 0
    const many = function* () {
      for (let i = 0; i < 5000; i++)
        yield { id: `conv_${i}`, length: i, title: ++held > 4000 ? 'late' : 'early' }
    }
    const lines = await onTerminal(80, many())
    expect(lines).toHaveLength(5001)
    expect(lines.at(-1)).toBe('conv_4999  4999  late')
  })
})

describe('A table in a pipe', () => {
  const hostile = [
    { id: 'tab\t', length: 1, title: 'back\\slash "quoted"\nline\r\n\u001b[31m\u202e\u2028' },
    ...rivers,
  ]

  it('is TSV with all columns, without headings', async () => {
    const lines = (await inPipe(rivers)).split('\n')
    expect(lines[0]).toBe('conv_0684fd306df172f2800051d4f82d4a8b\t1236\tsea\tRhein')
    expect(lines[3]).toBe('conv_3\t0\tsea\t')
  })

  it('has neither control codes nor line breaks in a cell, and one reader of TSV finds each cell', async () => {
    const text = await inPipe(hostile)
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u2028]/)
    const columns = ['id', 'length', 'mouth', 'title']
    const rows = parse<Record<string, string>>(text, { delimiter: '\t', quote: false, columns })
    expect(rows).toHaveLength(5)
    expect(rows[0]).toEqual({
      ...{ id: 'tab\\t', length: '1', mouth: 'sea' },
      title: 'back\\\\slash "quoted"\\nline\\r\\n\\u001b[31m\\u202e\\u2028',
    })
  })

  it('can be cut by the tools of a shell', async () => {
    const input = await inPipe(hostile)
    expect(execFileSync('cut', ['-f2'], { input, encoding: 'utf8' })).toBe('1\n1236\n6300\n7\n0\n')
  })
})
