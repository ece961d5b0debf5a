import { describe, expect, it } from 'vitest'

import { conversationTitle } from '../../../src/model/entries/conversation-title.ts'

const question = (content: unknown) => JSON.stringify({ type: 'message.input', role: 'user', content })
const unread = () => {
  throw new Error('the entry is read')
}

describe('The title of a conversation', () => {
  it('is its name, for which no entry is read', () => {
    expect(conversationTitle('Why rivers bend', unread)).toBe('Why rivers bend')
  })

  it.each([null, undefined, '', ' \n'])('is its first words where the name is %j', (name) => {
    expect(conversationTitle(name, () => question('Why do\nrivers  bend?'))).toBe('Why do rivers bend?')
  })

  it('is cut to 80 characters where it is not a name', () => {
    const title = conversationTitle(null, () => question('river '.repeat(100))) ?? ''
    expect(title).toHaveLength(80)
    expect(title).toMatch(/^river river.*…$/)
  })

  it('is the first text beside an image', () => {
    const content = [
      { type: 'image_url', image_url: 'https://example.org/a.png' },
      { type: 'text', text: 'What is this?' },
    ]
    expect(conversationTitle(null, () => question(content))).toBe('What is this?')
  })

  it('has no line breaks, control codes or characters that change the direction of text', () => {
    expect(conversationTitle('a\r\nb\u001b[31m\u202ec', unread)).toBe('a b␛[31mc')
  })

  it.each([undefined, '{"type":"function.call"}', '{"cut', question(''), question([])])(
    'is missing where the first entry is %s',
    (json) => {
      expect(conversationTitle(null, () => json)).toBeUndefined()
    },
  )
})
