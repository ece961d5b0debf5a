import fc from 'fast-check'

/** White space that JSON allows between tokens. */
export const space = fc.constantFrom('', '', ' ', '\n', '\t ', '\r\n')

const hostileTokens = [
  '1e400',
  '12345678901234567890',
  '-0.0',
  '1E+2',
  'null',
  'true',
  '"\\u0041\\/\\\\"',
  '"\\ud83d\\ude00 \\u0000"',
  '"\\ud800"',
  '"\\\\"',
  '""',
  '"𝒯 שלום 日本 ]}"',
]

/** JSON text with hostile tokens, duplicate and escaped keys, and white space wherever JSON allows it. */
export const { text: jsonText, object: jsonObject } = fc.letrec<{
  text: string
  array: string
  object: string
}>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...hostileTokens),
    fc.string({ unit: 'grapheme' }).map((value) => JSON.stringify(value)),
    tie('array'),
    tie('object'),
  ),
  array: fc
    .array(fc.tuple(space, tie('text'), space))
    .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
  object: fc
    .array(
      fc.tuple(
        space,
        fc.constantFrom('"a"', '"b"', '"\\u0061"', '"]"', '"type"', '"content"'),
        space,
        tie('text'),
        space,
      ),
    )
    .map((items) => `{${items.map(([a, key, b, value, c]) => `${a}${key}${b}:${value}${c}`).join(',')}}`),
}))
