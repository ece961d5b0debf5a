import { describe, expect, it } from 'vitest'

import { rowFacts } from '../../../src/model/conversation-row.ts'
import { findReferences } from '../../../src/model/entries/references.ts'

const find = (row: object, ...entries: object[]) =>
  findReferences(JSON.stringify(row), entries).map(({ kind, id, version }) => [kind, id, version])

describe('The agents and files of a conversation', () => {
  it.each<[version: unknown, found: string]>([
    [3, '3'],
    ['v3', 'v3'],
    [-1, '-1'],
    [null, ''],
    [undefined, ''],
    [{ a: 1 }, ''],
    [true, ''],
  ])('include the agent of its row, in the version %j', (agent_version, found) => {
    expect(find({ agent_id: 'ag_1', agent_version })).toEqual([['agent', 'ag_1', found]])
  })

  it('include the agents of its entries, each once', () => {
    const handoff = { previous_agent_id: 'ag_1', next_agent_id: 'ag_2', other_id: 'ag_9' }
    expect(find({ agent_id: 'ag_1' }, { agent_id: 'ag_3' }, handoff, handoff)).toEqual([
      ...['ag_1', 'ag_3', 'ag_2'].map((id) => ['agent', id, '']),
    ])
    expect(find({ agent_id: 'ag_1', agent_version: 3 }, { agent_id: 'ag_1' })).toHaveLength(2)
  })

  it('include the files of its messages', () => {
    const file = (file_id: unknown) => ({ type: 'tool_file', file_id })
    const content = [file('f_1'), { type: 'text', text: 'x', file_id: 'f_8' }, file('f_2'), file(''), file(7)]
    expect(find({}, { content }, { content })).toEqual([
      ['file', 'f_1', ''],
      ['file', 'f_2', ''],
    ])
    expect(find({}, { content: file('f_3') })).toEqual([['file', 'f_3', '']])
  })

  it('are none where there is no id', () => {
    expect(find({ agent_id: '', agent_version: 3 }, { agent_id: null }, { agent_id: 7 })).toEqual([])
  })
})

describe('The facts of a row', () => {
  it('are its id, its times, and whether it shows metadata', () => {
    expect(rowFacts({ id: 'c', created_at: 'a', updated_at: 'b', metadata: null })).toEqual({
      ...{ id: 'c', createdAt: 'a', updatedAt: 'b', hasMetadata: true },
    })
    expect(rowFacts({ id: 'c', created_at: 7 })).toEqual({
      ...{ id: 'c', createdAt: undefined, updatedAt: undefined, hasMetadata: false },
    })
  })

  it.each([[null], ['c'], [{}], [[]], [{ id: '' }], [{ id: 7 }]])('are none without an id: %j', (row) => {
    expect(rowFacts(row)).toBeUndefined()
  })
})
