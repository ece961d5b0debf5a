import Database from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { conversationColumns, entryColumns } from '../../src/export/tables/columns.ts'
import { archiveOf } from '../support/archives.ts'
import { testFolder } from '../support/folder.ts'

/** Runs a query on an archive with these conversations, as another SQLite client would. */
function query(sql: string, ...conversations: Parameters<typeof archiveOf>[0]): unknown[] {
  const path = join(testFolder(), 'archive.db')
  const archive = openArchive(path, { mode: 'create' })
  archiveOf(conversations, archive)
  archive.close()
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

const namesOf = (table: string) => `select name from pragma_table_info('${table}') order by 1`

describe('The views of an archive', () => {
  it('have the columns of CSV and Parquet, except for the plain text', () => {
    const [conversations, entries] = ['conversations', 'entries'].map((view) =>
      (query(namesOf(view)) as { name: string }[]).map(({ name }) => name),
    )
    const shared = (columns: readonly { readonly name: string }[]) =>
      columns.map(({ name }) => name).filter((name) => name !== 'text')
    expect(conversations).toEqual([...shared(conversationColumns), 'revisions'].sort())
    expect(entries).toEqual([...shared(entryColumns), 'content'].sort())
  })

  it('show what a function call and its result have', () => {
    const call = {
      ...{ type: 'function.call', id: 'f1', tool_call_id: 'c1', name: 'gauge', arguments: '{}' },
      ...{ model: 'mistral-small-latest', agent_id: 'ag_1', completed_at: '2026-01-01T00:00:01Z' },
    }
    const sql = 'select model, agent_id, name, tool_call_id, completed_at from entries'
    expect(query(sql, { row: { id: 'conv_a' }, entries: [call] })).toEqual([
      {
        ...{ model: 'mistral-small-latest', agent_id: 'ag_1', name: 'gauge', tool_call_id: 'c1' },
        completed_at: '2026-01-01T00:00:01Z',
      },
    ])
    const row = {
      id: 'conv_a',
      description: 'How deep',
      instructions: 'Be brief.',
      metadata: { topic: 'rivers' },
    }
    expect(query('select description, instructions, metadata from conversations', { row })).toEqual([
      { description: 'How deep', instructions: 'Be brief.', metadata: '{"topic":"rivers"}' },
    ])
  })

  it('show the other entries although SQLite cannot read one that is nested too deep', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(3000)}1${']'.repeat(3000)}`)
    const entries = [
      { type: 'message.input', content: deep, id: 'deep' },
      { type: 'message.input', content: 'shallow', id: 'plain' },
    ]
    const rows = query('select position, id, name, content from entries order by position', {
      row: { id: 'conv_a', metadata: deep },
      entries,
    })
    expect(rows).toEqual([
      { position: 0, id: null, name: null, content: null },
      { position: 1, id: 'plain', name: null, content: 'shallow' },
    ])
  })
})
