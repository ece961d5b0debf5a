import { describe, expect, it } from 'vitest'

import { archiveOf } from '../support/archives.ts'

const question = { type: 'message.input', role: 'user', content: 'Why do rivers bend?' }
const answer = { type: 'message.output', role: 'assistant', content: 'Water takes the outer bank away.' }

const archive = archiveOf([
  { row: { id: 'conv_named', name: 'Rivers' }, entries: [question, answer] },
  { row: { id: 'conv_unnamed' }, entries: [question, answer, { ...question, content: 'And then?' }, answer] },
  { row: { id: 'conv_forked' }, entries: [question, { ...answer, content: 'The current is faster there.' }] },
  { row: { id: 'conv_empty' } },
])

describe('An archive', () => {
  it('titles a conversation by its name, or else by the first words of its first entry', () => {
    const titles = [...archive.conversations.list({})].map(({ id, title }) => [id, title])
    expect(Object.fromEntries(titles)).toEqual({
      conv_named: 'Rivers',
      conv_unnamed: 'Why do rivers bend?',
      conv_forked: 'Why do rivers bend?',
      conv_empty: null,
    })
  })

  it('tells the title of one conversation', () => {
    expect(archive.conversations.title('conv_unnamed')).toBe('Why do rivers bend?')
    expect(archive.conversations.title('conv_missing')).toBeNull()
  })
})
