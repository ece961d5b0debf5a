import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { exitCodes } from '../../../src/cli/exit-codes.ts'
import { run as runIn } from '../../../src/cli/main.ts'
import { storiesDirectory } from '../../../src/own-files.ts'
import { loadStories } from '../../../src/sandbox/seed/load-stories.ts'
import { archiveOf, type MadeConversation } from '../../support/archives.ts'
import { change } from '../../support/damaged-archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard, type Outcome } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { itReadsWith, runPython } from '../../support/outside-readers.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

interface Counts {
  readonly conversations: number
  readonly entries: number
  readonly estimated_tokens: number
}

type Groups = readonly (Counts & Record<string, unknown>)[]

interface Printed extends Counts {
  readonly unreadable: number
  readonly by_month: Groups
  readonly by_model: Groups
  readonly by_agent: Groups
  readonly by_tool: Groups
}

/** Stores conversations in an archive on disk; returns how to run `stats` on it, and its path. */
function statsOf(conversations: readonly MadeConversation[]) {
  const folder = testFolder()
  const archive = join(folder, 'archive.db')
  archiveOf(conversations, openArchive(archive, { mode: 'create' })).close()
  const run = (...args: string[]): Promise<Outcome> => hansard(['stats', '--archive', archive, ...args])
  return { folder, archive, run }
}

async function printed(outcome: Promise<Outcome>): Promise<Printed> {
  const { stdout, exitCode } = await outcome
  expect(exitCode).toBe(exitCodes.done)
  const [value] = expectSchema('stats', stdout)
  return value as Printed
}

/** A conversation with a message of so many characters for each length. */
function talk(id: string, row: object, ...lengths: readonly number[]): MadeConversation {
  const entries = lengths.map((length) => ({
    type: 'message.input',
    role: 'user',
    content: 'x'.repeat(length),
  }))
  return { row: { id, created_at: '2026-11-02T08:00:00Z', ...row }, entries }
}

describe('stats --json', () => {
  it('counts by month, model and agent of the conversation, and names the agents', async () => {
    const { archive, run } = statsOf([
      talk('c1', { model: 'small' }, 40, 40),
      talk('c2', { model: 'large', created_at: '2026-11-01T00:30:00+01:00' }, 400),
      talk('c3', { agent_id: 'ag_1', created_at: null }, 8),
    ])
    const opened = openArchive(archive, { mode: 'write' })
    const reference = { kind: 'agent', id: 'ag_1', version: '2' } as const
    opened.dependencies.want([reference], '2026-11-22T00:00:00Z')
    opened.dependencies.store(reference, '{"name":"River guide"}', undefined, '2026-11-22T00:00:00Z')
    opened.close()
    expect(await printed(run('--json'))).toEqual({
      ...{ conversations: 3, entries: 4, estimated_tokens: 138, unreadable: 0 },
      by_month: [
        { month: '2026-10', conversations: 1, entries: 1, estimated_tokens: 104 },
        { month: '2026-11', conversations: 1, entries: 2, estimated_tokens: 28 },
        { month: null, conversations: 1, entries: 1, estimated_tokens: 6 },
      ],
      by_model: [
        { model: 'small', conversations: 1, entries: 2, estimated_tokens: 28 },
        { model: 'large', conversations: 1, entries: 1, estimated_tokens: 104 },
        { model: null, conversations: 1, entries: 1, estimated_tokens: 6 },
      ],
      by_agent: [
        { agent_id: null, name: null, conversations: 2, entries: 3, estimated_tokens: 132 },
        { agent_id: 'ag_1', name: 'River guide', conversations: 1, entries: 1, estimated_tokens: 6 },
      ],
      by_tool: [],
    })
  })

  it('counts the calls of tools and functions, and each conversation once for a tool', async () => {
    const call = (type: string, name?: unknown) => ({ type, name, arguments: '{}' })
    const { run } = statsOf([
      {
        row: { id: 'c1' },
        entries: [
          call('tool.execution', 'web_search'),
          call('function.call', 'web_search'),
          call('function.call'),
          { type: 'function.result', tool_call_id: 'a', result: 'not a call' },
          '{"type":"message.output","type":"function.call","name":"first","name":"last","arguments":""}',
        ],
      },
      { row: { id: 'c2' }, entries: [call('tool.execution', 'web_search')] },
    ])
    const { by_tool } = await printed(run('--json'))
    expect(by_tool.map(({ tool, conversations, entries }) => [tool, conversations, entries])).toEqual([
      ['web_search', 2, 3],
      ['last', 1, 1],
      [null, 1, 1],
    ])
  })

  it('counts the same conversations as the other commands select', async () => {
    const { run } = statsOf([
      talk('c1', { model: 'small' }, 40),
      talk('c2', { model: 'large', created_at: '2026-10-01T00:00:00Z' }, 40, 40),
      { ...talk('c3', { model: 'small' }, 40, 40, 40), isGone: true },
    ])
    expect(await printed(run('--json'))).toMatchObject({ conversations: 2, entries: 3 })
    expect(await printed(run('--json', '--include-gone'))).toMatchObject({ conversations: 3, entries: 6 })
    expect(await printed(run('--json', '--model', 'small'))).toMatchObject({ conversations: 1, entries: 1 })
    expect(await printed(run('--json', '--until', '2026-11'))).toMatchObject({ conversations: 1, entries: 2 })
    expect(await printed(run('--json', '--limit', '1'))).toMatchObject({ by_month: [{ month: '2026-10' }] })
  })

  itReadsWith('python3', 'has the sums of the exported JSON Lines', async () => {
    const { run, folder } = await world({ stories: await loadStories(storiesDirectory) })
    await run('backup')
    const file = join(folder, 'all.jsonl')
    await run('export', 'jsonl', '--output', file)
    const { stdout } = await run('stats', '--json')
    const { by_month, by_model, by_agent, by_tool, unreadable, ...total } = JSON.parse(stdout) as Printed
    const rows = [
      { by: 'total', value: null, ...total },
      ...by_month.map(({ month, ...counts }) => ({ by: 'month', value: month, ...counts })),
      ...by_model.map(({ model, ...counts }) => ({ by: 'model', value: model, ...counts })),
      ...by_agent.map(({ agent_id: value, conversations, entries, estimated_tokens }) => {
        return { by: 'agent', value, conversations, entries, estimated_tokens }
      }),
      ...by_tool.map(({ tool, ...counts }) => ({ by: 'tool', value: tool, ...counts })),
    ]
    const counted = runPython('count_volume.py', file) as object[]
    expect(unreadable).toBe(0)
    expect(counted.length).toBeGreaterThan(20)
    expect(sorted(rows)).toEqual(sorted(counted))
  })
})

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
}

/** A year and a half of conversations with many models, agents and tools, some of them hostile. */
function busyAccount(): MadeConversation[] {
  return Array.from({ length: 40 }, (_, i) => {
    const month = `${2025 + Math.floor(i / 24)}-${String((Math.floor(i / 2) % 12) + 1).padStart(2, '0')}`
    const who = i % 3 === 0 ? { agent_id: `ag_${i}` } : { model: i === 1 ? HOSTILE : `model-${i}` }
    const row = { id: `c${i}`, created_at: `${month}-02T00:00:00Z`, ...who }
    return {
      row,
      entries: [{ type: 'function.call', name: i === 2 ? HOSTILE : `日本語の関数-${i}`, arguments: '{}' }],
    }
  })
}

const HOSTILE = '\u001b[31m\u202e<script>alert(1)</script> & "quoted" \u0000\ud800\n\t'

/** Runs `stats` on a terminal and returns the lines of its stdout. */
async function onTerminal(
  columns: number,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string[]> {
  const stdout = testTerminal(columns)
  expect(await runIn(['stats', ...args], testIo({ stdout, env }))).toBe(exitCodes.done)
  return String(stdout.read()).trimEnd().split('\n')
}

describe('stats on a terminal', () => {
  it.each([50, 80, 140])('has at most 40 lines of %i columns, however much there is', async (columns) => {
    const { archive } = statsOf(busyAccount())
    const lines = await onTerminal(columns, [], { HANSARD_ARCHIVE: archive, NO_COLOR: '1', LANG: 'C.UTF-8' })
    expect(lines.length).toBeLessThanOrEqual(40)
    for (const line of lines) {
      expect(stringWidth(line)).toBeLessThanOrEqual(columns)
      expect(line).not.toMatch(/[\u0000-\u001f\u202e]/)
    }
    const text = lines.join('\n')
    expect(text).toContain('40 conversations, 40 entries')
    expect(text).toContain('Tokens are estimated')
    expect(text).toMatch(/^Month \(UTC\).*tokens +entries$/m)
    expect(text).toMatch(/^\(8 earlier\) /m)
    expect(text).toMatch(/^\(36 more\) .*\d$/m)
    expect(text).toMatch(/█/)
  })

  it('draws bars with # where the locale is not UTF-8 or the terminal is dumb, and without colors there', async () => {
    const { archive } = statsOf(busyAccount())
    for (const env of [
      {},
      { LANG: 'C' },
      { TERM: 'dumb', LANG: 'C.UTF-8' },
      { LC_ALL: 'C', LANG: 'C.UTF-8' },
    ]) {
      const text = (await onTerminal(80, [], { HANSARD_ARCHIVE: archive, ...env })).join('\n')
      expect(text).toMatch(/#/)
      expect(text).not.toMatch(/[█-▏]/)
      if ('TERM' in env) expect(text).not.toContain('\u001b')
    }
  })

  it('shows all values of one kind with --by', async () => {
    const { archive } = statsOf(busyAccount())
    const lines = await onTerminal(80, ['--by', 'month'], { HANSARD_ARCHIVE: archive, NO_COLOR: '1' })
    expect(lines.filter((line) => /^20\d\d-\d\d /.test(line)).length).toBe(20)
    expect(lines.join('\n')).not.toMatch(/Model|earlier/)
  })
})

describe('stats in a pipe', () => {
  it('is a table of tab-separated values with a header and all groups', async () => {
    const { run } = statsOf(busyAccount())
    const { stdout } = await run()
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
    expect(rows[0]).toEqual(['by', 'value', 'name', 'conversations', 'entries', 'estimated_tokens'])
    expect(rows[1]).toEqual(['total', '', '', '40', '40', expect.stringMatching(/^\d+$/)])
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([6]))
    expect(rows.filter(([by]) => by === 'tool').length).toBe(40)
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/)
  })
})

describe('stats', () => {
  it('says why it has nothing to count', async () => {
    const empty = await statsOf([]).run()
    expect(empty).toMatchObject({
      exitCode: exitCodes.done,
      stderr: expect.stringContaining('hansard backup'),
    })
    const gone = await statsOf([{ ...talk('c1', {}, 4), isGone: true }]).run()
    expect(gone.stderr).toContain('--include-gone')
    const unselected = await statsOf([talk('c1', {}, 4)]).run('--model', 'other')
    expect(unselected.stderr).toBe('No conversation matches the selection.\n')
  })

  it('counts entries that cannot be read, says so and exits with 3', async () => {
    const { archive, run } = statsOf([talk('c1', {}, 40, 41, 42)])
    change(archive, `update entry set json = 'not JSON' where id = 2`)
    const { exitCode, stdout, stderr } = await run('--json')
    expect(JSON.parse(stdout)).toMatchObject({ entries: 3, estimated_tokens: 29, unreadable: 1 })
    expect(stderr).toContain('1 entry could not be read: run `hansard verify`')
    expect(exitCode).toBe(exitCodes.partial)
  })

  it('stops when it is interrupted', async () => {
    const { archive } = statsOf(Array.from({ length: 200 }, (_, i) => talk(`c${i}`, {}, 4)))
    const { exitCode, stdout } = await hansard(['stats', '--archive', archive], {
      signal: AbortSignal.abort(),
    })
    expect({ exitCode, stdout }).toEqual({ exitCode: exitCodes.interrupted, stdout: '' })
  })
})

describe('stats --svg', () => {
  it('writes the same bytes each time, and replaces only what an export wrote', async () => {
    const { folder, run } = statsOf(busyAccount())
    const file = join(folder, 'stats.svg')
    const first = await run('--svg', file)
    expect(first).toMatchObject({ exitCode: exitCodes.done, stderr: `Chart written to ${file}.\n` })
    const bytes = readFileSync(file)
    const refused = await run('--svg', file)
    expect(refused.exitCode).toBe(exitCodes.usage)
    expect(refused.stderr).toContain('with --svg, or use --force')
    expect((await run('--svg', file, '--force')).exitCode).toBe(exitCodes.done)
    expect(readFileSync(file).equals(bytes)).toBe(true)

    const foreign = join(folder, 'mine.svg')
    writeFileSync(foreign, 'mine')
    expect((await run('--svg', foreign, '--force')).exitCode).toBe(exitCodes.usage)
    expect(readFileSync(foreign, 'utf8')).toBe('mine')
  })

  it('reports a wrong place before it counts, and leaves nothing there', async () => {
    const { folder, archive, run } = statsOf(busyAccount())
    const missing = await run('--svg', join(folder, 'no', 'stats.svg'))
    expect(missing).toMatchObject({ exitCode: exitCodes.usage, stdout: '' })
    expect(missing.stderr).toMatch(/does not exist\n.*--svg/)
    const itself = await run('--svg', archive, '--force')
    expect(itself).toMatchObject({ exitCode: exitCodes.usage, stdout: '' })
    expect((await run('--force')).exitCode).toBe(exitCodes.usage)
    expect((await run('--svg', '')).exitCode).toBe(exitCodes.usage)
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })

  it('writes only the chart to stdout with -', async () => {
    const { run } = statsOf(busyAccount())
    const { stdout, stderr } = await run('--svg', '-')
    expect(stdout).toMatch(/^<svg [^]*<\/svg>\n$/)
    expect(stderr).toBe('')
    expect((await run('--svg', '-', '--json')).exitCode).toBe(exitCodes.usage)
  })

  itReadsWith('python3', 'is well-formed, has no script, and shows what names are', async () => {
    const { folder, run } = statsOf(busyAccount())
    const file = join(folder, 'stats.svg')
    await run('--svg', file)
    const read = `
import json, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
each = [(element.tag.split('}')[1], dict(element.attrib)) for element in root.iter()]
print(json.dumps({'tags': sorted({tag for tag, _ in each}), 'attributes': sorted({k for _, a in each for k in a}),
  'texts': [''.join(e.itertext()) for e in root.iter('{http://www.w3.org/2000/svg}text')]}))`
    const { tags, attributes, texts } = runPython('-c', read, file) as Record<string, string[]>
    expect(tags).toEqual(['g', 'line', 'path', 'rect', 'svg', 'text'])
    expect(texts?.filter((text) => /^\d+m$/.test(text))).toEqual([]) // a thousandth of a conversation
    expect(attributes?.filter((name) => /^on|href|style/.test(name))).toEqual([])
    expect(texts).toEqual(
      expect.arrayContaining([
        ...['By month of creation (UTC)', 'By model: the largest 14 of 27', 'tokens (estimated)'],
        ...['conversations', 'entries', 'calls', '2025-01'],
      ]),
    )
    expect(texts?.join('\n')).toContain('␛[31m<script>alert(1)')
  })
})
