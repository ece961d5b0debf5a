import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { blockQuote } from '../../../src/export/markdown/block-quote.ts'
import { isSafeUrl } from '../../../src/export/pages/safe-url.ts'
import { sanitizeText } from '../../../src/model/sanitize-text.ts'
import { hostileText, wordsOf } from '../../support/hostile-markdown.ts'
import { elementsIn, rendered, textOf } from '../../support/markdown-reader.ts'

const quoted = (text: string) => blockQuote(sanitizeText(text))

describe('Markdown that people write is preserved:', () => {
  it.each([
    ['*a* **b** ~~c~~ `d < e`', ['em', 'strong', 's', 'code']],
    ['- one\n- two\n  1. three', ['ul', 'li', 'ol']],
    ['```html\n<b>bold</b>\n```', ['pre', 'code']],
    ['    <b>indented</b>', ['pre', 'code']],
    ['| a | b |\n|---|---|\n| 1 | `<` |', ['table', 'td', 'code']],
    ['[text](https://example.org/a_(b)) <https://example.org>', ['a']],
    ['one\ntwo', ['br']],
  ])('%j', (text, expected) => {
    expect(elementsIn(rendered(quoted(text) ?? '')).map(({ name }) => name)).toEqual(
      expect.arrayContaining(expected),
    )
  })

  it('code is unchanged', () => {
    const code = 'if (a < b && [^1] in x) { "<b>" } # [x](javascript:1)\n===='
    expect(quoted('```\n' + code + '\n```')).toBe(
      `> \`\`\`\n${code
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n')}\n> \`\`\``,
    )
  })

  it('links by reference become inline links, and their definitions become text', () => {
    const page = quoted('See [the survey][1] and [1].\n\n[1]: https://example.org/survey "Survey"') ?? ''
    expect(linksIn(page)).toEqual(['https://example.org/survey', 'https://example.org/survey'])
    expect(textOf(rendered(page))).toContain('[1]: https://example.org/survey "Survey"')
  })

  it('headings move below those of the page', () => {
    const page = quoted('# One\n\n## Two\n\n### Three\n\nFour\n----\n\n> Five\n> ===') ?? ''
    const headings = elementsIn(rendered(page)).filter(({ name }) => /^h\d$/.test(name))
    expect(headings.map(({ name }) => name)).toEqual(['h3', 'h4', 'h5', 'h4', 'h3'])
  })
})

it('Several lines over an underline stay lines, and the underline becomes one', () => {
  for (const line of ['===', '---']) {
    const html = rendered(quoted(`one\ntwo\n${line}`) ?? '')
    expect(elementsIn(html).map(({ name }) => name)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^h\d/)]),
    )
    expect(textOf(html)).toContain(`two  \n${line}`)
  }
})

describe('Markdown that could affect the page is escaped:', () => {
  it.each([
    '<script>alert(1)</script>',
    'a <img src=x onerror=alert(1)> b',
    '<!-- the rest of the page',
    '<details>\n<table>\n<tr>',
    '</blockquote></details>',
    '<?php',
    '<!DOCTYPE x>',
    '<![CDATA[',
    '```\n</script>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](<java\nscript:alert(1)>)',
    '[x](<&Tab;javascript:alert(1)>)',
    '[x](\u0001javascript:alert(1))',
    '[x](java\\script:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:x) [y](file:///etc/passwd) [z](//evil) [w](\\\\\\\\server\\\\share) [v](/etc/passwd)',
    '<javascript:alert(1)> <data:text/html,x>',
    '[x]\n\n[x]: javascript:alert(1)',
    '[x][y]\n\n[y]:\n<javascript:alert(1)>\n"t"',
    '![x](https://example.org/tracker.png) ![y][z]\n\n[z]: https://example.org/b.png',
    '[![x](javascript:1)](javascript:2)',
    '| a | b |\n|---|---|\n| `a | <script> | ` |',
    '> '.repeat(300) + '<script>',
    '['.repeat(1000) + '](javascript:1)' + ']'.repeat(1000),
  ])('%j', (text) => {
    const page = quoted(text)
    if (page !== undefined) expect(dangersIn(page)).toEqual([])
  })

  it.each(['[^1]: mine', 'a[^1] b', '[^1]: https://example.org', '> [^1]: x\n>\n> y'])(
    '%j does not become a footnote',
    (text) => {
      const page = `${quoted(text) ?? ''}\n\nOurs.[^1]\n\n[^1]: ours by right\n`
      const html = rendered(page)
      expect(html.match(/class="footnote-item"/g)).toHaveLength(1)
      expect(html).toMatch(/footnote-item"><p>ours by right/)
      expect(html.match(/class="footnote-ref"/g)).toHaveLength(1)
    },
  )

  it('any text keeps its words and ends with its block quote', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const page = quoted(text)
        if (page === undefined) return
        expect(dangersIn(page)).toEqual([])
        expect(wordsOf(textOf(rendered(page)))).toEqual(expect.arrayContaining(wordsOf(text)))
        const html = rendered(`${page}\n\n<a id="after"></a>\n`)
        expect(html).toMatch(/<\/blockquote>\n<p><a id="after"><\/a><\/p>\n$/)
      }),
      { numRuns: 1000 },
    )
  })

  it('all hand-written examples can be quoted', () => {
    for (const text of ['<b>bold</b> and [a](x) and <br>', '# A\n\n<div>\n\n[^1] ![i](j)', '<a\n<b\n<c>'])
      expect(quoted(text)).toBeDefined()
  })

  it('in linear time', () => {
    const [start, size] = [performance.now(), 60_000]
    for (const piece of [
      '*a_ ',
      '[',
      '![',
      '<a ',
      '[a](',
      '<!--',
      '> a\n',
      '- ',
      '`',
      '&',
      '[a]: b\n',
      'a\n',
    ])
      quoted(piece.repeat(size / piece.length))
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})

it('A text that is longer or more nested than people write is not parsed', () => {
  expect(quoted('a'.repeat(70_000))).toBeUndefined()
  expect(quoted('> '.repeat(60) + '<script>')).toBeUndefined()
})

function linksIn(page: string): string[] {
  return elementsIn(rendered(page)).flatMap(({ attributes: { href } }) => (href === undefined ? [] : [href]))
}

/** Returns elements that Markdown does not produce, and links to anything but the web and mail. */
function dangersIn(page: string): unknown[] {
  return elementsIn(rendered(page)).filter(
    ({ name, attributes: { href, src } }) =>
      !ALLOWED.has(name) || src !== undefined || (href !== undefined && !isSafeUrl(href)),
  )
}

const ALLOWED = new Set(
  'blockquote p br em strong s code pre ul ol li h3 h4 h5 h6 hr a table thead tbody tr th td'.split(' '),
)
