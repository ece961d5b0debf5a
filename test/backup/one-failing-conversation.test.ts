import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { SearchIndex } from '../../src/archive/content/search-index.ts'
import { verifyArchive } from '../../src/archive/integrity/verify-archive.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { candidateById } from '../../src/backup/fetch/candidate.ts'
import { ownStages, type Stages } from '../../src/backup/fetch/derive.ts'
import { Fetcher, type FetchOutcome } from '../../src/backup/fetch/fetcher.ts'
import { findUnknownShapes } from '../../src/model/entries/find-unknown-shapes.ts'
import { findReferences } from '../../src/model/entries/references.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../src/model/search/searchable-text.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { change } from '../support/damaged-archives.ts'
import { world, type World } from '../support/world.ts'
import { differences } from '../torture/truth.ts'

const entry = (text: string) => `{"type":"message.input","content":"${text}","agent_id":"ag_1","mood":"calm"}`
const long = new Date('2026-01-01')

/** Returns an account with three conversations; the second one contains `wrong`, which no id does: ids are hexadecimal. */
async function worldWithOneBad(): Promise<World & { bad: string; ids: readonly string[] }> {
  const here = await world()
  const account = here.sandbox.account('source')
  const ids = ['first', 'wrong', 'third'].map((text) =>
    account.create({ entries: [entry(text)], createdAt: long }),
  )
  return { ...here, ids, bad: ids[1] ?? '' }
}

function open(here: World, mode: 'create' | 'read' = 'create'): Archive {
  const archive = openArchive(here.archive, { mode })
  onTestFinished(() => archive.close())
  return archive
}

/** Returns a function that throws if its input contains `wrong`. */
function thrower<Arguments extends readonly unknown[], T>(work: (...args: Arguments) => T) {
  return (...args: Arguments): T => {
    if (JSON.stringify(args).includes('wrong')) throw new RangeError('Maximum call stack size exceeded')
    return work(...args)
  }
}

/** Fetches all conversations with these stages and returns their outcomes. */
async function fetchAll(here: Awaited<ReturnType<typeof worldWithOneBad>>, archive: Archive, stages: Stages) {
  const client = new ConversationsClient({ apiKey: 'source', baseUrl: here.sandbox.url })
  onTestFinished(() => client.close())
  const startedAt = new Date().toISOString()
  const run = archive.runs.begin({ command: 'backup', hansard: '0', baseUrl: 'x', startedAt })
  const context = { client, archive, run, signal: new AbortController().signal }
  const fetcher = new Fetcher(context, { messages: 'all', onLost: () => undefined, stages })
  const failures = new Map(archive.failures.open().map((failure) => [failure.conversation, failure]))
  const outcomes: FetchOutcome[] = []
  for (const id of here.ids)
    await fetcher.fetch(candidateById(archive, id, failures.get(id)), (outcome) => outcomes.push(outcome))
  archive.flush()
  return outcomes
}

describe('A conversation for which a stage throws', () => {
  it.each([
    ['references', { ...ownStages, references: thrower(findReferences) }],
    ['shapes', { ...ownStages, shapes: thrower(findUnknownShapes) }],
  ] as const)('is stored, noted with the reason and made up for later: %s', async (step, stages) => {
    const here = await worldWithOneBad()
    const archive = open(here)
    expect(await fetchAll(here, archive, stages)).toEqual(['new', 'failed', 'new'])
    expect(archive.conversations.count()).toBe(3)
    expect(archive.failures.open()).toMatchObject([
      { conversation: here.bad, step, message: 'Maximum call stack size exceeded' },
    ])
    expect(archive.runs.recent(1)).toMatchObject([{ listed: 3, new: 2, failed: 1 }])

    expect(await fetchAll(here, archive, stages)).toEqual(['unchanged', 'failed', 'unchanged'])
    archive.failures.acknowledge(here.bad, 'now')
    expect(await fetchAll(here, archive, stages)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(await fetchAll(here, archive, ownStages)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(archive.failures.open()).toEqual([])
    expect(archive.dependencies.pending({})).toMatchObject([{ kind: 'agent', id: 'ag_1' }])
    expect(archive.unknownShapes.all().map(({ times }) => times)).toContain(3)
  })
})

describe('A text that cannot be indexed', () => {
  /** Backs up, and fills the index with functions that throw, of this version of hansard or as if of an older one. */
  async function worldUnindexed({ isOlder = false } = {}) {
    const here = await worldWithOneBad()
    await here.backup()
    const db = openSqlite(here.archive, 'write')
    db.exec(`delete from holding; drop table search;
      create virtual table search using fts5 (words, content = '', tokenize = 'ascii')`)
    const texts = { ofEntry: thrower(searchTextOfEntry), ofRow: searchTextOfRow }
    const index = new SearchIndex(db, texts)
    while (db.transaction(() => index.addSome())());
    if (isOlder) db.exec(`update unindexed set hansard = '0.0.1'`)
    db.close()
    return here
  }

  it('does not block others, is reported by search, status and verify, and makes a run partial', async () => {
    const here = await worldUnindexed()
    const { stdout, stderr } = await here.run('search', 'third')
    expect(stdout).toContain(here.ids[2])
    expect(stderr).toContain('1 text could not be indexed')
    expect((await here.run('status')).stdout).toContain(
      `search/not-indexed: 1 text\n    ${here.bad}: an entry: Maximum call stack size exceeded`,
    )
    expect(await here.backup()).toMatchObject({
      ...{ exitCode: 3, complete: true, failed: 0 },
      reason: expect.stringContaining('1 text could not be indexed') as string,
    })
    const findings = [...verifyArchive(here.archive)].filter((step) => 'finding' in step)
    expect(findings).toMatchObject([{ finding: { check: 'search', severity: 'warning', repairable: false } }])
    expect((await here.run('verify')).exitCode).toBe(4)
  })

  it('does not cause exit code 3 once it was accepted, but verify still reports it', async () => {
    const here = await worldUnindexed()
    expect((await here.run('ack', here.bad)).exitCode).toBe(0)
    expect(await here.backup()).toMatchObject({ exitCode: 0 })
    expect((await here.run('status')).stdout).toContain('1 acknowledged problem not shown')
    expect((await here.run('status', '--verbose')).stdout).toContain('acknowledged: search/not-indexed: ')
    expect((await here.run('verify')).exitCode).toBe(4)
  })

  it('is retried by verify --repair', async () => {
    const here = await worldUnindexed()
    const { exitCode, stdout } = await here.run('verify', '--repair')
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining('indexed 1 text that could not be indexed before'),
    ])
    expect((await here.run('search', 'wrong')).stdout).toContain(here.bad)
  })

  it('is retried by the next backup of another version', async () => {
    const here = await worldUnindexed({ isOlder: true })
    expect(await here.backup()).toMatchObject({ exitCode: 0 })
    expect((await here.run('search', 'wrong')).stdout).toContain(here.bad)
    expect((await here.run('verify')).exitCode).toBe(0)
  })
})

describe('A conversation that the database refuses', () => {
  const refuseStoring = async (how: 'abort' | 'rollback') => {
    const stories = [generateConversations({ count: 60, entries: 3, bytesPerEntry: 500, seed: 3 })]
    const here = await world({ stories })
    const bad = here.sandbox.account('source').ids[30] ?? ''
    open(here).close()
    change(
      here.archive,
      `create trigger refuse before update of revision on conversation when new.id = '${bad}'
        begin select raise(${how}, 'not this one'); end`,
    )
    const first = await here.backup()
    change(here.archive, 'drop trigger refuse')
    const left = differences(here.archive, here.sandbox.account('source'))
    return { here, bad, first, left }
  }

  it('is a failure, and every other one of its batch is stored as it is', async () => {
    const { here, bad, first, left } = await refuseStoring('abort')
    expect(first).toMatchObject({ exitCode: 3, listed: 60, new: 59, failed: 1 })
    expect(left).toEqual([expect.stringContaining(bad)])
    expect((await here.run('verify')).exitCode).toBe(0)
    expect(await here.backup()).toMatchObject({ exitCode: 0, complete: true, new: 1, unchanged: 59 })
    expect(differences(here.archive, here.sandbox.account('source'))).toEqual([])
  })

  it('takes its batch with it if SQLite rolls that back by itself; nothing lost is counted, and the next run stores it', async () => {
    const { here, first, left } = await refuseStoring('rollback')
    expect(left.length).toBeGreaterThan(1)
    expect(first).toMatchObject({ listed: 60 - left.length + 1, new: 60 - left.length, failed: 1 })
    expect(await here.backup()).toMatchObject({ exitCode: 0, complete: true, new: left.length })
    expect(differences(here.archive, here.sandbox.account('source'))).toEqual([])
  })
})

describe('verify --repair', () => {
  it('does not exit with 0 while the search index is missing', async () => {
    const here = await worldWithOneBad()
    await here.backup()
    const db = openSqlite(here.archive, 'write')
    db.exec(`delete from holding; drop table search;
      create virtual table search using fts5 (words, content = '', tokenize = 'ascii');
      create trigger no_holding before insert on holding begin select raise(abort, 'no'); end`)
    db.close()
    expect((await here.run('verify')).exitCode).toBe(0) // the next backup fills it
    const { exitCode, stdout } = await here.run('verify', '--repair')
    expect([exitCode, stdout]).toEqual([4, expect.stringContaining('3 conversations not indexed')])
    expect(await here.backup()).toMatchObject({
      ...{ exitCode: 3, complete: true },
      reason: 'the search index could not be filled (no): see `hansard verify`',
    })
  })
})
