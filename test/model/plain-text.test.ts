import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { plainText } from '../../src/model/entries/entry-text.ts'
import { anyEntry } from '../support/entry-arbitrary.ts'

const said = (content: unknown) => textOf({ type: 'message.output', content })
const textOf = (entry: unknown) => fromJson(JSON.stringify(entry))
const fromJson = plainText

describe('The plain text of an entry', () => {
  it('shows every type of chunk of a message', () => {
    expect(said('Hello')).toBe('Hello')
    expect(
      said([
        {
          type: 'thinking',
          thinking: [
            { type: 'text', text: 'Hm.' },
            { type: 'thinking', thinking: [] },
          ],
        },
        { type: 'text', text: 'Rivers bend' },
        { type: 'tool_reference', title: 'Meander', url: 'https://example.org/m' },
        { type: 'reference', reference_ids: [1, 'two'] },
        { type: 'text', text: '.' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(100)}` } },
        { type: 'document_url', document_name: 'a.pdf', document_url: 'https://example.org/a.pdf' },
        { type: 'tool_file', file_name: 'plot', file_type: 'png', file_id: 'f1' },
        { type: 'hologram', n: 1 },
        'bare',
        null,
      ]),
    ).toBe(
      [
        '(thinking) Hm.',
        '{"type":"thinking","thinking":[]}',
        '',
        'Rivers bend [source: Meander https://example.org/m] [1 two].',
        '[image: data:image/png (122 characters)]',
        '',
        '[document: a.pdf https://example.org/a.pdf]',
        '',
        '[file: plot.png f1]',
        '',
        '{"type":"hologram","n":1}',
        'bare',
        'null',
        '',
      ].join('\n'),
    )
  })

  it('shows the arguments of a call with all their digits', () => {
    expect(fromJson('{"type":"function.call","arguments":"{\\"a\\": 1"}')).toBe('{"a": 1')
    expect(fromJson('{"type":"function.call","arguments":{"id":12345678901234567890}}')).toBe(
      '{"id":12345678901234567890}',
    )
    expect(fromJson('{"type":"function.result","result":"42"}')).toBe('42')
  })

  it('shows the code, the output and the rest of a tool', () => {
    const info = { code: 'print(1)', code_output: '1\n', took: 0.5 }
    expect(textOf({ type: 'tool.execution', name: 'code_interpreter', info })).toBe(
      'print(1)\n→ 1\n{"took":0.5}',
    )
    expect(textOf({ type: 'tool.execution', name: 'web_search', arguments: '{"query": "x"}' })).toBe(
      '{"query": "x"}',
    )
  })

  it('shows who hands over to whom', () => {
    expect(
      textOf({
        type: 'agent.handoff',
        previous_agent_name: 'Ann',
        previous_agent_id: 'ag_1',
        next_agent_name: 'Ben',
        next_agent_id: 'ag_2',
      }),
    ).toBe('Ann (ag_1) → Ben (ag_2)')
  })

  it('shows an unknown type as JSON', () => {
    for (const json of ['{"type":"toString","n":1.0}', '{"type":"dream"}', '{"n":1e2}', '7']) {
      expect(fromJson(json)).toBe(json)
    }
  })

  it('exists for any JSON, however deep', () => {
    fc.assert(fc.property(anyEntry, (entry) => typeof textOf(entry) === 'string'))
    const deep = (part: string, end: string) => part.repeat(20_000) + '1' + end.repeat(20_000)
    for (const content of [deep('[', ']'), deep('[{"type":"thinking","thinking":', '}]')]) {
      expect(fromJson(`{"type":"message.output","content":${content}}`)).toContain('1')
      expect(fromJson(`{"type":"tool.execution","info":{"x":${content}}}`)).toContain('1')
    }
  })
})
