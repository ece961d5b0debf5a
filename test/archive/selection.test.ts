import { describe, expect, it } from 'vitest'

import { emptyArchive, type Archive } from '../../src/archive/archive.ts'
import type { Selection } from '../../src/archive/content/selection.ts'
import { archiveOf, beginRun } from '../support/archives.ts'

describe('A selection', () => {
  it('contains all conversations that are not gone, oldest first, those without a creation time before them', () => {
    expect(select({})).toEqual(['timeless', 'october', 'border', 'november'])
  })

  it('contains gone conversations only when asked to', () => {
    expect(select({ includeGone: true })).toContain('gone')
  })

  it('contains only what is gone, or what was altered, when asked to', () => {
    const archive = archiveOf([
      { row: { id: 'kept' } },
      { row: { id: 'gone' }, isGone: true },
      { row: { id: 'altered' } },
      { row: { id: 'both' }, isGone: true },
    ])
    const at = '2026-11-22T00:00:00.000Z'
    const run = beginRun(archive, at)
    for (const conversation of ['altered', 'both'])
      archive.events.add({ kind: 'history-altered', conversation, detail: 'entry 0 has changed' }, run, at)
    const ids = (selection: Selection) => [...archive.conversations.ids(selection)]
    expect(ids({ only: 'gone' })).toEqual(['both', 'gone'])
    expect(ids({ only: 'altered' })).toEqual(['altered'])
    expect(ids({ only: 'altered', includeGone: true })).toEqual(['altered', 'both'])
    expect(archive.conversations.countSelected({ only: 'gone' })).toBe(2)
  })

  it('puts each conversation into exactly one of two adjacent periods', () => {
    expect(select({ until: '2026-11' })).toEqual(['october'])
    expect(select({ since: '2026-11', until: '2026-12' })).toEqual(['border', 'november'])
    expect(select({ since: '2026-11-01T00:00:00.000001Z' })).toEqual(['november'])
  })

  it('accepts a period in another time zone', () => {
    expect(select({ since: '2026-11-01T02:00+02:00', until: '2026-11-02' })).toEqual(['border'])
  })

  it('matches any of the models and any of the agents', () => {
    expect(select({ models: ['small', 'large'] })).toEqual(['october', 'border'])
    expect(select({ agents: ['ag_1', 'ag_2'] })).toEqual(['november'])
    expect(select({ models: ['small'], agents: ['ag_1'] })).toEqual([])
  })

  it('matches all metadata, strings by value and the rest by their JSON', () => {
    expect(select({ metadata: { topic: 'rivers' } })).toEqual(['october'])
    expect(select({ metadata: { topic: 'rivers', n: '12345678901234567890123' } })).toEqual(['october'])
    expect(select({ metadata: { topic: 'rivers', n: '12345678901234567890124' } })).toEqual([])
    expect(select({ metadata: { topic: 'hills' } })).toEqual(['border'])
    expect(select({ metadata: { done: 'true' } })).toEqual(['border'])
  })

  it('selects conversations by id, and reports missing ids', () => {
    expect(select({ ids: ['november', 'october', 'nowhere'] })).toEqual(['october', 'november'])
    expect(select({ ids: [] })).toEqual([])
    expect(archive().conversations.missing(['november', 'nowhere'])).toEqual(['nowhere'])
  })

  it('stops at its limit', () => {
    expect(select({ limit: 2 })).toEqual(['timeless', 'october'])
  })

  it('is the same for readAll, for ids, for their number, and for list, which has another order', () => {
    const { conversations } = archive()
    for (const selection of [{}, { since: '2026', models: ['small', 'large'] }, { includeGone: true }]) {
      const read = select(selection)
      expect([...conversations.ids(selection)]).toEqual(read)
      expect(conversations.countSelected(selection)).toBe(read.length)
      expect(conversations.countSelected({ ...selection, limit: 1 })).toBe(1)
      const listed = [...conversations.list(selection)].map(({ id }) => id)
      expect(listed.sort()).toEqual(read.sort())
    }
  })

  it('can read an id with a lone surrogate, which no text can name', () => {
    const made = archiveOf([{ row: '{"id":"conv_\\ud800"}', entries: [{ type: 'message.input' }] }])
    expect([...made.conversations.readAll({})].map(({ length }) => length)).toEqual([1])
  })

  it.each(['yesterday', '2026-02-30', '2026-13'])('refuses %s as a time', (since) => {
    expect(() => select({ since })).toThrow(`"${since}" is not a valid time`)
  })

  it('does not fail on a decayed row', () => {
    const db = archive()
    expect(select({ metadata: { 'a"b': "'" } }, db)).toEqual([])
  })
})

function select(selection: Selection, from: Archive = archive()): string[] {
  return [...from.conversations.readAll(selection)].map(({ id }) => id)
}

function archive(): Archive {
  const made = emptyArchive()
  const at = '2026-11-22T00:00:00.000Z'
  const run = beginRun(made, at)
  const store = (id: string, members: string) =>
    made.conversations.store(
      {
        id,
        row: `{"id":"${id}",${members}}`,
        history: { envelope: '{"entries":[]}', entries: [] },
        messages: undefined,
        fetchedAt: at,
      },
      run,
      at,
    )
  store('november', '"created_at":"2026-11-03T10:00:00Z","agent_id":"ag_1"')
  store(
    'border',
    '"created_at":"2026-11-01T00:00:00.000000Z","model":"large","metadata":{"topic":"seas","done":true,"topic":"hills"}',
  )
  store(
    'october',
    '"created_at":"2026-11-01T00:59:59.999999+01:00","model":"small","metadata":{"topic":"rivers","n":12345678901234567890123}',
  )
  store('timeless', '"created_at":"some day"')
  store('gone', '"created_at":"2026-11-04T10:00:00Z"')
  made.conversations.markGone('gone', at)
  return made
}
