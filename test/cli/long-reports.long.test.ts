import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { run } from '../../src/cli/main.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { archiveOf, look } from '../support/archives.ts'
import { change } from '../support/damaged-archives.ts'
import { addFailures } from '../support/failing-archive.ts'
import { testFolder } from '../support/folder.ts'
import { hansard, type Outcome } from '../support/hansard.ts'
import { expectSchema } from '../support/json-schemas.ts'
import { testIo, testTerminal } from '../support/test-io.ts'
import { world } from '../support/world.ts'

const few = () => [generateConversations({ count: 12, entries: 4, bytesPerEntry: 300, seed: 5 })]

/** The lines that a command prints, to stdout and to stderr. */
function linesOf({ stdout, stderr }: Outcome): string[] {
  return `${stdout}${stderr}`.trimEnd().split('\n')
}

/** The lines of a command without its --verbose log of requests. */
function listed(outcome: Outcome, pattern: RegExp): number {
  return linesOf(outcome).filter((line) => pattern.test(line)).length
}

/** An archive with many conversations, each with these entries. */
function archiveWith(count: number, entriesOf: (i: number) => readonly unknown[]): string {
  const path = join(testFolder(), 'archive.db')
  const archive = openArchive(path, { mode: 'create' })
  archiveOf(
    Array.from({ length: count }, (_, i) => ({
      row: { id: `conv_${i.toString(16).padStart(32, '0')}`, created_at: '2026-01-01T00:00:00Z' },
      entries: entriesOf(i),
    })),
    archive,
  )
  archive.close()
  return path
}

describe('After a night of 10,000 failures', { timeout: 60_000 }, () => {
  it('status fits on a screen and begins with the verdict', async () => {
    const archive = join(testFolder(), 'archive.db')
    addFailures(archive, 10_000)
    for (const options of [[], ['--quiet'], ['--max-age', '3d']]) {
      const outcome = await hansard(['status', '--archive', archive, ...options])
      const lines = linesOf(outcome)
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines[0]).toBe('Last verified-complete backup: never')
      expect(lines.join('\n')).toMatch(
        /history\/service-failed: [\d,]+ conversations\n(?: {4}conv_.*\n)+ {4}hint: /,
      )
      expect(lines.join('\n')).toMatch(
        /and \d+ more reasons \([\d,]+ in all\): see `hansard status --verbose`/,
      )
      expect(lines.join('\n')).toMatch(/Needs attention:\n {2}history-altered: 200 alerts\n/)
      expect(outcome.exitCode).toBe(options.includes('--max-age') ? 3 : 0)
    }
    for (const columns of [50, 80, 140]) {
      const stdout = testTerminal(columns)
      expect(await run(['status', '--archive', archive, '--no-pager'], testIo({ stdout }))).toBe(0)
      expect(String(stdout.read()).trimEnd().split('\n').length).toBeLessThanOrEqual(40)
    }
    const all = await hansard(['status', '--archive', archive, '--verbose'])
    expect(listed(all, /^ {4}conv_/)).toBe(0) // no examples, since each has a line of its own
    expect(listed(all, /^ {2}(row|get|history|messages|store|references|shapes)\/[\w-]+: conv_/)).toBe(10_000)
    expect(listed(all, /^ {2}(file|agent)\/not-fetched: ref_/)).toBe(30)
    const { stdout } = await hansard(['status', '--archive', archive, '--json'])
    const [json] = expectSchema('status', stdout) as [{ failures: unknown[]; problems: { count: number }[] }]
    expect(json.failures).toHaveLength(10_000)
    expect(json.problems.reduce((sum, { count }) => sum + count, 0)).toBe(10_630)
  })

  it('the next backup prints a short report, also for a mail of cron', async () => {
    const here = await world({ stories: few() })
    await here.backup()
    addFailures(here.archive, 10_000)
    for (const options of [['--quiet'], []]) {
      const lines = linesOf(await here.run('backup', ...options))
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines.join('\n')).toMatch(/^ {2}history\/service-failed: [\d,]+ conversations\n {4}conv_/m)
      expect(lines.join('\n')).toContain('see `hansard status --verbose`')
    }
    // A complete listing without a row resolves its failure, and agents that do not exist are no failures.
    const { length } = look(here.archive, (archive) => archive.failures.open())
    expect(length).toBeGreaterThan(9000)
    expect(listed(await here.run('backup', '--verbose'), /^failed: .*: conv_/)).toBe(length)
    const { stdout } = await here.run('backup', '--json')
    const [{ problems }] = expectSchema('backup', stdout) as [{ problems: { count: number }[] }]
    expect(problems.reduce((sum, { count }) => sum + count, 0)).toBe(length + 320)
  })

  it('verify groups what is damaged', async () => {
    const archive = archiveWith(2500, (i) =>
      [1, 2, 3, 4].map((n) => ({ type: 'message.input', id: `msg_${i}_${n}`, content: `say ${i} ${n}` })),
    )
    change(archive, `update entry set json = json || ' '; update revision set length = 77 where id % 2`)
    for (const options of [[], ['--quiet'], ['--repair']]) {
      const lines = linesOf(await hansard(['verify', '--archive', archive, ...options]))
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines.join('\n')).toMatch(/entries: its text or its hash.*: 10,000 findings\n {4}entry 1, conv_/)
    }
    const all = await hansard(['verify', '--archive', archive, '--verbose'])
    expect(listed(all, /^ {2}entries: entry \d+[,:]/)).toBe(10_000)
    const { stdout } = await hansard(['verify', '--archive', archive, '--verbose', '--json'])
    const [{ findings, counts }] = expectSchema('verify', stdout) as [
      { findings: unknown[]; counts: { findings: number } },
    ]
    expect(findings).toHaveLength(counts.findings)
  })

  it('verify --remote counts what is equal and groups the rest', async () => {
    const here = await world({ stories: few() })
    await here.backup()
    const archive = openArchive(here.archive, { mode: 'write' })
    archiveOf(
      Array.from({ length: 500 }, (_, i) => ({ row: { id: `conv_gone_${i}` } })),
      archive,
    )
    archive.close()
    for (const options of [[], ['--quiet']]) {
      const { stdout } = await here.run('verify', '--remote', ...options)
      expect(stdout.trimEnd().split('\n').slice(0, 5)).toEqual([
        'only in the archive: 500 conversations',
        ...Array(3).fill(expect.stringMatching(/^ {2}conv_gone_\d+$/)),
        '  hint: `hansard backup` marks them as gone; their content is kept.',
      ])
      expect(stdout.split('\n').length).toBeLessThanOrEqual(8)
    }
    expect(listed(await here.run('verify', '--remote', '--verbose'), /^[=-] conv_/)).toBe(512)
    const { stdout } = await here.run('verify', '--remote', '--json')
    expect(expectSchema('verify-remote', stdout)).toHaveLength(513)
  })

  it('export groups what it leaves out', async () => {
    const archive = archiveWith(10_000, (i) => [
      { type: i % 2 === 0 ? 'message.output' : 'memory.recall', id: `msg_${i}`, content: `say ${i}` },
    ])
    const exports = (...options: string[]) =>
      hansard(['export', 'chat', '--archive', archive, '--output', '-', ...options])
    for (const options of [[], ['--quiet']]) {
      const lines = linesOf(await exports(...options))
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines[0]).toMatch(/^left out: .*: 5,000 conversations$/)
    }
    expect(listed(await exports('--verbose'), /^left out: conv_/)).toBe(10_000)
  })
})
