import fc from 'fast-check'
import { describe, expect } from 'vitest'

import { archiveOf } from '../support/archives.ts'
import { exported, type Exported } from '../support/exports.ts'
import { hostileText, wordsOf } from '../support/hostile-markdown.ts'
import { textOf } from '../support/markdown-reader.ts'
import { markdownReaders, strangeIn } from '../support/markdown-readers.ts'
import { itReadsWith, itWithNode, type OutsideReader } from '../support/outside-readers.ts'

/** URLs that readers end at different places. */
const HOSTILE = [
  'http://x.example<img src=x onerror=alert(1)>',
  'see http://x.example\\<img src=x onerror=alert(1)> there',
  'http://x`<img src=x onerror=alert(1)>`',
  'http://x/\\![a b](javascript:alert(1))',
  'http://x/\\[a b](javascript:alert(1))',
  'http://x\\`<img src=x onerror=y>`',
  'www.x.example`<img src=x onerror=y>`',
  'www.x.example<img src=x onerror=y>',
  'ftp://x.example/a ftp://x`<img src=x onerror=y>`',
  'xmpp:a@b.example //evil.example/share (//evil.example)',
  'a@b.example<img src=x onerror=y>',
  '![a picture](https://example.org/track.png)',
  '![a picture][1]\n\n[1]: https://example.org/track.png',
  'http://x![a picture](https://example.org/track.png)',
  '[http://x`<img src=x onerror=y>`](https://example.org)',
  '[http://x`<img src=x onerror=y>`',
  '| a |\n|---|\n| http://x`<img src=x onerror=y>` | word9 |',
  '| a | b |\n|---|---|\n| `x | <img src=x onerror=y>` |',
  '- [ ] open\n- [x] done',
  '<img src=x onerror=y',
  '<!-- a',
  '1 <2 a<b <c',
  '<https://example.org/`><img src=x onerror=y>`',
  '[x]: <img> "y"\n[x]',
  '```html\n<b>\n```\n\n    <i>\n',
  '> ```\n<img src=x onerror=y>\n```',
  '- ```\n<img src=x onerror=y>\n```',
  '* a\n\n      <img src=x onerror=y>',
  '`a\n\n<img src=x onerror=y>`',
  '\\`<img src=x onerror=y>`',
  '``a`<img src=x onerror=y>``',
  '&lt;img src=x&gt; &#60;img src=x&#62;',
  '[a](<b`c> `<img src=x onerror=y>`)',
  'a\r<img src=x onerror=y>',
]

const piece = fc.oneof(
  { weight: 2, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
)
const text = fc
  .array(
    fc.oneof(
      piece,
      fc.constantFrom('http://', 'https://x.example', 'www.', 'ftp://x', '//x.example', 'a@b.example', ' '),
    ),
    {
      maxLength: 4,
    },
  )
  .map((pieces) => pieces.join(''))

describe('A page has no foreign HTML, link or image, and loses no letter,', () => {
  for (const [name, render] of Object.entries(markdownReaders)) {
    const it = name === 'cmark-gfm' ? itReadsWith : itWithNode
    it(name as OutsideReader, 'in every field of a conversation', async () => {
      for (const one of HOSTILE) await check(one, render)
    })

    it(name as OutsideReader, 'for any generated text', async () => {
      await fc.assert(
        fc.asyncProperty(text, (one) => check(one, render)),
        { numRuns: RUNS, seed: 10 },
      )
    })
  }
})

const RUNS = Number(process.env['RUNS'] ?? 15)

async function check(text: string, render: (page: string) => string): Promise<void> {
  const made = await exported(archiveOf([conversation(text)]), 'markdown')
  for (const path of Object.keys(made.files).filter((path) => path.endsWith('.md'))) {
    const page = String(made.files[path])
    // With its front matter, since some readers do not know it.
    const html = render(page)
    expect({ text, path, strange: strangeIn(html, isOwn(path, made)) }).toEqual({ text, path, strange: [] })
    if (path === 'index.md') continue
    expect({ text, words: wordsOf(textOf(html)) }).toEqual({
      text,
      words: expect.arrayContaining(wordsOf(text)),
    })
  }
}

function conversation(text: string) {
  const said = (content: unknown) => ({ type: 'message.output', role: 'assistant', content })
  return {
    row: { id: 'conv_1', name: text, instructions: text, description: text, metadata: { text }, model: text },
    entries: [
      said(text),
      said([
        { type: 'text', text },
        { type: 'tool_reference', tool: text, title: text, url: text, description: text },
        { type: 'text', text },
        { type: 'thinking', thinking: [{ type: 'text', text }] },
        { type: 'image_url', image_url: text },
        { type: 'document_url', document_url: text, document_name: text },
        { type: 'document_url', document_url: 'data:text/plain,x', document_name: text },
        { type: 'tool_file', file_id: 'f', file_name: text, file_type: 'txt' },
        { type: text, text },
      ]),
      { type: 'function.call', name: text, tool_call_id: text, arguments: text, confirmation_status: text },
      { type: 'function.result', tool_call_id: text, result: text },
      { type: 'tool.execution', name: text, info: { code: text, code_output: text, other: text } },
      { type: 'agent.handoff', agent_name: text, agent_id: text },
      { type: text, text },
    ],
  }
}

function isOwn(page: string, { files }: Exported): (target: string) => boolean {
  return (target) => {
    try {
      return files[decodeURIComponent(page.replace(/[^/]*$/, '') + target)] !== undefined
    } catch {
      return false
    }
  }
}
