import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { keyScrubber } from '../../src/api/key-scrubber.ts'

const seed = Number(process.env['SEED'] ?? 20261125)
const KEY = 'k3y/0123+456789'
const MARK = '[the API key]'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const escaped = (text: string) =>
  [...text].map((letter) => `\\u00${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
const percent = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')

describe('The API key in what a server sends', () => {
  it.each([
    ['plain', KEY, MARK],
    ['behind Bearer', `Bearer ${KEY}`, `Bearer ${MARK}`],
    ['percent-encoded', encodeURIComponent(KEY), MARK],
    ['percent-encoded throughout', percent(KEY), MARK],
    ['escaped as in JSON', escaped(KEY), MARK],
    ['with an escaped slash', KEY.replace('/', '\\/'), MARK],
    ['escaped as in HTML', KEY.replace('/', '&#x2f;').replace('+', '&#43;'), MARK],
    ['several times', `${KEY} and ${KEY}`, `${MARK} and ${MARK}`],
    ['in bytes', Buffer.from(`\u00ff${KEY}`, 'latin1'), Buffer.from(`\u00ff${MARK}`, 'latin1')],
  ])('is replaced: %s', (_, echo, left) => {
    const scrubbed = keyScrubber(KEY)(echo as string)
    expect(Buffer.from(scrubbed)).toEqual(Buffer.from(left as string))
  })

  it('is replaced in base64, whatever precedes it', () => {
    for (const before of ['', 'B', 'Be', 'Bearer ', 'user:']) {
      for (const encode of [base64, base64url, (text: string) => encodeURIComponent(base64(text))]) {
        const scrubbed = keyScrubber(KEY)(`x ${encode(before + KEY)} y`)
        expect(scrubbed).toContain(MARK)
        expect(
          Buffer.from(scrubbed.replace(/^x (.*) y$/, '$1').split('[')[0] ?? '', 'base64').toString(),
        ).not.toMatch(/k3/)
      }
    }
  })

  it('is replaced in every form, and other text is unchanged', () => {
    const key = fc.string({
      unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
      minLength: 8,
      maxLength: 40,
    })
    const form = fc.constantFrom(
      (text: string) => text,
      base64,
      base64url,
      encodeURIComponent,
      escaped,
      percent,
    )
    fc.assert(
      fc.property(key, form, fc.string(), fc.string(), (apiKey, encode, before, after) => {
        const scrub = keyScrubber(apiKey)
        const echo = encode(apiKey)
        expect(scrub(`${before} ${echo} ${after}`)).not.toContain(
          encode === base64 || encode === base64url ? echo.slice(0, -4) : echo,
        )
        const other = `${before} ${after}`
        fc.pre(!other.includes(apiKey.slice(0, 2)))
        expect(scrub(other)).toBe(other)
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('takes linear time for a text of escapes', () => {
    const began = process.cpuUsage()
    keyScrubber('0'.repeat(32))('\\u0030'.repeat(500_000).slice(0, -1) + '%30'.repeat(500_000))
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(2)
  })
})

describe('A key of fewer than eight characters', () => {
  const scrub = keyScrubber('e')

  it('is replaced only after Bearer, because it may occur in any word', () => {
    expect(scrub('Bearer e is refused, see {"header":"bearer%20e"}')).toBe(
      `Bearer ${MARK} is refused, see {"header":"bearer%20${MARK}"}`,
    )
    expect(scrub('Bearer eel')).toBe('Bearer eel')
  })
})
