import { describe, expect, it } from 'vitest'

import { fingerprintOf } from '../../../src/replay/run/fingerprint.ts'
import { isContinuation, matchHistory } from '../../../src/replay/run/match-history.ts'

const user = (content: string) => JSON.stringify({ type: 'message.input', role: 'user', content })
const answer = (content: string) => JSON.stringify({ type: 'message.output', role: 'assistant', content })

const known = [user('One?'), answer('1.')]
const inputs = [user('Two?'), user('Three?')]
const request = { before: known.length, inputs: inputs.length, fingerprint: fingerprintOf(inputs) }

describe('A history compared with a lost request', () => {
  it.each([
    ['done', 'ends with what was sent', [...known, ...inputs]],
    ['done', 'has an answer after what was sent', [...known, ...inputs, answer('2.')]],
    ['not-begun', 'ends before what was sent', known],
    ['partial', 'ends within what was sent', [...known, ...inputs.slice(0, 1)]],
    ['different', 'is shorter than the history that was continued', known.slice(1)],
    ['different', 'has other entries there', [...known, ...inputs.toReversed()]],
    ['different', 'was continued by someone else', [...known, ...inputs, answer('2.'), user('And mine?')]],
    ['different', 'has a function result after it', [...known, ...inputs, '{"type":"function.result"}']],
  ] as const)('is %s if it %s', (match, _, entries) => {
    expect(matchHistory(entries, request)).toBe(match)
  })

  it('matches whatever form the target returns the entries in', () => {
    const returned = [
      '{"id":"msg_1","type":"message.input","role":"user","content":[{"type":"text","text":"Two?"}]}',
      '{"content":"Three?","created_at":"2026-01-01T00:00:00Z"}',
    ]
    expect(matchHistory([...known, ...returned], request)).toBe('done')
  })

  it('is a continuation only if everything before the request is the same', () => {
    expect(isContinuation([...known, ...inputs, answer('2.')], known, request)).toBe(true)
    expect(isContinuation([user('Zero?'), answer('1.'), ...inputs], known, request)).toBe(false)
    expect(isContinuation(known, known, request)).toBe(false)
  })
})
