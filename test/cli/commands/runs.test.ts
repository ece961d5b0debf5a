import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { run as runCli } from '../../../src/cli/main.ts'
import { beginRun } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { rowsInPipe } from '../../support/tsv.ts'

const books = {
  ...{ listed: 1312, new: 12, updated: 3, unchanged: 1290, failed: 7, vanished: 0 },
  ...{ gone: 2, compared: 1312, requests: 2646, retries: 4, bytes: 13_700_000 },
}

/** An archive with a run that is done, one that was partial, and one that has not ended. */
function archiveOfRuns(): string {
  const path = join(testFolder(), 'archive.db')
  const archive = openArchive(path, { mode: 'create' })
  const first = beginRun(archive, '2026-11-24T03:15:00.000Z')
  const done = { ...books, new: 1312, updated: 0, unchanged: 0, failed: 0, gone: 0 }
  archive.runs.end(first, '2026-11-24T04:20:05.500Z', {
    ...{ outcome: 'done', complete: true, reason: undefined },
    books: done,
    requestsByKind: new Map([
      ['list', 14],
      ['getHistory', 2632],
    ]),
  })
  const second = beginRun(archive, '2026-11-25T03:15:00.000Z')
  for (const [i, code] of ['timeout', 'timeout', 'not-json'].entries()) {
    const failure = { conversation: `conv_${i}`, step: 'history', code, message: `it is ${code}` } as const
    archive.failures.record(failure, second, '2026-11-25T03:16:00.000Z')
  }
  const reason = 'rows changed their order while the account was listed'
  archive.runs.end(second, '2026-11-25T03:16:52.000Z', {
    outcome: 'partial',
    complete: false,
    reason,
    books,
    requestsByKind: new Map(),
  })
  beginRun(archive, '2026-11-26T03:15:00.000Z')
  archive.close()
  return path
}

async function onTerminal(columns: number, ...args: string[]): Promise<string[]> {
  const stdout = testTerminal(columns)
  const env = { NO_COLOR: '1' }
  expect(await runCli(args, testIo({ stdout, env }))).toBe(0)
  return String(stdout.read()).trimEnd().split('\n')
}

describe('hansard runs', () => {
  it('shows on a terminal when each run started, how it ended, how long it took, and what it did', async () => {
    const archive = archiveOfRuns()
    expect(await onTerminal(80, 'runs', '--archive', archive)).toEqual([
      'RUN  STARTED               OUTCOME        DURATION    NEW  UPDATED  FAILED  GONE',
      '  3  2026-11-26 03:15 UTC  did not end                  0        0       0     0',
      '  2  2026-11-25 03:15 UTC  partial      1 min 52 s     12        3       7     2',
      '  1  2026-11-24 03:15 UTC  done          1 h 5 min  1,312        0       0     0',
    ])
    expect(await onTerminal(50, 'runs', '--archive', archive)).toEqual([
      'RUN  STARTED               OUTCOME        DURATION',
      '  3  2026-11-26 03:15 UTC  did not end',
      '  2  2026-11-25 03:15 UTC  partial      1 min 52 s',
      '  1  2026-11-24 03:15 UTC  done          1 h 5 min',
    ])
    const [, , wide] = await onTerminal(140, 'runs', '--archive', archive)
    expect(wide).toBe(
      '  2  2026-11-25 03:15 UTC  backup   partial      1 min 52 s   1,312     12        3       7     2     2,646  no        rows changed their o…',
    )
    expect(wide?.length).toBeLessThanOrEqual(140)
  })

  it('prints all columns as TSV in a pipe', async () => {
    const { stdout } = await hansard(['runs', '--archive', archiveOfRuns()])
    const [last, partial] = await rowsInPipe('runs', stdout)
    expect(partial).toMatchObject({
      ...{ id: '2', started_at: '2026-11-25T03:15:00.000Z', outcome: 'partial', seconds: '112' },
      ...{ complete: 'false', requests: '2646', gone: '2', bytes: '13700000' },
    })
    expect(last).toMatchObject({ id: '3', outcome: 'did not end', complete: '', seconds: '', ended_at: '' })
  })

  it('with --json prints an object for each run', async () => {
    const { stdout } = await hansard(['runs', '--archive', archiveOfRuns(), '--json', '--limit', '2'])
    expect(expectSchema('runs', stdout)).toMatchObject([
      { id: 3, complete: null, seconds: null, outcome: null },
      { id: 2, complete: false, seconds: 112, outcome: 'partial', ended_at: '2026-11-25T03:16:52.000Z' },
    ])
  })

  it('says on a terminal that there are none', async () => {
    const path = join(testFolder(), 'archive.db')
    openArchive(path, { mode: 'create' }).close()
    expect(await onTerminal(80, 'runs', '--archive', path)).toEqual(['No backup has run yet.'])
  })
})

describe('hansard runs N', () => {
  it('shows everything about one run, and what failed by reason', async () => {
    const { stdout } = await hansard(['runs', '2', '--archive', archiveOfRuns()])
    expect(stdout)
      .toBe(`Run 2 was partial: 7 of 1,312 conversations failed; rows changed their order while the account was listed.
  started   2026-11-25 03:15:00 UTC, took 1 min 52 s
  command   backup, with hansard 0, at https://example.org
  listed    1,312 conversations: 12 new, 3 updated, 1,290 unchanged, 7 failed, 0 vanished
  listing   completeness not verified
  gone      2 conversations
  traffic   2,646 requests (4 retries), 13.7 MB
  changes   3 failed: \`hansard changes --run 2\`
Failed, by reason:
  history/timeout: 2 conversations
    conv_0: it is timeout
    conv_1: it is timeout
  history/not-json: 1 conversation
    conv_2: it is not-json
hint: \`hansard status\` shows those that still fail.
`)
  })

  it('says of a run without an end that it did not end', async () => {
    const { stdout } = await hansard(['runs', '3', '--archive', archiveOfRuns()])
    expect(stdout).toMatch(/^Run 3 did not end: it was killed, or is still running\.\n/)
    expect(stdout).toContain('  started   2026-11-26 03:15:00 UTC\n')
    expect(stdout).toContain('  changes   none\n')
  })

  it('with --json prints the same as one object', async () => {
    const { stdout } = await hansard(['runs', '2', '--archive', archiveOfRuns(), '--json'])
    expect(expectSchema('runs', stdout)).toMatchObject([
      {
        ...{ id: 2, hansard: '0', base_url: 'https://example.org', changes: { failed: 3, new: 0 } },
        problems: [
          {
            reason: 'history/timeout',
            count: 2,
            examples: ['conv_0: it is timeout', 'conv_1: it is timeout'],
          },
          { reason: 'history/not-json', count: 1 },
        ],
      },
    ])
  })

  it('prints at most 40 lines, whatever failed', async () => {
    const path = archiveOfRuns()
    const archive = openArchive(path, { mode: 'write' })
    archive.transaction(() => {
      for (let i = 0; i < 10_000; i++) {
        const failure = {
          conversation: `conv_x${i}`,
          step: 'get',
          code: `code-${i % 300}`,
          message: 'x',
        } as const
        archive.failures.record(failure, 3, '2026-11-26T03:16:00.000Z')
      }
    })
    archive.close()
    const { stdout } = await hansard(['runs', '3', '--archive', path])
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
    expect(stdout).toContain('  changes   10,000 failed')
  })

  it('refuses a run that does not exist', async () => {
    const { exitCode, stderr } = await hansard(['runs', '9', '--archive', archiveOfRuns()])
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('There is no run 9') as string,
    })
  })
})
