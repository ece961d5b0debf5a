import pc from 'picocolors'
import { expect, it } from 'vitest'

import { transcript } from '../../src/cli/terminal/transcript.ts'

it('A transcript shows all sound parts of a damaged conversation', () => {
  const good = '{"type":"message.input","role":"user","content":"still here"}'
  const found = [undefined, '{"type":"message.out', Buffer.from(good)]
  const stored = {
    id: 'conv_1',
    row: '{"name":"on',
    length: 3,
    goneAt: null,
    fetchedAt: '',
    createdAt: null,
  }
  const conversation = { ...stored, entries: () => [], entriesAsFound: () => found }
  const unshown: (number | undefined)[] = []
  const text = [...transcript(conversation, pc.createColors(false), (position) => unshown.push(position))]
  expect(unshown).toEqual([undefined, 0, 1])
  expect(text.join('')).toContain('(the conversation object cannot be shown: ')
  expect(text.join('')).toContain('(entry 0 cannot be shown: missing from the archive)')
  expect(text.join('')).toContain('still here')
})
