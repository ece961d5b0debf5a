import Database from 'better-sqlite3'
import { hash } from 'node:crypto'

import { openArchive } from '../../src/archive/archive.ts'
import type { FetchedConversation } from '../../src/archive/content/revisions.ts'

const AT = '2026-01-02T00:00:00.000Z'

/**
 * Creates a small sound archive, always the same: two runs; four conversations, one of which has two revisions, one is a fork
 * of another, and one has messages that differ from its history; an agent and a file.
 */
export function makeSoundArchive(path: string): void {
  const archive = openArchive(path, { mode: 'create' })
  const store = (run: number, conversations: readonly FetchedConversation[]) => {
    for (const each of conversations) archive.conversations.store(each, run, AT)
  }
  archive.transaction(() => {
    const first = begin()
    store(first, [river(4), plain('conv_fork', 3), tongues, withMessages])
    archive.events.add(
      { kind: 'messages-differ', conversation: 'conv_other', detail: 'both are kept' },
      first,
      AT,
    )
    archive.dependencies.want(references, AT)
    archive.dependencies.store(agent, '{"id":"ag_1","name":"Ferryman","tools":[]}', undefined, AT)
    archive.dependencies.store(file, '{"id":"file_1","size_bytes":9}', Buffer.from('delta.png'), AT)
    end(first, { listed: 4, new: 4 })
    const second = begin()
    store(second, [river(6)])
    end(second, { listed: 4, updated: 1, unchanged: 3 })
  })
  archive.transaction(() => archive.searchIndex.addSome())
  archive.close()
  shrinkPages(path)

  function begin(): number {
    return archive.runs.begin({ command: 'backup', hansard: '0', baseUrl: 'http://x', startedAt: AT })
  }

  function end(run: number, some: Record<string, number>): void {
    const none = { listed: 0, new: 0, updated: 0, unchanged: 0, failed: 0, vanished: 0 }
    const books = { ...none, gone: 0, compared: 0, requests: 9, retries: 0, bytes: 999, ...some }
    archive.runs.end(run, AT, {
      outcome: 'done',
      complete: true,
      reason: undefined,
      books,
      requestsByKind: new Map(),
    })
  }
}

/** With pages of 1 KiB the file is small, and most tables and indexes have more than one page. */
function shrinkPages(path: string): void {
  const db = new Database(path)
  db.exec('pragma journal_mode = delete; pragma page_size = 1024; vacuum')
  db.close()
}

const agent = { kind: 'agent', id: 'ag_1', version: '3' } as const
const file = { kind: 'file', id: 'file_1', version: '' } as const
const references = [agent, file]

function plain(id: string, length: number): FetchedConversation {
  return {
    id,
    row: `{"id":"${id}","created_at":"2026-01-01T00:00:0${length}Z","updated_at":"2026-01-01T00:00:1${length}Z","model":"mistral-small-latest","name":"The ${id} of ${length}","metadata":null}`,
    history: {
      envelope: `{"object":"conversation.history","conversation_id":"${id}","entries":[]}`,
      entries: Array.from({ length }, (_, i) => entry(i)),
    },
    messages: undefined,
    fetchedAt: AT,
  }
}

function river(length: number): FetchedConversation {
  return plain('conv_river', length)
}

const tongues: FetchedConversation = {
  ...plain('conv_tongues', 1),
  history: {
    envelope: '{"conversation_id":"conv_tongues","entries":[],"new":1e999}',
    entries: [
      '{"type":"message.input","content":"Köln 𝒯 שלום \\u0000 日本"}',
      `{"type":"message.input","content":"${'long '.repeat(900)}"}`,
    ],
  },
}

const withMessages: FetchedConversation = {
  ...plain('conv_other', 2),
  messages: {
    envelope: '{"conversation_id":"conv_other","messages":[]}',
    entries: [entry(0), '{"type":"message.output","content":"another story"}'],
  },
}

function entry(i: number): string {
  const type = i % 2 === 0 ? 'message.input' : 'message.output'
  const says = `${hash('sha256', String(i)).slice(0, 8)} says that the river bends ${i} times before the sea. `
  return `{"object":"entry","type":"${type}","id":"msg_${i}","content":"${says.repeat(1 + (i % 3))}"}`
}
