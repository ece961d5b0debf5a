import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { articlesMarkup, entryArticle } from '../../../src/export/html/entry-article.ts'
import { partsOf } from '../../../src/export/html/history-part.ts'
import { historyPages, pageWith } from '../../../src/export/html/history-pages.ts'
import { html } from '../../../src/export/html/markup.ts'
import { CITATION, messageMarkup } from '../../../src/export/html/message-markup.ts'
import { textDifference } from '../../../src/export/html/text-difference.ts'
import { textSlices, visibleText } from '../../../src/export/html/visible-text.ts'
import { exportedConversation } from '../../../src/export/export-source.ts'
import { entryView } from '../../../src/model/entries/entry-view.ts'
import { archiveOf } from '../../support/archives.ts'
import { exported } from '../../support/exports.ts'

describe('The pages of a history', () => {
  const sizes = fc.array(fc.oneof(fc.nat(2000), fc.nat(600_000)), { maxLength: 400 })

  it('have every entry once, in order', () => {
    fc.assert(
      fc.property(sizes, (all) => {
        const shown = historyPages(all).flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        )
        expect(shown).toEqual(all.map((_, i) => i))
      }),
    )
  })

  it('have at most 100 entries and 256 KiB, or one larger entry', () => {
    fc.assert(
      fc.property(sizes, (all) => {
        for (const { from, to, isLarge } of historyPages(all)) {
          const bytes = all.slice(from, to + 1).reduce((sum, size) => sum + size, 0)
          expect(isLarge).toBe(bytes > 256 * 1024)
          expect(to - from < (isLarge ? 1 : 100)).toBe(true)
        }
      }),
    )
  })

  it('stay where they are when the history grows, except the last one', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(600_000), { maxLength: 20 }), (all, more) => {
        const [before, after] = [historyPages(all), historyPages([...all, ...more])]
        expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1))
        if (all.length > 0) expect(after[before.length - 1]?.from).toBe(before.at(-1)?.from)
      }),
    )
  })

  it('are found by an entry', () => {
    const pages = historyPages(Array<number>(250).fill(10))
    expect([0, 99, 100, 249, 250, 1e9].map((entry) => pageWith(pages, entry))).toEqual([0, 0, 1, 2, 2, 2])
  })
})

describe('A text', () => {
  it('is divided into slices that together are the text, and cuts no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 20 }), (text, most) => {
        const slices = [...textSlices(text, most)]
        expect(slices.join('')).toBe(text)
        expect(slices.every((slice) => slice.length <= most + 1 && !/\p{Surrogate}/u.test(slice))).toBe(true)
      }),
    )
  })

  it('shows what changes the direction of the text around it', () => {
    expect(visibleText('a\u202egnp.exe\u202c \u2066b\u2069 \u200f')).toBe(
      'a⟨RLO⟩gnp.exe⟨PDF⟩ ⟨LRI⟩b⟨PDI⟩ ⟨RLM⟩',
    )
    expect(visibleText('a\0b\u001b[31m\ud800')).toBe('a␀b␛[31m\ufffd')
  })
})

describe('A message', () => {
  const render = (text: string) => messageMarkup(text, (number) => html`<sup>${number}</sup>`).toString()

  it('has its citations where the text cites, not in an attribute', () => {
    expect(render(`One${CITATION} [two](https://example.org "t${CITATION}") three${CITATION}`)).toBe(
      '<p>One<sup>0</sup> <a href="https://example.org" title="t" rel="noreferrer noopener nofollow">two</a> three<sup>2</sup></p>\n',
    )
  })

  it('shows a picture on the web as a link, since showing it would tell its owner who reads', () => {
    expect(render('![a river](https://example.org/r.png "at dusk")')).toBe(
      '<p><a href="https://example.org/r.png" rel="noreferrer noopener nofollow">Image: a river</a> (at dusk)</p>\n',
    )
  })

  it('has no heading of its own in the outline of the page, and no style attribute', () => {
    expect(render('# Title')).toBe('<p class="heading h1">Title</p>\n')
    expect(render('|a|b|\n|:-:|--:|\n|1|2|')).toMatch(
      /<th class="center">a<\/th>\s*<th class="right">b<\/th>/,
    )
  })

  it('links addresses with a scheme and no names of files', () => {
    expect(render('see https://example.org/x and README.md')).toBe(
      '<p>see <a href="https://example.org/x" rel="noreferrer noopener nofollow">https://example.org/x</a> and README.md</p>\n',
    )
  })

  it('has colors for code in a language that is known', () => {
    expect(render('```python\nreturn 1\n```')).toContain('<span class="hljs-keyword">return</span>')
    expect(render('```nothing"><b>\n<b>\n```')).toBe('<pre><code>&lt;b&gt;\n</code></pre>\n')
  })
})

describe('A difference', () => {
  it('marks the words that were removed and added', () => {
    expect(textDifference('the old weir', 'the new <weir>').toString()).toBe(
      '<pre>the <del>old</del><ins>new</ins> <ins>&lt;</ins>weir<ins>&gt;</ins></pre>\n',
    )
  })

  it('shows long texts one after the other, the same each time', () => {
    const [before, after] = ['a '.repeat(20_000), 'b '.repeat(20_000)]
    const made = textDifference(before, after).toString()
    expect(made).toMatch(/^<pre><del>a a [^]*<\/del><\/pre>\n<pre><ins>b b /)
    expect(textDifference(before, after).toString()).toBe(made)
  })
})

describe('A large entry', () => {
  const source = (n: number) => ({ type: 'tool_reference', tool: 'web_search', title: `source ${n}` })
  const text = 'A line of a long text.\n'.repeat(6000)
  const content = [0, 1, 2, 3].flatMap((n) => [{ type: 'text', text }, source(n), source(0)])
  const archive = archiveOf([
    { row: { id: 'conv_large' }, entries: [{ type: 'message.output', content }, { type: 'message.input' }] },
  ])

  it('is divided into parts, each of which lists what it cites', () => {
    const [stored] = [...archive.conversations.readAll({})]
    if (stored === undefined) throw new Error('it is not there')
    const conversation = exportedConversation(stored)
    const [page = { from: 0, to: 0, isLarge: false }] = historyPages(conversation.sizes())
    const places = { archived: archive.dependencies, fileAddress: () => '' }
    const parts = Array.from(partsOf(conversation, page, places), (articles) =>
      articlesMarkup(articles).toString(),
    )
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts) {
      const linked = new Set([...part.matchAll(/href="#(source-[\d-]+)"/g)].map(([, id]) => id))
      const listed = [...part.matchAll(/<li id="(source-[\d-]+)"/g)].map(([, id]) => id)
      expect(listed.sort()).toEqual([...linked].sort())
    }
    expect(new Set(parts.join('').match(/>source \d /g))).toEqual(
      new Set(['>source 0 ', '>source 1 ', '>source 2 ', '>source 3 ']),
    )
  })

  it('is whole on a page alone, where every id is there once', async () => {
    const { files } = await exported(archive, 'html', { name: 'alone.html' })
    const ids = [...String(files['out']).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids.length).toBeGreaterThan(5)
    expect(ids).toEqual([...new Set(ids)])
  })
})

describe('Calls and results', () => {
  it('are shown together, also when two calls are open at once', () => {
    const json = [
      { type: 'function.call', tool_call_id: 'a', name: 'first', arguments: '{}' },
      { type: 'function.call', tool_call_id: 'b', name: 'second', arguments: '{}' },
      { type: 'function.result', tool_call_id: 'b', result: 'of b' },
      { type: 'function.result', tool_call_id: 'a', result: 'of a' },
      { type: 'function.result', tool_call_id: 'elsewhere', result: 'alone' },
    ].map((entry) => JSON.stringify(entry))
    const made = articlesMarkup(
      json.map((text, i) => entryArticle(entryView(text), i, [{ content: html`content ${i}` }])),
    ).toString()
    const articles = made.split('<article').slice(1)
    expect(articles.map((article) => [...article.matchAll(/content \d/g)].map(String))).toEqual([
      ['content 0', 'content 3'],
      ['content 1', 'content 2'],
      ['content 4'],
    ])
  })
})
