import Database from 'better-sqlite3'
import fc from 'fast-check'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive, type Archive } from '../../src/archive/archive.ts'
import type { FetchedConversation } from '../../src/archive/content/revisions.ts'
import { parseEntryList } from '../../src/backup/fetch/parse-response.ts'
import { compact, elements } from '../../src/model/json/json-text.ts'
import { beginRun } from '../support/archives.ts'
import { testFolder } from '../support/folder.ts'
import { jsonObject } from '../support/json-arbitrary.ts'

function newArchive(): { archive: Archive; run: number } {
  const archive = openArchive(join(testFolder(), 'archive.db'), { mode: 'create' })
  const run = beginRun(archive, 'now')
  return { archive, run }
}

function fetched(
  id: string,
  entries: readonly string[],
  more: Partial<FetchedConversation> = {},
): FetchedConversation {
  const envelope = `{"object":"conversation.history","conversation_id":"${id}","entries":[]}`
  return {
    id,
    row: `{"id":"${id}","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","model":"m"}`,
    history: { envelope, entries },
    messages: undefined,
    fetchedAt: '2026-01-02T00:00:00.000Z',
    ...more,
  }
}

describe('An archive', () => {
  it('returns every token of any history as it was fetched', () => {
    const { archive, run } = newArchive()
    let made = 0
    fc.assert(
      fc.property(fc.array(jsonObject), jsonObject, (entries, row) => {
        const id = `conv_${made++}`
        const text = `{"conversation_id": "${id}", "entries" : [ ${entries.join(' ,\n')} ], "x":1e999 }`
        const history = parseEntryList({ text, json: JSON.parse(text) }, 'entries', id)
        const stored = { ...fetched(id, []), row: compact(row), history }
        archive.transaction(() => archive.conversations.store(stored, run, 'now'))
        const read = archive.conversations.read(id)
        expect(read?.row).toBe(compact(row))
        expect([...(read?.entries() ?? [])]).toEqual(entries.map(compact))
        expect(history.envelope).toBe(`{"conversation_id":"${id}","entries":[],"x":1e999}`)
      }),
    )
    archive.close()
  })

  it('stores an entry with 100,000 levels of nesting and can still be queried', () => {
    const { archive, run } = newArchive()
    const deep = `{"content":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    archive.transaction(() => archive.conversations.store(fetched('c', [deep]), run, 'now'))
    expect([...(archive.conversations.read('c')?.entries() ?? [])]).toEqual([deep])
    archive.close()
  })

  it('adds no revision when the content is the same', () => {
    const { archive, run } = newArchive()
    const store = (conversation: FetchedConversation) =>
      archive.transaction(() => archive.conversations.store(conversation, run, 'now')).outcome
    const entry = '{"id":"e1","completed_at":"2026-01-01T00:00:00Z","content":"café"}'
    expect(store(fetched('c', [entry]))).toBe('new')
    expect(store(fetched('c', [entry]))).toBe('unchanged')
    expect(store(fetched('c', ['{"content":"caf\\u00e9","id":"e1","completed_at":null}']))).toBe('unchanged')
    expect([...(archive.conversations.read('c')?.entries() ?? [])]).toEqual([entry])
    expect(store(fetched('c', [entry, '{"id":"e2","n":12345678901234567890}']))).toBe('updated')
    expect(store(fetched('c', [entry, '{"id":"e2","n":12345678901234567891}']))).toBe('updated')
    expect(store(fetched('c', [entry]))).toBe('updated')
    expect(archive.counts()).toMatchObject({ conversations: 1, revisions: 4, entries: 1 })
    archive.close()
  })

  it('stores messages only if they differ from the history', () => {
    const { archive, run } = newArchive()
    const store = (conversation: FetchedConversation) =>
      archive.transaction(() => archive.conversations.store(conversation, run, 'now')).outcome
    const other = { envelope: '{"messages":[]}', entries: ['{"content":"other"}'] }
    store(fetched('c', ['{"content":"one"}'], { messages: other }))
    expect(store(fetched('c', ['{"content":"one"}'], { messages: other }))).toBe('unchanged')
    expect(store(fetched('c', ['{"content":"one"}']))).toBe('updated')
    archive.close()
  })

  it('shares the common entries of forks: 200 revisions take at most twice the space of the last', () => {
    const sizes = [0, 1000].flatMap((bytes) => {
      const entries = Array.from(
        { length: 200 },
        (_, i) => `{"id":"msg_${i}","content":"${`${i} `.padEnd(bytes, 'x')}"}`,
      )
      return [[200], Array.from({ length: 200 }, (_, i) => i + 1)].map((lengths) => {
        const { archive, run } = newArchive()
        archive.transaction(() => {
          for (const length of lengths) {
            archive.conversations.store(
              fetched(`conv_${String(length).padStart(32, '0')}`, entries.slice(0, length)),
              run,
              'now',
            )
          }
        })
        archive.checkpoint()
        archive.close()
        return statSync(archive.path).size
      })
    })
    const [smallOne = 0, smallForks = 0, one = 0, forks = 0] = sizes
    expect(forks).toBeLessThan(one * 2)
    expect(smallForks).toBeLessThan(smallOne * 3)
  })

  it('is readable only by its owner', () => {
    const { archive } = newArchive()
    expect(statSync(archive.path).mode & 0o777).toBe(0o600)
    archive.close()
  })
})

describe('The views', () => {
  it('show each conversation, and its entries in order', () => {
    const { archive, run } = newArchive()
    const entries = elements(
      '[{"type":"message.input","role":"user","content":"a"},{"type":"x.new","content":["b"]}]',
    )
    archive.transaction(() => archive.conversations.store(fetched('c', entries), run, 'now'))
    const reader = new Database(archive.path, { readonly: true })
    const query = (sql: string) => reader.prepare(sql).all()
    expect(query('select id, model, entries, revisions from conversations')).toEqual([
      { id: 'c', model: 'm', entries: 2, revisions: 1 },
    ])
    expect(query('select position, type, role, content from entries order by position')).toEqual([
      { position: 0, type: 'message.input', role: 'user', content: 'a' },
      { position: 1, type: 'x.new', role: null, content: '["b"]' },
    ])
    reader.close()
    archive.close()
  })

  it('answer every query in the README', () => {
    const { archive } = newArchive()
    const readme = readFileSync(join(import.meta.dirname, '../../src/archive/README.md'), 'utf8')
    const queries = [...readme.matchAll(/```sql\n(.*?)```/gs)].flatMap(([, sql = '']) => sql.split(';\n'))
    expect(queries.length).toBeGreaterThan(5)
    const reader = new Database(archive.path, { readonly: true })
    reader.function('writefile', (_path: string, bytes: Uint8Array) => bytes.length) // of the sqlite3 shell
    for (const sql of queries)
      if (sql.trim() !== '') expect(() => reader.prepare(sql).all(), sql).not.toThrow()
    reader.close()
    archive.close()
  })
})
