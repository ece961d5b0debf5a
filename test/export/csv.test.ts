import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { archiveOf, type MadeConversation } from '../support/archives.ts'
import { asFileText, withoutGuard } from '../support/csv-text.ts'
import { anyEntry } from '../support/entry-arbitrary.ts'
import { exported } from '../support/exports.ts'
import { testFolder } from '../support/folder.ts'
import { hansard } from '../support/hansard.ts'

type Row = Readonly<Record<string, string>>

const rowsIn = (content: Buffer | undefined): Row[] =>
  parse(content ?? '', { columns: true, record_delimiter: '\r\n', bom: true })

async function tables(conversations: readonly MadeConversation[], options: object = {}) {
  const { files } = await exported(archiveOf(conversations), 'csv', { options: { ...options } })
  return { conversations: rowsIn(files['conversations.csv']), entries: rowsIn(files['entries.csv']), files }
}

const said = (content: unknown, more: object = {}) => ({
  type: 'message.input',
  role: 'user',
  content,
  ...more,
})

describe('CSV', () => {
  it('has one row for each conversation and entry, with columns that never change', async () => {
    const row = {
      id: 'conv_1',
      name: 'Rivers',
      model: 'mistral-small-latest',
      created_at: '2026-11-22T09:17:10.5+01:00',
      updated_at: 'soon',
      instructions: 'Be brief.',
      metadata: { topic: 'rivers' },
    }
    const call = {
      type: 'function.call',
      name: 'depth',
      tool_call_id: 'call_1',
      arguments: { of: 'Rhône' },
      id: 'fc_1',
    }
    const { conversations, entries } = await tables([{ row, entries: [said('Why?', { id: 'msg_1' }), call] }])
    expect(conversations).toEqual([
      {
        id: 'conv_1',
        name: 'Rivers',
        description: '',
        model: 'mistral-small-latest',
        agent_id: '',
        agent_version: '',
        created_at: '2026-11-22T08:17:10.500000Z',
        updated_at: 'soon',
        entries: '2',
        gone_at: '',
        fetched_at: '2026-11-22T00:00:00.000000Z',
        instructions: 'Be brief.',
        metadata: '{"topic":"rivers"}',
        json: JSON.stringify(row),
      },
    ])
    const empty = { id: '', role: '', model: '', agent_id: '', name: '', tool_call_id: '', created_at: '' }
    expect(entries).toEqual([
      {
        ...empty,
        conversation_id: 'conv_1',
        position: '0',
        id: 'msg_1',
        type: 'message.input',
        role: 'user',
        completed_at: '',
        text: 'Why?',
        json: JSON.stringify(said('Why?', { id: 'msg_1' })),
      },
      {
        ...empty,
        conversation_id: 'conv_1',
        position: '1',
        id: 'fc_1',
        type: 'function.call',
        name: 'depth',
        tool_call_id: 'call_1',
        completed_at: '',
        text: '{"of":"Rhône"}',
        json: JSON.stringify(call),
      },
    ])
  })

  it('preserves every text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', ',', '"', '""', '\r\n', '\r', '\n', "'", "'=1", '\ufeff', '-- x', '\0', ' '),
    )
    const all = fc.tuple(text, fc.array(text, { size: 'large' }), fc.array(anyEntry), fc.boolean())
    await fc.assert(
      fc.asyncProperty(all, async ([name, texts, others, escapeFormulas]) => {
        const entries = [...texts.map((content) => said(content)), ...others].map((it) => JSON.stringify(it))
        const row = JSON.stringify({ id: 'conv_1', name })
        const made = await tables([{ row, entries }], { escapeFormulas })
        const back = (cell = '') => (escapeFormulas ? withoutGuard(cell) : cell)
        // In JSON, the guard escapes a separator, which leaves the value the same.
        const json = (text = ''): unknown => (escapeFormulas ? JSON.parse(text) : text)
        expect(made.conversations.map((row) => ({ name: back(row.name), json: json(row.json) }))).toEqual([
          { name: asFileText(name), json: json(row) },
        ])
        expect(made.entries.map((entry) => json(entry.json))).toEqual(entries.map(json))
        expect(made.entries.slice(0, texts.length).map(({ text }) => back(text))).toEqual(
          texts.map(asFileText),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('ends each record with CRLF and quotes only what needs quotes', async () => {
    const { files } = await tables([
      { row: { id: 'conv_1', created_at: null }, entries: [said('one\ntwo, "three"')] },
    ])
    const text = String(files['entries.csv'])
    expect(text.split('\r\n')).toHaveLength(3)
    expect(text).toContain(',"one\ntwo, ""three""",')
    expect(text).toMatch(/^conversation_id,position,id,type,role,/)
  })

  it('supports a cell of 5 MB', async () => {
    const long = `x${'"=\r\n,é😀'.repeat(600_000)}`
    const { entries } = await tables([{ row: { id: 'conv_1' }, entries: [said(long), said('after')] }])
    expect(entries.map(({ text }) => text)).toEqual([long, 'after'])
  })

  it('begins with a byte order mark on request', async () => {
    const conversations = [{ row: { id: 'conv_1' } }]
    const { files } = await tables(conversations, { bom: true })
    for (const name of ['conversations.csv', 'entries.csv'])
      expect([...(files[name] ?? [])].slice(0, 3)).toEqual([0xef, 0xbb, 0xbf])
    expect((await tables(conversations)).files['entries.csv']?.[0]).toBe('c'.charCodeAt(0))
  })
})

describe('A cell that a spreadsheet would run', () => {
  const dangerous = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '  =1',
    "'=1",
  ]

  it.each(dangerous)('begins with an apostrophe: %j', async (text) => {
    const { entries, conversations } = await tables([
      { row: { id: 'conv_1', name: text }, entries: [said(text)] },
    ])
    expect([entries[0]?.['text'], conversations[0]?.['name']]).toEqual([`'${text}`, `'${text}`])
  })

  it('is unchanged with --no-escape-formulas, and so is a text that is not a formula', async () => {
    const harmless = ['Hello = 1', "'quoted'", '(-1)', '1-1', '— dash']
    const texts = async (all: readonly string[], options: object) =>
      (await tables([{ row: { id: 'c' }, entries: all.map((text) => said(text)) }], options)).entries.map(
        ({ text }) => text,
      )
    expect(await texts(dangerous, { escapeFormulas: false })).toEqual(dangerous)
    expect(await texts(harmless, {})).toEqual(harmless)
  })
})

describe('hansard export csv', () => {
  async function archiveFile(conversations: readonly MadeConversation[]): Promise<string> {
    const path = join(testFolder(), 'archive.db')
    archiveOf(conversations, openArchive(path, { mode: 'create' })).close()
    return path
  }

  const conversations = [{ row: { id: 'conv_1', name: 'Rivers' }, entries: [said('Why?'), '{"type":'] }]

  it('writes one table to stdout and refuses to write a folder there', async () => {
    const archive = await archiveFile(conversations)
    const command = ['--archive', archive, 'export', 'csv', '--output', '-']
    const rows = await hansard([...command, '--table', 'conversations'])
    expect(rows.exitCode).toBe(0)
    expect(rowsIn(Buffer.from(rows.stdout))).toMatchObject([{ id: 'conv_1', entries: '2' }])
    const entries = await hansard([...command, '--table', 'entries'])
    expect(entries.exitCode).toBe(3)
    expect(rowsIn(Buffer.from(entries.stdout))).toMatchObject([
      { text: 'Why?' },
      { type: 'hansard.unreadable' },
    ])
    expect(await hansard(command)).toMatchObject({ exitCode: 2, stdout: '' })
  })

  it('writes one table to one file', async () => {
    const archive = await archiveFile(conversations)
    const output = join(testFolder(), 'only.csv')
    const command = ['--archive', archive, 'export', 'csv', '--output', output, '--table', 'conversations']
    expect(await hansard(command)).toMatchObject({ exitCode: 0 })
  })

  it('lists the columns and explains the escaping of formulas in its help', async () => {
    const { stdout } = await hansard(['export', 'csv', '--help'])
    expect(stdout).toMatch(/conversation_id.*\n.*position/)
    expect(stdout).toContain("remove one '")
  })
})
