import Database from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { deriveColumns } from '../../src/archive/schema/derived-columns.ts'
import { beginRun } from '../support/archives.ts'
import { testFolder } from '../support/folder.ts'

const nothing = {
  name: null,
  model: null,
  agent_id: null,
  agent_version: null,
  created_at: null,
  updated_at: null,
  active_at: null,
}

describe('The derived columns of a row', () => {
  it('contain the value of a string and the JSON text of anything else', () => {
    expect(
      deriveColumns(
        '{"name":"caf\\u00e9","agent_version":12345678901234567890,"model":{"a":[1]},"agent_id":[65]}',
      ),
    ).toEqual({
      ...nothing,
      name: 'café',
      agent_version: '12345678901234567890',
      model: '{"a":[1]}',
      agent_id: '[65]',
    })
  })

  it('contain the last value of a key that occurs twice, as in JSON.parse', () => {
    expect(deriveColumns('{"name":"first","na\\u006de":"last"}').name).toBe('last')
    expect(deriveColumns('{"name":"first","name":null}').name).toBeNull()
  })

  it('are null for a null, a missing key, or invalid JSON', () => {
    for (const row of ['{"name":null}', '{}', '{"name":"a', '', '7'])
      expect(deriveColumns(row)).toEqual(nothing)
  })

  it('have the time of the last change in a form that sorts: when it was updated, or else created', () => {
    const created_at = '2026-11-22T08:17:10.5Z'
    const at = (times: object) => deriveColumns(JSON.stringify({ created_at, ...times })).active_at
    expect(at({ updated_at: '2026-11-23T00:30:00+01:00' })).toBe('2026-11-22T23:30:00.000000Z')
    expect(at({ updated_at: null })).toBe('2026-11-22T08:17:10.500000Z')
    expect(at({ updated_at: 'soon' })).toBe('2026-11-22T08:17:10.500000Z')
    expect(at({ updated_at: 'soon', created_at: 5 })).toBeNull()
  })

  it('are the same in the table and in the views', () => {
    const path = join(testFolder(), 'archive.db')
    const archive = openArchive(path, { mode: 'create' })
    const run = beginRun(archive, 'now')
    const row = '{"id":"c","name":"first","name":"half of a pair: \\ud800","agent_version":3}'
    const history = {
      envelope: '{}',
      entries: [
        '{"type":"message.input","type":"message.output","content":[1, 2],"role":"user","role":null}',
      ],
    }
    const fetched = { id: 'c', row, history, messages: undefined, fetchedAt: 'now' }
    archive.transaction(() => archive.conversations.store(fetched, run, 'now'))
    archive.close()
    const reader = new Database(path, { readonly: true })
    expect(reader.prepare('select name, agent_version from conversations').get()).toEqual({
      name: 'half of a pair: \ufffd',
      agent_version: '3',
    })
    expect(reader.prepare('select type, role, content from entries').get()).toEqual({
      type: 'message.output',
      role: null,
      content: '[1,2]',
    })
    reader.close()
  })
})
