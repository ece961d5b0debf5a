import { describe, expect, it } from 'vitest'

import { entryTokens, tokensOf } from '../../../src/model/entries/estimate-tokens.ts'

const OVERHEAD = 4

describe('The estimated tokens of an entry', () => {
  it('are one for four ASCII characters and one for two others', () => {
    expect(entryTokens({ content: 'x'.repeat(400) })).toBe(OVERHEAD + 100)
    expect(entryTokens({ content: 'é'.repeat(400) })).toBe(OVERHEAD + 200)
  })

  it('do not count its ids, times and author', () => {
    const envelope = {
      type: 'message.output',
      id: 'msg_1',
      created_at: '2026-11-22',
      role: 'assistant',
      model: 'm',
    }
    expect(entryTokens({ ...envelope, content: 'text' })).toBe(OVERHEAD + 1)
    expect(tokensOf(JSON.stringify({ ...envelope, content: 'text' }))).toBeGreaterThan(OVERHEAD + 1)
  })

  it('count an embedded image as one, not as its megabytes', () => {
    const content = [{ type: 'image_url', image_url: `data:image/png;base64,${'A'.repeat(1_000_000)}` }]
    expect(entryTokens({ content })).toBe(OVERHEAD + 1_000)
  })

  it('can be estimated for any JSON, however deep', () => {
    expect(entryTokens('text')).toBe(OVERHEAD + 1)
    expect(entryTokens(null)).toBe(OVERHEAD)
    const depth = 5_000
    expect(entryTokens({ info: JSON.parse('['.repeat(depth) + '1' + ']'.repeat(depth)) })).toBe(OVERHEAD + 1)
  })
})
