import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { redactBody, redactSecrets, REDACTED } from '../../src/model/secrets/redact-json.ts'
import { jsonText, space } from '../support/json-arbitrary.ts'

const seed = Number(process.env['SEED'] ?? 20261125)
const SECRET = 'c0nn-5ecret'
const MARK = '[redacted by hansard]'

/** JSON text with secrets, and the expected text. */
interface Text {
  readonly sent: string
  readonly stored: string
}

const same = (text: string): Text => ({ sent: text, stored: text })
const secretText = fc.constantFrom(
  `"${SECRET}"`,
  `["${SECRET}"]`,
  `{"a":[{"type":"${SECRET}"}]}`,
  `"x ${SECRET}"`,
)
const redacted = secretText.map((sent): Text => ({ sent, stored: REDACTED }))
const harmless = fc.constantFrom(
  ...[
    '12345678901234567890',
    '1.10',
    '-0.0',
    'true',
    'null',
    '"a"',
    '"\\u0041\\/"',
    '""',
    '[]',
    '{}',
    '"a: b"',
  ],
  ...['"https://mcp.example/sse?version=2#top"', '"mailto:a@b.example"', '"token"', '"{\\"a\\":1.10}"'],
)

function objectOf(members: readonly (readonly [string, Text, string])[]): Text {
  const join = (side: keyof Text) =>
    `{${members.map(([key, value, gap]) => `${gap}"${key}"${gap}:${value[side]}${gap}`).join(',')}}`
  return { sent: join('sent'), stored: join('stored') }
}

function arrayOf(elements: readonly Text[]): Text {
  const join = (side: keyof Text) => `[${elements.map((each) => each[side]).join(' ,')}]`
  return { sent: join('sent'), stored: join('stored') }
}

const object = (keys: fc.Arbitrary<string>, value: fc.Arbitrary<Text>) =>
  fc.array(fc.tuple(keys, value, space), { maxLength: 3 }).map(objectOf)

const authorizationName = fc.constantFrom(
  ...[
    'authorization',
    'Authorization',
    'AUTHORIZATION',
    'auth\\u006frization',
    'proxy-authorization',
    'auth',
  ],
)
const secretName = fc.constantFrom(
  ...['api_key', 'apiKey', 'X-API-Key', 'access_token', 'refreshToken', 'client_secret', 'password', 'token'],
)

const { authorization, setting } = fc.letrec<{ authorization: Text; setting: Text }>((tie) => ({
  authorization: fc.oneof(
    { depthSize: 'small' },
    redacted.filter(({ sent }) => sent.startsWith('"')),
    fc.constant(same('null')),
    fc.array(tie('authorization'), { maxLength: 2 }).map(arrayOf),
    fc
      .tuple(object(fc.constantFrom('value', 'token', 'v\\u0061lue', 'expires'), redacted), space)
      .map(([{ sent, stored }, gap]) => {
        const type = `{"type"${gap}:"api-key"`
        const rest = (text: string) => (text === '{}' ? '}' : `,${text.slice(1)}`)
        return { sent: type + rest(sent), stored: type + rest(stored) }
      }),
  ),
  setting: fc.oneof(
    { depthSize: 'small' },
    harmless.map(same),
    object(
      fc.constantFrom('type', 'connector_id', 'c1', 'x-y', 'value', 'tools', 'toolConfiguration'),
      tie('setting'),
    ),
    fc.array(tie('setting'), { maxLength: 3 }).map(arrayOf),
    object(authorizationName, tie('authorization')),
    object(secretName, tie('authorization')),
    fc
      .tuple(
        fc.constantFrom('headers', 'http_headers', 'env'),
        object(fc.constantFrom('Authorization', 'X-A'), redacted),
      )
      .map(([name, headers]) => objectOf([[name, headers, '']])),
    redacted.map((value) =>
      objectOf([
        [
          'headers',
          arrayOf([
            objectOf([
              ['name', same('"X-A"'), ''],
              ['value', value, ' '],
            ]),
          ]),
          '',
        ],
      ]),
    ),
    fc
      .constantFrom(
        [`"https://user:${SECRET}@mcp.example/sse"`, `"https://${MARK}@mcp.example/sse"`],
        [`"https:\\/\\/${SECRET}@mcp.example"`, `"https://${MARK}@mcp.example"`],
        [`"https://mcp.example/?a=1&api_key=${SECRET}#x"`, `"https://mcp.example/?a=1&api_key=${MARK}#x"`],
        [`"Authorization: Bearer ${SECRET}-0123456789"`, `"Authorization: Bearer ${MARK}"`],
      )
      .map(([sent = '', stored = '']): Text => ({ sent, stored })),
    tie('setting')
      .filter(({ sent }) => /^[[{]/.test(sent))
      .map(({ sent, stored }): Text => ({ sent: JSON.stringify(sent), stored: JSON.stringify(stored) })),
    fc.constant(
      objectOf([
        [
          'parameters',
          same(
            '{"properties":{"token":{"type":"string","default":"none"},"authorization":{"type":["object"]}}}',
          ),
          '',
        ],
      ]),
    ),
  ),
}))

/** Content, which may look like a secret and must not change. */
const said = fc.constantFrom(
  '"the token is https://me:mine@host"',
  '{"authorization":{"value":"mine"},"headers":{"a":"b"}}',
  '[{"type":"text","text":"x","authorization":"mine"}]',
)

const envelope = fc
  .record({ setting, auth: authorization, words: said, free: jsonText, gap: space })
  .map(({ setting: tools, auth, words, free, gap }) =>
    objectOf([
      ['id', same('"conv_1"'), gap],
      ['instructions', same('"Ask https://me:mine@host"'), gap],
      ['metadata', same(words), gap],
      ['tools', tools, gap],
      [
        'entries',
        arrayOf([
          objectOf([
            ['content', same(words), gap],
            ['arguments', same(free), ''],
            ['tools', tools, gap],
          ]),
        ]),
        '',
      ],
      ['a\\u0075thorization', auth, gap],
      ['tools', tools, ''],
    ]),
  )

describe('Secrets, wherever the rules find them', () => {
  it('are replaced, and no other token changes', () => {
    fc.assert(
      fc.property(envelope, ({ sent, stored }) => {
        expect(redactSecrets(sent)).toBe(stored)
        expect(redactSecrets(`[${sent}]`)).toBe(`[${stored}]`)
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('are replaced once: redacting again changes nothing', () => {
    fc.assert(
      fc.property(envelope, fc.nat(), ({ sent, stored }, cut) => {
        expect(redactSecrets(stored)).toBe(stored)
        const body = redactBody(sent.slice(0, cut % sent.length))
        expect(redactBody(body)).toBe(body)
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('are replaced in a body that was cut off anywhere, or has a stray quote', () => {
    fc.assert(
      fc.property(envelope, fc.nat(), fc.boolean(), ({ sent }, place, isCut) => {
        const body = isCut ? sent.slice(0, place % sent.length) : sent.replace('Ask ', 'Ask "')
        expect(redactBody(body).includes(SECRET)).toBe(false)
        expect(
          redactBody(Buffer.from(`\u00ff${body}`, 'latin1'))
            .toString()
            .includes(SECRET),
        ).toBe(false)
      }),
      { seed, numRuns: 1000 },
    )
  })
})
