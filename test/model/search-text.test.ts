import { describe, expect, it } from 'vitest'

import { searchTextOfEntry, searchTextOfRow } from '../../src/model/search/searchable-text.ts'

const of = (entry: unknown) =>
  searchTextOfEntry(JSON.stringify(entry)).split('\n').filter(Boolean).join(' | ')

describe('The searchable text of an entry', () => {
  it('has its content, but no id, time or model', () => {
    const envelope = {
      object: 'entry',
      id: 'msg_1',
      created_at: '2026',
      completed_at: null,
      role: 'user',
      model: 'm',
    }
    expect(of({ ...envelope, type: 'message.input', content: 'a river' })).toBe('a river')
    expect(of({ ...envelope, content: null })).toBe('')
  })

  it('has every chunk: thinking, sources, files, links and unknown ones', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }], signature: 'c2ln' },
      { type: 'text', text: 'The outer bank ' },
      { type: 'reference', reference_ids: [1] },
      { type: 'text', text: 'erodes' },
      { type: 'tool_reference', tool: 'web_search', title: 'Meander', url: 'https://example.org/m' },
      { type: 'tool_file', file_id: 'file_1', file_name: 'delta.png' },
      { type: 'hologram', depth: { of: 'field' } },
    ]
    expect(of({ type: 'message.output', content })).toBe(
      'hm | The outer bank  | erodes | web_search | Meander | https://example.org/m | delta.png | {"of":"field"}',
    )
  })

  it('has the arguments and results of tools, without escapes', () => {
    const call = {
      type: 'function.call',
      name: 'pay',
      tool_call_id: 'c1',
      arguments: '{"to":"Andr\\u00e9\\nSon","n":12345678901234567890}',
    }
    expect(of(call)).toBe('pay | {"to":"André | Son","n":12345678901234567890}')
    expect(of({ type: 'function.result', result: '{"id":"INV-7"}' })).toBe('{"id":"INV-7"}')
    expect(
      of({ type: 'tool.execution', name: 'code', info: { code: 'x = 1', code_output: 'C:\\new' } }),
    ).toBe('code | {"code":"x = 1","code_output":"C:\\new"}')
    expect(of({ type: 'function.result', result: 'C:\\new' })).toBe('C:\\new')
  })

  it('has the names of a handoff, and all of an unknown entry', () => {
    const names = { previous_agent_id: 'ag_1', previous_agent_name: 'Ferryman', next_agent_name: 'Pilot' }
    expect(of({ type: 'agent.handoff', ...names })).toBe('Ferryman | Pilot')
    expect(of({ type: 'memory.recall', fact: 'likes rivers', score: 0.5 })).toBe('likes rivers | 0.5')
  })

  it('is empty if the JSON is damaged', () => {
    for (const json of ['{', 'null', '7', '""']) expect(searchTextOfEntry(json)).toBe('')
  })
})

it('The searchable text of a conversation has its name, description, instructions and metadata', () => {
  const row = {
    id: 'conv_1',
    name: 'Rivers',
    description: null,
    instructions: 'Be brief.',
    metadata: { topic: 'silt' },
  }
  expect(searchTextOfRow(JSON.stringify(row))).toBe('Rivers\n\nBe brief.\n{"topic":"silt"}')
})
