import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { archiveOf, type MadeConversation } from '../support/archives.ts'
import { asFileText, withoutGuard } from '../support/csv-text.ts'
import { exported, type Exported } from '../support/exports.ts'
import { itReadsWith, runPython, runSqlite } from '../support/outside-readers.ts'

/** Texts that break a table without correct quotes. */
const HARD = [
  'first line\nsecond line', '- one\n- two\n- three', 'old mac\rline', 'windows\r\nline', '\n', '\r', '\r\n', 'ends\n', '\nbegins',
  'ends\r', '"', '""', '"a"', 'a"b', 'a,b', 'a;b', 'a\tb', 'a|b', ',', ';', '\t', '","', '"\n"', '"\r\n"', "'", "'a'", "''", '\\', '\\"', '\\n',
  '\ufeffmark', 'sep\u2028ara\u2029tor', 'next\u0085line', 'form\ffeed', 'v\vtab', 'file\x1cgroup\x1drecord\x1e', 'nul\0', '\ud800', '😀',
  ' leading', 'trailing ', '#comment', '-- comment', '=1+1', "x\n=cmd|' /C calc'!A0", 'x;=1+1', 'x, -1', "'=1", 'a\n\n\nb', 'a,"b\n",c',
] // prettier-ignore

/** Texts that readers with their defaults read as a missing value. */
const texts = [...HARD, ...fc.sample(fc.string({ unit: 'binary', minLength: 1 }), { numRuns: 100, seed: 10 }), 'the end'].filter(
  (text) => !/^(?:|NA|nan|null|None)$/.test(text),
) // prettier-ignore

const conversations: MadeConversation[] = [
  { row: { id: 'conv_1', name: 'two\nlines', metadata: 'a\rb' }, entries: texts.map(said) },
  { row: { id: 'conv_2', name: '"', instructions: 'x\r\ny' }, entries: ['after'].map(said) },
]

function said(content: string): object {
  return { type: 'message.input', role: 'user', content }
}

const expected = {
  conversations: 2,
  ids: [...texts.map(() => 'conv_1'), 'conv_2'],
  texts: [...texts, 'after'].map(asFileText),
  json: [...texts, 'after'].map((text) => JSON.stringify(said(text)).replaceAll(/;(?==)/g, '\\u003b')),
}

interface Tables {
  readonly conversations: number
  readonly ids: readonly string[]
  readonly texts: readonly string[]
  readonly json: readonly string[]
}

describe('Every row and text of a CSV file is preserved', () => {
  for (const reader of ['python3', 'pandas', 'duckdb', 'pyarrow'] as const)
    itReadsWith(reader, 'with the reader’s defaults', async () => {
      const { path } = await exported(archiveOf(conversations), 'csv')
      const found = runPython('read_tables.py', reader, ...tablesIn(path)) as Tables
      expect({ ...found, texts: found.texts.map(withoutGuard) }).toEqual(expected)
    })

  itReadsWith('sqlite3', 'with the reader’s defaults', async () => {
    const { path } = await exported(archiveOf(conversations), 'csv')
    const [first, second] = tablesIn(path)
    const rows = runSqlite(
      '.mode csv',
      `.import ${first} c`,
      `.import ${second} e`,
      '.mode json',
      'select (select count(*) from c) conversations, conversation_id id, text, json from e',
    )
    const found = JSON.parse(rows) as { conversations: number; id: string; text: string; json: string }[]
    expect({
      conversations: found[0]?.conversations,
      ids: found.map(({ id }) => id),
      texts: found.map(({ text }) => withoutGuard(text)),
      json: found.map(({ json }) => json),
    }).toEqual(expected)
  })

  itReadsWith('python3', 'with another delimiter and without defusing', async () => {
    for (const delimiter of [';', '\t', '|']) {
      const options = { delimiter, escapeFormulas: false }
      const { files } = await exported(archiveOf(conversations), 'csv', { options })
      expect(rowsBy(files, delimiter)).toEqual(expected.texts)
    }
  })
})

describe('A spreadsheet runs no formula', () => {
  const formula = "=cmd|' /C calc'!A0"
  const hostile = [
    formula,
    `x;${formula}`,
    `x,${formula}`,
    `x; ${formula};y`,
    `x, -${formula}`,
    `;${formula}`,
  ]
  const rows = (delimiter: string) =>
    exported(
      archiveOf([
        { row: { id: 'conv_1', name: hostile[1], metadata: hostile[1] }, entries: hostile.map(said) },
      ]),
      'csv',
      { options: { delimiter } },
    )

  it.each([
    [',', ';'],
    [';', ','],
    ['\t', ','],
    ['\t', ';'],
  ])('of a file written with %j and split at %j, even inside quotes', async (delimiter, splitAt) => {
    const { files } = await rows(delimiter)
    for (const file of ['conversations.csv', 'entries.csv'])
      for (const cell of String(files[file])
        .split(/\r\n/)
        .flatMap((line) => line.split(splitAt)))
        expect(cell).not.toMatch(/^["\s]*[=+@]/)
  })

  it.each([',', ';', '\t'])('of a file written and read with %j', async (delimiter) => {
    const { files } = await rows(delimiter)
    for (const file of ['conversations.csv', 'entries.csv'])
      for (const cell of (parse(files[file] ?? '', { delimiter }) as string[][]).flat())
        expect(cell).not.toMatch(/^\s*[=+@]/)
  })

  it('and metadata stays the same JSON, also if it is a string', async () => {
    const { files } = await rows(',')
    const line = String(files['conversations.csv']).split('\r\n')[1] ?? ''
    expect(line).toContain(String.raw`"""x\u003b=cmd|' /C calc'!A0"""`)
  })
})

function tablesIn(path: string): [string, string] {
  return [join(path, 'conversations.csv'), join(path, 'entries.csv')]
}

function rowsBy(files: Exported['files'], delimiter: string): string[] {
  const code = `import csv,io,json,sys
print(json.dumps([r["text"] for r in csv.DictReader(io.StringIO(sys.argv[1], newline=""), delimiter=sys.argv[2])]))`
  return runPython('-c', code, String(files['entries.csv']), delimiter) as string[]
}
