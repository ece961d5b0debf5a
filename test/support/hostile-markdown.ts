import fc from 'fast-check'

/** Pieces of Markdown and HTML that are most dangerous when two of them meet. */
const piece = fc.constantFrom(
  ...[
    '<script>',
    '</script>',
    '<b',
    '<a href="',
    '<!--',
    '-->',
    '<?',
    '<![CDATA[',
    ']]>',
    '<div>',
    '</details>',
  ],
  ...['<img src=x onerror=y>', '<javascript:x>', '<https://example.org>', '<x@example.org>'],
  ...[
    '[',
    ']',
    '](',
    ')',
    '![',
    '[^1]',
    '[^1]: ',
    '^[',
    '[[',
    '[x]: ',
    '[x]',
    '[x][',
    ']: javascript:x',
    '(javascript:x)',
  ],
  ...[
    '(https://example.org)',
    '(data:x)',
    '(<',
    '>)',
    'javascript:x',
    'JAVASCRIPT&colon;x',
    '&#x6a;',
    '&lt;b&gt;',
  ],
  ...['\n', '\n', '\n\n', '\n```\n', '\n~~~\n', '\n    ', '\n\t', '\r', '\r\n', '\u2028', '  \n', '\\\n'],
  ...[
    '\n# ',
    '\n## ',
    '\n===\n',
    '\n---\n',
    '\n- ',
    '\n  - ',
    '\n1. ',
    '\n> ',
    '\n>> ',
    '>',
    '> '.repeat(50),
    '\n***\n',
  ],
  ...[
    '`',
    '``',
    '*',
    '**',
    '_',
    '~~',
    '\\',
    '\\\\',
    '|',
    '\n|-|-|\n',
    '\n| ',
    '$$',
    '{#id}',
    '"',
    "'",
    '=',
    ':',
    '!',
  ],
  ...['\0', '\u001b[31m', '\ud800', '\u202e', '\ufeff', '\u00a0', '\u3000', '\ufffd', ' '],
)

/** Words that a message must not lose; each occurs once. */
const word = fc.nat({ max: 999 }).map((number) => ` word${number} `)

/** Generates hostile texts with words in between. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 4, arbitrary: piece }, { weight: 2, arbitrary: word }, fc.string()), {
    maxLength: 25,
  })
  .map((pieces) => pieces.join(''))

/** Returns the words in a text. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(/word\d+/g)].map(([found]) => found)
}
