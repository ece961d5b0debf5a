import { join } from 'node:path'

import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { listCommand } from '../../../src/cli/commands/list.ts'
import { archiveOf, type MadeConversation } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { rowsInPipe } from '../../support/tsv.ts'

const now = () => new Date('2026-11-25T12:00:00Z')

const question = { type: 'message.input', role: 'user', content: 'How deep is the Rhine\nnear Basel?' }
const id = (n: number) => `conv_${String(n).repeat(32)}`

/** Newest first: 3 (only created), 1, 2, 4 (gone), 5 (no time). */
const rivers: readonly MadeConversation[] = [
  {
    row: {
      ...{ id: id(1), name: 'Why rivers bend', model: 'mistral-medium-latest' },
      ...{ created_at: '2026-11-01T08:00:00.5Z', updated_at: '2026-11-25T10:59:00Z' },
    },
    entries: [question, question],
  },
  { row: { id: id(2), agent_id: 'ag_1', updated_at: '2026-11-25T11:00:00+01:00' }, entries: [question] },
  {
    row: {
      id: id(3),
      name: '長江は中国で一番長い川です',
      created_at: '2026-11-25T11:30:00Z',
      updated_at: null,
    },
  },
  { row: { id: id(4), name: 'Dry\tnow', updated_at: '2025-06-16T08:21:00Z' }, isGone: true },
  { row: { id: id(5), name: 'Timeless' } },
]

function archiveFile(conversations: readonly MadeConversation[] = rivers): string {
  const path = join(testFolder(), 'archive.db')
  archiveOf(conversations, openArchive(path, { mode: 'create' })).close()
  return path
}

async function onTerminal(columns: number, archive: string, options: object = {}, rows?: number) {
  const stdout = Object.assign(testTerminal(columns), rows === undefined ? {} : { rows })
  const stderr = testTerminal(columns)
  const streams = { seen: '', said: '' }
  stdout.setEncoding('utf8').on('data', (chunk: string) => (streams.seen += chunk))
  stderr.setEncoding('utf8').on('data', (chunk: string) => (streams.said += chunk))
  await listCommand({ archive, ...options }, testIo({ stdout, stderr, now, env: { NO_COLOR: '1' } }))
  return { lines: streams.seen.split('\n').slice(0, -1), said: streams.said }
}

describe('list on a terminal', () => {
  it('shows the last change, the number of entries and the title, last changed first', async () => {
    const { lines, said } = await onTerminal(80, archiveFile(), { includeGone: true })
    expect(lines).toEqual([
      'ID                                     UPDATED        ENTRIES  TITLE',
      `${id(3)}  30 min ago           0  長江は中国で一番…`,
      `${id(1)}  1 h ago              2  Why rivers bend`,
      `${id(2)}  2 h ago              1  How deep is the …`,
      `${id(4)}  17 months ago        0  (gone) Dry now`,
      `${id(5)}                       0  Timeless`,
    ])
    expect(said).toBe('')
  })

  it('takes two lines for each conversation on a narrow terminal', async () => {
    const { lines } = await onTerminal(50, archiveFile(), { limit: 2 })
    expect(lines).toEqual([
      'ID',
      '  UPDATED     ENTRIES  TITLE',
      id(3),
      '  30 min ago        0  長江は中国で一番長い川です',
      id(1),
      '  1 h ago           2  Why rivers bend',
    ])
  })

  it('shows absolute times in UTC, and models, on a wide terminal', async () => {
    const { lines } = await onTerminal(150, archiveFile())
    expect(lines.slice(0, 3)).toEqual([
      'ID                                     UPDATED                            ENTRIES  MODEL                  TITLE',
      `${id(3)}  2026-11-25 11:30 UTC (30 min ago)        0                         長江は中国で一番長い川です`,
      `${id(1)}  2026-11-25 10:59 UTC (1 h ago)           2  mistral-medium-latest  Why rivers bend`,
    ])
  })

  it.each([20, 50, 79, 80, 119, 120, 140, 150])(
    'never cuts an id or wraps a line at %i columns',
    async (columns) => {
      const { lines } = await onTerminal(columns, archiveFile())
      for (const n of [1, 2, 3, 5]) expect(lines.join('\n')).toContain(id(n))
      for (const line of lines.filter((line) => !/^conv_\d+$/.test(line)))
        expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    },
  )

  it('shows a screenful, and says how many there are and how to see them', async () => {
    const many = Array.from({ length: 1234 }, (_, i) => ({
      row: {
        id: `conv_${String(i).padStart(32, '0')}`,
        updated_at: `2026-11-25T10:${String(i % 60).padStart(2, '0')}:00Z`,
      },
    }))
    const archive = archiveFile(many)
    const tall = await onTerminal(80, archive, {}, 24)
    expect(tall.lines).toHaveLength(21)
    expect(tall.said).toBe('Showing the newest 20 of 1,234 conversations; to see all, use --limit 1234\n')
    expect((await onTerminal(50, archive, {}, 24)).lines).toHaveLength(2 + 2 * 10)
    const whole = await onTerminal(80, archive, { limit: 5000 })
    expect([whole.lines.length, whole.said]).toEqual([1235, ''])
  })
})

describe('list in a pipe', () => {
  it('is TSV with the columns that the help names: all conversations, whole times', async () => {
    const { stdout, stderr } = await hansard(['list', '--include-gone', '--archive', archiveFile()], { now })
    const rows = await rowsInPipe('list', stdout)
    expect(rows.map((row) => row['id'])).toEqual([3, 1, 2, 4, 5].map(id))
    expect(rows[1]).toEqual({
      ...{ id: id(1), title: 'Why rivers bend', model: 'mistral-medium-latest', agent_id: '', entries: '2' },
      ...{
        created_at: '2026-11-01T08:00:00.500000Z',
        updated_at: '2026-11-25T10:59:00.000000Z',
        gone_at: '',
      },
    })
    expect(rows[3]?.['gone_at']).toBe('2026-11-22T00:00:00.000Z')
    expect(stderr).toBe('')
  })

  it('is an object per line with --json, with the title', async () => {
    const { stdout } = await hansard(['list', '--json', '--include-gone', '--archive', archiveFile()], {
      now,
    })
    expect(expectSchema('list', stdout)).toHaveLength(5)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(rows.slice(0, 3).map(({ id, name, title }) => ({ id, name, title }))).toEqual([
      { id: id(3), name: '長江は中国で一番長い川です', title: '長江は中国で一番長い川です' },
      { id: id(1), name: 'Why rivers bend', title: 'Why rivers bend' },
      { id: id(2), name: null, title: 'How deep is the Rhine near Basel?' },
    ])
  })
})

describe('list says on stderr why it shows nothing:', () => {
  it.each([
    ['the archive is empty', [], [], 'The archive has no conversations\n'],
    ['nothing matches', rivers, ['--model', 'x'], 'No conversation matches the selection.\n'],
    [
      'everything is gone',
      [{ row: { id: 'conv_1' }, isGone: true }],
      [],
      'All conversations are gone upstream: show them with --include-gone\n',
    ],
  ])('%s', async (_, conversations, args, said) => {
    const { exitCode, stderr } = await hansard(['list', '--archive', archiveFile(conversations), ...args])
    expect([exitCode, stderr]).toEqual([0, said])
  })
})
