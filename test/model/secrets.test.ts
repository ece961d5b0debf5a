import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { REDACTED, redactSecrets } from '../../src/model/secrets/redact-json.ts'
import { redactUnparsed } from '../../src/model/secrets/redact-text.ts'

describe('A secret in the text of a conversation', () => {
  it('is replaced under every duplicate key, and nothing else changes', () => {
    const text =
      '{"n":1e400, "tools":[{"authorization":{"type":"api","value":"s1","value":"s2"}}],"tools":[{"authorization":"s3"}]}'
    expect(redactSecrets(text)).toBe(
      `{"n":1e400, "tools":[{"authorization":{"type":"api","value":${REDACTED},"value":${REDACTED}}}],"tools":[{"authorization":${REDACTED}}]}`,
    )
  })

  it('that is null stays null', () => {
    expect(redactSecrets('{"tools":[{"authorization":null}]}')).toBe('{"tools":[{"authorization":null}]}')
  })
})

describe('A secret in a body that is not JSON', () => {
  it.each([
    ['a string', '{"value": "secret", "b": NaN}', `{"value": ${REDACTED}, "b": NaN}`],
    ['a string with escapes', '{"token":"sec\\"ret\\\\","b":1', `{"token":${REDACTED},"b":1`],
    ['an object', '{"authorization":{"a":["secret"]},"b":1', `{"authorization":${REDACTED},"b":1`],
    ['a list', '{"value":["secret","secret"],"b":1', `{"value":${REDACTED},"b":1`],
    ['a number', '{"Value":4711,"b":1', `{"Value":${REDACTED},"b":1`],
    ['cut inside', '{"value":"secr', `{"value":${REDACTED}`],
    ['cut inside an escape', '{"value":"secr\\', `{"value":${REDACTED}`],
    ['null', '{"value":null,"b":1', '{"value":null,"b":1'],
  ])('is replaced: %s', (_, text, redacted) => {
    expect(redactUnparsed(text)).toBe(redacted)
  })

  it('is replaced wherever the body is cut off', () => {
    const secret = fc.string({ minLength: 8, maxLength: 30 }).filter((value) => !/[[\]{},:"\s]/.test(value))
    fc.assert(
      fc.property(secret, fc.nat(), fc.boolean(), (value, cut, nested) => {
        const held = nested ? { type: 'x', value: [value] } : value
        const text = JSON.stringify({ a: 1, tools: [{ authorization: { value: held } }], z: 'end' })
        const redacted = redactUnparsed(text.slice(0, cut % (text.length + 1)))
        expect(redacted).not.toContain(JSON.stringify(value).slice(1, 7))
      }),
      { seed: 1 },
    )
  })

  it('may have many megabytes', () => {
    const text = `{"value":"${'\\"x'.repeat(5_000_000)}","b":1`
    expect(redactUnparsed(text)).toBe(`{"value":${REDACTED},"b":1`)
  })
})

describe('A text of many megabytes', () => {
  const long = 5_000_000
  it.each([
    ['a URL without an end', `{"a":"https://${'a'.repeat(long)}`],
    ['a parameter', `?key=${'a'.repeat(long)}`],
    ['a header', `authorization: bearer ${'a1'.repeat(long)}`],
    ['white space', `"token" ${' '.repeat(long)}`],
    ['backslashes', `"token":"${'\\'.repeat(long)}`],
    ['names', '"token":{'.repeat(long / 10)],
  ])('neither overflows the stack nor takes quadratic time: %s', (_, text) => {
    const began = process.cpuUsage()
    redactUnparsed(text)
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(4)
  })

  it('may be nested 100,000 levels deep', () => {
    const deep = (open: string, close: string) =>
      `{"tools":${open.repeat(100_000)}"sk-secret"${close.repeat(100_000)}}`
    expect(redactSecrets(deep('{"authorization":[', ']}'))).not.toContain('sk-secret')
    expect(redactSecrets(deep('[[{"a":', '}]]').replace('"sk', '"https://sk-secret@h/sk'))).toContain(
      '//[redacted',
    )
    expect(redactSecrets(deep('{"parameters":{"properties":{"token":', '}}}'))).toContain('redacted')
  })
})
