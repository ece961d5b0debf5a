import { describe, expect, it } from 'vitest'

import { emptyArchive, type Archive } from '../../src/archive/archive.ts'
import type { Failure } from '../../src/archive/journal/failures.ts'
import { changeKinds, type RunRange } from '../../src/archive/journal/changes.ts'
import { beginRun } from '../support/archives.ts'

const none = { new: 0, updated: 0, gone: 0, revived: 0, altered: 0, vanished: 0, failed: 0 }

/** An archive, and functions that do what a backup does at a given hour of a day. */
function archiveWithRuns() {
  const archive = emptyArchive()
  const at = () => `2026-11-2${run}T03:15:00.000Z`
  let run = 0
  return {
    archive,
    run: () => (run = beginRun(archive, at())),
    store: (id: string, ...texts: string[]) => {
      const entries = texts.map((content) => JSON.stringify({ type: 'message.input', role: 'user', content }))
      const history = { envelope: '{"entries":[]}', entries }
      const fetched = { id, row: JSON.stringify({ id }), history, messages: undefined, fetchedAt: at() }
      archive.conversations.store(fetched, run, at())
    },
    event: (kind: 'gone' | 'revived' | 'history-altered' | 'vanished', conversation: string) =>
      archive.events.add({ kind, conversation, detail: `it is ${kind}` }, run, at()),
    fail: (conversation: string, message = 'Timeout after 60 s', code = 'timeout') => {
      const failure: Failure = { conversation, step: 'history', code, message }
      archive.failures.record(failure, run, at())
    },
    resolve: (conversation: string) => archive.failures.resolve(conversation, at()),
  }
}

function changesOf(archive: Archive, first: number, last = first) {
  const range: RunRange = { first, last }
  return changeKinds.flatMap((kind) => [...archive.changes.list(kind, range)])
}

describe('The changes of a run', () => {
  it('are the conversations that it stored for the first time, and those it stored again', () => {
    const { archive, run, store } = archiveWithRuns()
    run()
    store('conv_a', 'one')
    store('conv_b', 'one', 'two')
    run()
    store('conv_a', 'one', 'two', 'three')
    store('conv_b', 'one', 'two') // unchanged
    store('conv_c')
    expect(archive.changes.counts({ first: 1, last: 1 })).toEqual({ ...none, new: 2 })
    expect(archive.changes.counts({ first: 2, last: 2 })).toEqual({ ...none, new: 1, updated: 1 })
    const at = '2026-11-22T03:15:00.000Z'
    expect(changesOf(archive, 2)).toEqual([
      { change: 'new', id: 'conv_c', run: 2, at, entries: 0, entriesAdded: 0, detail: null },
      { change: 'updated', id: 'conv_a', run: 2, at, entries: 3, entriesAdded: 2, detail: null },
    ])
  })

  it('are unaffected by what later runs stored', () => {
    const { archive, run, store } = archiveWithRuns()
    for (const texts of [['one'], ['one', 'two'], ['one', 'two', 'three']]) {
      run()
      store('conv_a', ...texts)
    }
    expect(changesOf(archive, 1)).toMatchObject([{ change: 'new', run: 1, entries: 1, entriesAdded: 1 }])
    expect(changesOf(archive, 2)).toMatchObject([{ change: 'updated', run: 2, entries: 2, entriesAdded: 1 }])
  })

  it('are what is gone, exists again, was altered, or was deleted before it was read', () => {
    const { archive, run, store, event } = archiveWithRuns()
    run()
    for (const id of ['conv_a', 'conv_b', 'conv_c']) store(id, 'one')
    run()
    event('gone', 'conv_a')
    event('revived', 'conv_b')
    store('conv_c', 'other')
    event('history-altered', 'conv_c')
    event('vanished', 'conv_d')
    expect(archive.changes.counts({ first: 1, last: 1 })).toEqual({ ...none, new: 3 })
    expect(changesOf(archive, 2)).toMatchObject([
      { change: 'updated', id: 'conv_c', entries: 1, entriesAdded: 0 },
      { change: 'gone', id: 'conv_a', entries: 1, entriesAdded: null, detail: 'it is gone' },
      { change: 'revived', id: 'conv_b', entries: 1 },
      { change: 'altered', id: 'conv_c', entries: 1 },
      { change: 'vanished', id: 'conv_d', entries: null, detail: 'it is vanished' },
    ])
  })

  it('are what failed in it, also if a later run succeeded', () => {
    const { archive, run, store, fail, resolve } = archiveWithRuns()
    run()
    fail('conv_a')
    run()
    fail('conv_a')
    fail('conv_b')
    run()
    resolve('conv_a')
    store('conv_a', 'one')
    const failed = (first: number) => archive.changes.counts({ first, last: first }).failed
    expect([1, 2, 3].map(failed)).toEqual([1, 2, 0])
    expect(changesOf(archive, 1)).toMatchObject([
      { change: 'failed', id: 'conv_a', run: 1, entries: null, detail: 'history: Timeout after 60 s' },
    ])
  })
})

describe('A failure that has another reason in a later run', () => {
  it('keeps the reason that each run met, also of a run that did not try it again', () => {
    const { archive, run, fail, resolve } = archiveWithRuns()
    run()
    fail('conv_a')
    run()
    fail('conv_a', 'Timeout after 90 s')
    run() // for example a week in which it was not due
    run()
    fail('conv_a', 'The body is not JSON', 'not-json')
    run()
    resolve('conv_a')
    const details = [1, 2, 3, 4, 5].map((n) => changesOf(archive, n).map(({ detail }) => detail))
    expect(details).toEqual([
      ['history: Timeout after 90 s'],
      ['history: Timeout after 90 s'],
      ['history: Timeout after 90 s'],
      ['history: The body is not JSON'],
      [],
    ])
    expect(archive.changes.failures({ first: 2, last: 2 })).toMatchObject([{ reason: 'history/timeout' }])
    expect(archive.changes.failures({ first: 4, last: 4 })).toMatchObject([{ reason: 'history/not-json' }])
    expect(archive.changes.counts({ first: 1, last: 4 })).toMatchObject({ failed: 1 })
    // It was tried for the last time before run 3.
    expect(changesOf(archive, 3)).toMatchObject([{ run: 3, at: '2026-11-22T03:15:00.000Z' }])
  })

  it('continues its count of runs and its acknowledgement', () => {
    const { archive, run, fail } = archiveWithRuns()
    run()
    fail('conv_a')
    archive.failures.acknowledge('conv_a', '2026-11-21T08:00:00.000Z')
    run()
    fail('conv_a', 'The body is not JSON', 'not-json')
    fail('conv_a', 'Timeout after 60 s')
    expect(archive.failures.open()).toMatchObject([
      { code: 'timeout', runs: 2, acknowledgedAt: '2026-11-21T08:00:00.000Z' },
    ])
  })
})

describe('The changes of several runs', () => {
  it('contain each conversation once for each change', () => {
    const { archive, run, store, event, fail, resolve } = archiveWithRuns()
    run()
    store('conv_old', 'one')
    for (let n = 2; n <= 4; n++) {
      run()
      store('conv_old', ...Array.from({ length: n }, (_, i) => `${i}`))
      store('conv_new', ...Array.from({ length: n }, (_, i) => `${i}`))
      event('gone', 'conv_old')
      fail('conv_bad', `Timeout ${n}`)
      if (n === 3) resolve('conv_bad')
    }
    const range = { first: 2, last: 4 }
    expect(archive.changes.counts(range)).toEqual({ ...none, new: 1, updated: 1, gone: 1, failed: 1 })
    expect(changesOf(archive, 2, 4)).toMatchObject([
      { change: 'new', id: 'conv_new', run: 4, entries: 4, entriesAdded: 4 },
      { change: 'updated', id: 'conv_old', run: 4, entries: 4, entriesAdded: 3 },
      { change: 'gone', id: 'conv_old', run: 4 },
      { change: 'failed', id: 'conv_bad', run: 4, detail: 'history: Timeout 4' },
    ])
  })

  it('can be limited to examples of each kind', () => {
    const { archive, run, store } = archiveWithRuns()
    run()
    for (let i = 0; i < 9; i++) store(`conv_${i}`)
    const some = [...archive.changes.list('new', { first: 1, last: 1 }, 3)]
    expect(some.map(({ id }) => id)).toEqual(['conv_0', 'conv_1', 'conv_2'])
  })
})
