import pc from 'picocolors'
import { describe, expect, it } from 'vitest'

import { transcript, type TranscriptOptions } from '../../src/cli/terminal/transcript.ts'
import { archiveOf, type MadeConversation } from '../support/archives.ts'

const plain: TranscriptOptions = {
  title: 'Rivers',
  cells: Infinity,
  colors: pc.createColors(false),
  now: new Date('2026-11-26T12:00:00Z'),
  onUnshown: () => undefined,
}

/** The lines of the transcript of a conversation. */
function shown(made: Partial<MadeConversation>, options: Partial<TranscriptOptions> = {}): string[] {
  const archive = archiveOf([{ row: { id: 'conv_1' }, ...made }])
  const stored = archive.conversations.read('conv_1')
  if (stored === undefined) throw new Error('not stored')
  return [...transcript(stored, { ...plain, ...options })].join('').split('\n').slice(0, -1)
}

describe('A transcript', () => {
  it('begins with title, id, model or agent, times, and how entries are numbered', () => {
    const row = {
      id: 'conv_1',
      agent_id: 'ag_1',
      agent_version: 3,
      created_at: '2026-11-20T08:00:00Z',
      updated_at: '2026-11-26T10:00:00Z',
      metadata: { topic: 'rivers' },
    }
    expect(
      shown({ row, entries: [{ type: 'message.input', content: 'a' }, {}], isGone: true }).slice(0, 8),
    ).toEqual([
      'Rivers',
      'conv_1',
      '  agent         ag_1 (version 3)',
      '  created       2026-11-20 08:00 UTC (6 days ago)',
      '  updated       2026-11-26 10:00 UTC (2 h ago)',
      '  gone since    2026-11-22 00:00 UTC (4 days ago)',
      '  entries       2 entries, numbered 0 to 1',
      '  metadata      {"topic":"rivers"}',
    ])
  })

  it('names the model of an entry only if it is not that of the conversation', () => {
    const answer = (model: string) => ({ type: 'message.output', content: 'a', model })
    const lines = shown({
      row: { id: 'conv_1', model: 'small' },
      entries: [answer('small'), answer('large')],
    })
    expect(lines.filter((line) => line.startsWith('entry '))).toEqual([
      'entry 0 · assistant',
      'entry 1 · assistant  large',
    ])
  })

  it('shows numbers as they came', () => {
    const number = '123456789012345678901234567890.10e+2'
    const call = `{"type":"function.call","name":"f","arguments":{"depth":${number}}}`
    expect(shown({ entries: [call] }).join('\n')).toContain(`"depth": ${number}`)
  })

  it('indents the lines of a text and keeps them as they are', () => {
    const content = '\n\n  if (bend) {\n\terode()\n\n  }   \n\n'
    const lines = shown({ entries: [{ type: 'message.input', content }] })
    expect(lines.slice(lines.indexOf('entry 0 · user') + 1)).toEqual([
      '    if (bend) {',
      '  \terode()',
      '',
      '    }',
    ])
  })

  it('wraps all parts on a terminal', () => {
    const words = 'many words '.repeat(40)
    const row = { id: 'conv_1', instructions: words, description: words, metadata: { words } }
    const entries = [
      { type: 'message.input', content: words },
      { type: `new ${words}`, words: [words] },
      { type: 'function.call', name: words, arguments: { words } },
    ]
    const lines = shown({ row, entries }, { cells: 50, title: words })
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50)
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(40)
  })

  it('of some entries has a short head, and numbers them by their position', () => {
    const entries = Array.from({ length: 12 }, (_, i) => ({ type: 'message.input', content: `text ${i}` }))
    const row = { id: 'conv_1', instructions: 'Answer.' }
    expect(shown({ row, entries }, { range: { from: 4, to: 5 } })).toEqual([
      ...['Rivers', 'conv_1', '12 entries, numbered 0 to 11; here 4 to 5'],
      ...['', 'entry 4 · user', '  text 4'],
      ...['', 'entry 5 · user', '  text 5'],
    ])
    const rest = shown({ row, entries }, { range: { from: 10 } })
    expect(rest.filter((line) => /^(entry|12)/.test(line))).toEqual([
      '12 entries, numbered 0 to 11; here 10 to 11',
      'entry 10 · user',
      'entry 11 · user',
    ])
  })

  it('shows all sound parts of a damaged conversation', () => {
    const good = '{"type":"message.input","role":"user","content":"still here"}'
    const found = [undefined, '{"type":"message.out', Buffer.from(good)]
    const stored = {
      ...{ id: 'conv_1', row: '{"name":"on', length: 3, goneAt: null, fetchedAt: '', createdAt: null },
      entries: () => [],
      sizes: () => [],
      entryKeys: () => [],
      entriesAsFound: () => found,
    }
    const unshown: (number | undefined)[] = []
    const options = { ...plain, onUnshown: (position: number | undefined) => unshown.push(position) }
    const text = [...transcript(stored, options)].join('')
    expect(unshown).toEqual([undefined, 0, 1])
    expect(text).toContain('(the conversation object cannot be shown: ')
    expect(text).toContain('(entry 0 cannot be shown: missing from the archive)')
    expect(text).toContain('still here')
  })
})
