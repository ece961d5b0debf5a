import { describe, expect, it } from 'vitest'

import {
  REDACTED,
  redactBody,
  redactEntry,
  redactMember,
  redactSecrets,
} from '../../src/model/secrets/redact-json.ts'
import { redactText } from '../../src/model/secrets/redact-text.ts'

/** Replaces "secret-1" and so on by the marker; everything else must stay. */
const expected = (text: string) => text.replaceAll(/"secret-\d"/g, REDACTED)

describe('A secret in settings is replaced:', () => {
  it.each([
    [
      'everything in an authorization but its type',
      '{"tools":[{"authorization":{"type":"bearer","value":"secret-1"}}]}',
    ],
    [
      'in a list of authorizations',
      '{"tools":[{"authorization":[{"type":"bearer","a":"secret-1"},"secret-2"]}]}',
    ],
    [
      'a member with the name of a secret',
      '{"tools":[{"api_key":"secret-1"}],"completion_args":{"password":"secret-2"}}',
    ],
    ['an object with the name of a secret', '{"tools":[{"token":{"type":"bearer","any":"secret-1"}}]}'],
    ['the values of headers', '{"mcp_servers":[{"headers":{"x-key":"secret-1","accept":"secret-2"}}]}'],
    [
      'headers in a list of names and values',
      '{"tools":[{"headers":[{"name":"x-key","value":"secret-1"}]}]}',
    ],
    ['headers as a list of texts', '{"tools":[{"headers":["secret-1"]}]}'],
    ['headers as one text', '{"tools":[{"headers":"secret-1"}]}'],
    ['the values of an environment', '{"mcp_servers":[{"env":{"KEY":"secret-1"}}]}'],
    ['at any depth', '{"x":[[{"y":{"z":[{"authorization":"secret-1"}]}}]]}'],
  ])('%s', (_, text) => {
    expect(redactSecrets(text)).toBe(expected(text))
  })

  it.each([
    ['in the tools of an entry', '{"entries":[{"type":"x","tools":[{"api_key":"secret-1"}]}]}'],
    ['in an entry by its id', '{"entries":{"e1":{"tools":[{"api_key":"secret-1"}]}}}'],
    ['in lists of lists of entries', '{"entries":[[{"connectors":{"a":{"token":"secret-1"}}}]]}'],
    ['in a list of entries by an id', '{"entries":{"e1":[{"headers":{"x":"secret-1"}},"text"]}}'],
    [
      'in messages, inputs and outputs',
      '{"messages":[{"guardrails":[{"api_key":"secret-1"}]}],"outputs":[{"authorization":"secret-2"}]}',
    ],
  ])('%s', (_, text) => {
    expect(redactSecrets(text)).toBe(expected(text))
  })

  it('in a type that is not a text', () => {
    const text = '{"authorization":{"type":{"value":"s"}}}'
    expect(redactSecrets(text)).toBe(`{"authorization":{"type":${REDACTED}}}`)
  })

  it('in a single entry with settings, by its keys', () => {
    const text = '{"type":"x","content":"token=1","tools":[{"api_key":"secret-1"}]}'
    expect(redactEntry(text, ['type', 'content', 'tools'])).toBe(expected(text))
    expect(redactEntry(text, ['tools'])).toBe(expected(text))
    expect(redactEntry(text, ['type', 'content'])).toBe(text)
    expect(redactEntry(text, [])).toBe(text)
  })

  it('in a member of settings, with the rest as it is', () => {
    expect(redactMember('tools', '[{"api_key":"secret-1","n":1e400}]')).toBe(
      `[{"api_key":${REDACTED},"n":1e400}]`,
    )
    expect(redactMember('authorization', '"secret-1"')).toBe(REDACTED)
  })
})

describe('What is not a secret stays:', () => {
  it.each([
    [
      'content of entries',
      '{"entries":[{"content":{"password":"mine"},"arguments":{"token":"t"},"result":{"api_key":"k"}}]}',
    ],
    ['an entry that is a text', '{"entries":["authorization: bearer abc123"]}'],
    ['metadata', '{"metadata":{"token":"river"}}'],
    [
      'names and descriptions',
      '{"tools":[{"name":"token","description":"password","instructions":"api_key"}]}',
    ],
    ['a number of tokens', '{"completion_args":{"max_tokens":5,"token":5}}'],
    ['null', '{"tools":[{"authorization":null,"headers":null,"api_key":null}]}'],
    ['an environment that is a name', '{"env":"production"}'],
  ])('%s', (_, text) => {
    expect(redactSecrets(text)).toBe(text)
  })
})

describe('In the parameters of a function,', () => {
  const tool = (parameters: string) => `{"tools":[{"function":{"name":"f","parameters":${parameters}}}]}`
  it.each([
    [
      'an argument may be called token',
      '{"properties":{"token":{"type":"string","description":"the token"}}}',
    ],
    [
      'an argument may have arguments',
      '{"properties":{"token":{"properties":{"password":{"type":"string"}}}}}',
    ],
    ['an argument may have a list of values', '{"properties":{"token":{"enum":["a","b"]}}}'],
    ['an argument may have an annotation', '{"properties":{"token":{"type":"string","x-note":"n"}}}'],
    ['definitions are arguments, too', '{"$defs":{"password":{"type":"string"}}}'],
    ['required may name a token', '{"properties":{"token":{"type":"string"}},"required":["token"]}'],
  ])('%s', (_, parameters) => {
    expect(redactSecrets(tool(parameters))).toBe(tool(parameters))
  })

  it.each([
    ['an argument with a value is a secret', '{"properties":{"token":"secret-1"}}'],
    ['an object that is no schema is a secret', '{"properties":{"token":{"value":"secret-1"}}}'],
    ['a secret beside the properties is one', '{"api_key":"secret-1","properties":{"a":{"type":"string"}}}'],
    [
      'an input schema has the same rules',
      '{"input_schema":{"properties":{"token":"secret-1","a":{"type":"string"}}}}',
    ],
  ])('%s', (_, parameters) => {
    expect(redactSecrets(tool(parameters))).toBe(expected(tool(parameters)))
  })
})

describe('A secret inside a string is replaced:', () => {
  it.each([
    ['in JSON', String.raw`{"tools":[{"config":"{\"api_key\":\"s3cret99\"}"}]}`],
    ['in a list in JSON', String.raw`{"tools":[{"config":"[{\"token\":\"s3cret99\"}]"}]}`],
    ['in a URL', '{"tools":[{"url":"https://me:s3cret99@example.org/x"}]}'],
    ['in a query', '{"tools":[{"url":"https://example.org/x?api_key=s3cret99&a=1"}]}'],
    ['in a header', '{"tools":[{"note":"Authorization: Bearer s3cret99"}]}'],
  ])('%s', (_, text) => {
    const redacted = redactSecrets(text)
    expect(redacted).not.toContain('s3cret99')
    expect(redacted).toContain('redacted')
    expect(redactSecrets(redacted)).toBe(redacted)
  })

  it('and the text around it stays', () => {
    expect(redactText('GET https://example.org/x?api_key=s3cret99&a=1 failed')).toMatch(
      /^GET https:\/\/example\.org\/x\?api_key=\[redacted[^\]]*\]&a=1 failed$/,
    )
    expect(redactText('sent Authorization: Bearer s3cret99x1, then closed')).toMatch(
      /^sent Authorization: .*redacted.*, then closed$/,
    )
    expect(redactText("{'token': 's3cret99', 'b': 2}")).toMatch(/^\{'token': '.*redacted.*', 'b': 2\}$/)
  })
})

describe('A body that could not be used', () => {
  it('has no secret, as JSON, as broken JSON, and in UTF-16', () => {
    const text = '{"token":"s3cret99","a":1}'
    expect(redactBody(text)).toBe(`{"token":${REDACTED},"a":1}`)
    for (const bytes of [Buffer.from(text.slice(0, -1)), Buffer.from(text, 'utf16le')])
      expect(Buffer.from(redactBody(bytes)).toString('latin1')).toContain(`{"token":${REDACTED},"a":1`)
  })

  it('without a secret stays byte for byte', () => {
    const bytes = Buffer.from('{"a":"é\0"', 'utf16le')
    expect(redactBody(bytes)).toBe(bytes)
    expect(redactBody('{"a":1')).toBe('{"a":1')
  })
})
