import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import type { CopyState } from '../../../src/archive/ledger/replay-copies.ts'
import { deletionOf, formatUndoTotals, undoReport } from '../../../src/cli/terminal/undo-report.ts'
import type { Undone } from '../../../src/replay/run/undo.ts'
import { VerifyReport } from '../../../src/cli/terminal/verify-report.ts'
import { lossKinds, type Loss } from '../../../src/replay/loss.ts'
import type { Verified } from '../../../src/replay/verify-copies.ts'
import type { Certificate, CopyDifference } from '../../../src/replay/verify/certificate.ts'
import { archiveOf, type MadeConversation } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { replayWorld } from '../../support/replay-world.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { world } from '../../support/world.ts'

const MANY = 10_000

const linesOf = (text: string) => text.split('\n').filter(Boolean)

describe('With thousands of blocked conversations', () => {
  it(
    'replay plan prints at most 40 lines, and the options that would help',
    { timeout: 60_000 },
    async () => {
      const { env } = await blockedWorld(MANY)
      const { stdout, stderr, exitCode } = await hansard(['replay', 'plan'], { env })
      expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' })
      expect(linesOf(stdout).length).toBeLessThanOrEqual(40)
      expect(stdout).toMatch(/^10,000 conversations: 0 ready, 0 ready with losses, 10,000 blocked\.\n/)
      expect(stdout).toContain('\n  agent ag_source: 2,500 conversations → --map-agent ag_source=…\n')
      expect(stdout).toContain('\n  model old-1: 9 conversations → --map-model old-1=…\n')
      expect(stdout).toMatch(
        /\n {2}and \d+ others \([\d,]+ conversations\): see --verbose, --json or --out\n/,
      )
      expect(stdout).toContain('\nblocked: a call at the end has no result: 2,500 conversations\n')
      expect(stdout).toContain('\nblocked: it has no message that could be sent: 2,500 conversations\n')
    },
  )

  it('replay run prints at most 40 lines, and says how many are blocked by what', async () => {
    const { env } = await blockedWorld(1000)
    const { stdout, stderr, exitCode } = await hansard(['replay', 'run', '--yes'], { env })
    expect(exitCode).toBe(3)
    expect(linesOf(stdout + stderr).length).toBeLessThanOrEqual(40)
    expect(linesOf(stderr)).toEqual([
      'blocked: 1,000 conversations',
      ...[0, 1, 10].map((i) => expect.stringMatching(`^  conv_${i}: `) as string),
      '  hint: `hansard replay plan` says what is missing.',
    ])
  })
})

describe('With 10,000 copies that need a person', () => {
  it('replay status prints at most 40 lines, and with --verbose and --json each of them', async () => {
    const path = archiveOfCopies()
    const { stdout } = await hansard(['replay', 'status', '--archive', path])
    expect(linesOf(stdout).length).toBeLessThanOrEqual(40)
    expect(stdout).toContain(
      'uncertain: it may be any of …: 2,000 copies\n  conv_0 (conv_t0): it may be any of',
    )
    expect(stdout).toContain('--resolve ID=COPY')
    const verbose = await hansard(['replay', 'status', '--archive', path, '--verbose'])
    expect(verbose.stdout).toContain(
      '\nuncertain: conv_9995 (conv_t9995): it may be any of conv_t9995, conv_u9995\n',
    )
    const json = await hansard(['replay', 'status', '--archive', path, '--json'])
    const lines = linesOf(json.stdout)
    expect(lines).toHaveLength(MANY + 1)
    expect(expectSchema('replay-status', lines.slice(-3).join('\n')).at(-1)).toMatchObject({
      command: 'replay status',
      targets: [{ counts: { uncertain: 2000, diverged: 2000 } }],
    })
  })

  it.each([60, Infinity])('replay verify prints at most 40 lines in %d columns', (width) => {
    const report = new VerifyReport()
    for (let i = 0; i < MANY; i++) report.add(verifiedAt(i))
    const counts = { identical: 1, equivalent: 1999, different: 4000, notCompared: 4000 }
    const lines = report.lines(counts, 'certificates.jsonl', width)
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(lines.slice(0, 3)).toEqual([
      '10,000 copies: 1 identical, 1,999 equivalent, 4,000 different, 4,000 not compared.',
      'Certificates written to certificates.jsonl.',
      'different: an entry is missing: 500 copies',
    ])
    expect(lines.filter((line) => line.startsWith('different: '))).not.toEqual([])
    expect(lines.find((line) => line.includes(' × '))).toMatch(/^ {2}\d+ × .*/)
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}and \d\d more kinds$/))
    expect(report.problemLines(width).length).toBeLessThanOrEqual(40)
  })

  it('replay undo prints at most 40 lines', () => {
    const report = undoReport()
    for (let i = 0; i < MANY; i++) {
      const copy = { id: `conv_${i}`, targetId: `conv_t${i}` }
      const undone: Undone =
        i % 2 === 0
          ? { ...copy, what: 'would-delete' }
          : { ...copy, what: 'kept', reason: `reason ${'x'.repeat(i % 99)}` }
      report.add(deletionOf(undone))
    }
    const lines = report.lines(formatUndoTotals(report, false), Infinity)
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(lines.slice(0, 3)).toEqual([
      '5,000 would be deleted, 0 already gone, 5,000 kept. Nothing was deleted; use --yes to delete.',
      'would be deleted: 5,000 copies',
      '  conv_t0, the copy of conv_0',
    ])
    expect(report.keptLines(Infinity).length).toBeLessThanOrEqual(40)
  })
})

describe('The --json output of replay', () => {
  it('is as its schemas say', async () => {
    const { replay } = await replayWorld({ stories: [talksOf(someTalks(2))] })
    const run = await replay('run', '--yes', '--json', '--price', '0.4,2')
    expect(expectSchema('replay-run', run.stdout)).toMatchObject([{ done: 2, limit: null, notices: [] }])
    expect(expectSchema('replay-status', (await replay('status', '--json')).stdout)).toMatchObject([
      { command: 'replay status', targets: [{ counts: { done: 2 } }] },
    ])
    expect(expectSchema('replay-undo', (await replay('undo', '--json')).stdout)).toMatchObject([
      { id: 'conv_0', outcome: 'would-delete', reason: null },
      { id: 'conv_1', outcome: 'would-delete' },
      { command: 'replay undo', would_delete: 2, deleted: 0 },
    ])
  })

  it('is followed by no totals if undo could not begin', async () => {
    const { replay } = await replayWorld({ stories: [talksOf(someTalks(1))] })
    expect(await replay('undo')).toMatchObject({ exitCode: 2, stdout: '' })
  })

  it('says what a person should look at, grouped by reason', async () => {
    const { replay, sandbox } = await replayWorld({ stories: [talksOf(someTalks(2))] })
    sandbox.faults.add({
      operation: 'startStream',
      account: 'other',
      then: { kind: 'answer', status: 400, body: '{}' },
    })
    const { stdout } = await replay('run', '--yes', '--json')
    expect(expectSchema('replay-run', stdout)).toMatchObject([
      { notices: [{ reason: expect.stringMatching(/^failed: /) as string, count: 2 }] },
    ])
    const [failed] = expectSchema('replay-status', (await replay('status', '--json')).stdout)
    expect(failed).toMatchObject({ state: 'failed', target_id: null })
  })
})

/** A world whose archive has this number of conversations that cannot be sent, for several reasons. */
async function blockedWorld(count: number) {
  const { env, archive: path, sandbox } = await world()
  const archive = openArchive(path, { mode: 'create' })
  archiveOf(
    Array.from({ length: count }, (_, i) => blockedAt(i)),
    archive,
  )
  archive.close()
  const target = { MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: sandbox.url }
  return { env: { ...env, ...target } }
}

function blockedAt(i: number): MadeConversation {
  const message = { type: 'message.input', role: 'user', content: 'Hi' }
  const row = { id: `conv_${i}`, created_at: '2026-01-01T00:00:00Z', name: `talk ${i}` }
  const model = 'mistral-small-latest'
  switch (i % 4) {
    case 0:
      return { row: { ...row, agent_id: 'ag_source' }, entries: [message] }
    case 1:
      return { row: { ...row, model: `old-${i % 1200}` }, entries: [message] }
    case 2:
      return { row: { ...row, model } }
    default: {
      const call = { type: 'function.call', tool_call_id: 'abcdefghi', name: `level${i}`, arguments: '{}' }
      return { row: { ...row, model }, entries: [message, call] }
    }
  }
}

/** An archive with 10,000 copies in one target, in every state that a person should look at. */
function archiveOfCopies(): string {
  const path = join(testFolder(), 'archive.db')
  const archive = openArchive(path, { mode: 'create' })
  const at = '2026-11-22T03:15:00.000Z'
  const states: CopyState[] = ['uncertain', 'failed', 'stale', 'diverged', 'open']
  archive.transaction(() => {
    const target = archive.replayTargets.add('https://example.org', at)
    for (let i = 0; i < MANY; i++) {
      const copy = {
        conversation: `conv_${i}`,
        revision: 'r',
        mode: 'history',
        label: '',
        planned: '{}',
      } as const
      const stamp = `s${i}.r`
      const state = states[i % states.length] ?? 'open'
      archive.replayCopies.add({ ...copy, target: target.id, stamp }, state, at)
      const known = archive.replayCopies.byStamp(target.id, stamp)
      const reason =
        state === 'uncertain' ? `it may be any of conv_t${i}, conv_u${i}` : `HTTP 500: request ${i} failed`
      archive.replayCopies.set(known?.id ?? 0, state, at, { reason, targetId: `conv_t${i}` })
    }
  })
  archive.close()
  return path
}

const differenceKinds: readonly CopyDifference['kind'][] = [
  ...(['gone', 'missing', 'moved', 'added', 'another', 'false-loss', 'apart', 'structure'] as const),
]

/** A verified copy: in turn equal with losses, different, and not compared. */
function verifiedAt(i: number): Verified {
  const copy = { id: `conv_${i}`, name: null, targetId: `conv_t${i}` }
  if (i % 5 > 2)
    return { ...copy, result: { error: `HTTP 503: reason${'x'.repeat(i % 400)} of request ${i}` } }
  const kinds = Object.keys(lossKinds) as Loss['kind'][]
  const loss = { kind: kinds[i % kinds.length], position: i, id: null, path: '', before: null, after: null }
  const difference = {
    ...{ entry: i, path: 'content', kind: differenceKinds[i % 8], detail: 'differs in content' },
    ...{ expected: '"x"', found: '"y"' },
  }
  const isDifferent = i % 5 > 0
  const certificate = {
    ...{ verdict: isDifferent ? 'different' : 'equivalent', unseen: [`member ${i % 9}`], since: i % 2 },
    ...{ differences: isDifferent ? [difference] : [], losses: [loss] },
  } as unknown as Certificate
  return { ...copy, result: { certificate } }
}
