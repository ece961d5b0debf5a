import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { hasTooManyValues } from '../../src/model/json/value-limit.ts'

const MILLION = 1e6

describe('A JSON text has too many values', () => {
  it.each(['0', '[]', '{}', '""', 'null', '1.5', '[[]]', '{"a":{}}', '"a"', '"\\\\"', '"\\""'])(
    'when it is a few million times %s',
    (value) => {
      const text = `[${`${value},`.repeat(3 * MILLION)}0]`
      expect(hasTooManyValues(text)).toBe(true)
      expect(hasTooManyValues(`{"type":"message.input","content":${text}}`)).toBe(true)
    },
  )

  it('if it is one object with a million keys', () => {
    const names = Array.from({ length: MILLION }, (_, i) => `"${i.toString(36)}":{}`)
    expect(hasTooManyValues(`{${names.join(',')}}`)).toBe(true)
  })

  it('if there are too many of any length', () => {
    expect(hasTooManyValues(`[${'"as long as a value usually is",'.repeat(5 * MILLION)}0]`)).toBe(true)
  })
})

describe('A JSON text does not have too many values', () => {
  it('if it is short, whatever it contains', () =>
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(hasTooManyValues(text)).toBe(false)
      }),
      { seed: 1, numRuns: 200 },
    ))

  it('if only its strings are long, whatever they contain', () => {
    const text = ',[{"\\\\\\'.repeat(4 * MILLION)
    expect(hasTooManyValues(JSON.stringify([text, text]))).toBe(false)
  })

  it('if it is a history of 100,000 messages, or of 500,000 text chunks', () => {
    const message =
      '{"object":"entry","type":"message.input","created_at":"2026-01-01T00:00:00Z","completed_at":null,"id":"msg_1","role":"user","content":"Hi","prefix":false}'
    expect(hasTooManyValues(`{"entries":[${`${message},`.repeat(100_000)}${message}]}`)).toBe(false)
    const piece = '{"type":"text","text":"a few words"}'
    expect(hasTooManyValues(`[${`${piece},`.repeat(500_000)}${piece}]`)).toBe(false)
  })

  it('if it ends inside a string, which JSON.parse will refuse', () => {
    expect(hasTooManyValues(`["${'x'.repeat(MILLION)}`)).toBe(false)
  })
})
