import { describe, expect, it } from 'vitest'

import { rewriteChunk } from '../../../src/replay/plan/rules/rewrite-chunk.ts'

const at = 'content[2]'

/** What is sent for a chunk, as a value, and its losses: kind and path. */
function sentFor(chunk: unknown, keepsThinking = false) {
  const { chunk: sent, losses } = rewriteChunk(JSON.stringify(chunk), at, keepsThinking)
  for (const { kind, after } of losses) {
    if (kind === 'field-dropped' || kind === 'thinking-dropped') expect(after).toBeNull()
    else if (losses.length === 1) expect(after).toBe(sent)
  }
  return {
    sent: sent === null ? null : (JSON.parse(sent) as unknown),
    losses: losses.map(({ kind, path }) => [kind, path]),
  }
}

const text = (words: string) => ({ type: 'text', text: words })
const image = (url: unknown, more: object = {}) => ({ type: 'image_url', image_url: url, ...more })
const scan = (members: object) => ({ type: 'document_url', ...members })
const file = (members: object) => ({ type: 'tool_file', tool: 't', ...members })
const url = 'https://e.org/a.png'

describe('A chunk is sent as it is:', () => {
  it.each<[unknown]>([
    [text('So')],
    [image(url)],
    [image('http://e.org')],
    [image('data:image/png;base64,AA')],
    [image({ url, detail: 'low' })],
    [image({ url, detail: null })],
    [scan({ document_url: url, document_name: 'A' })],
    [scan({ document_url: url, document_name: null })],
  ])('%j', (chunk) => {
    expect(sentFor(chunk)).toEqual({ sent: chunk, losses: [] })
  })

  it('but with its type, if it is a text without one', () => {
    expect(sentFor({ text: 'So' })).toEqual({ sent: text('So'), losses: [] })
    expect(sentFor({ type: null, text: 'So' }).sent).toMatchObject({ text: 'So' })
  })
})

describe('A chunk loses what the API does not accept:', () => {
  it.each<[chunk: object, sent: object, paths: string[]]>([
    [{ ...text('So'), mood: 1, 'a.b': 2, none: null }, text('So'), ['.mood', '["a.b"]']],
    [image(url, { mood: 1 }), image(url), ['.mood']],
    [image({ url, detail: 'huge', size: 3 }), image({ url }), ['.image_url.detail', '.image_url.size']],
    [scan({ document_url: url, document_name: 7 }), scan({ document_url: url }), ['.document_name']],
  ])('%j', (chunk, sent, paths) => {
    const losses = paths.map((path) => ['field-dropped', `${at}${path}`])
    expect(sentFor(chunk)).toEqual({ sent, losses })
  })
})

describe('A chunk becomes a text:', () => {
  const whole = (chunk: unknown) => JSON.stringify(chunk)

  it.each<[chunk: unknown, words: string, kind: string]>([
    [file({ file_id: 'f', file_name: 'delta', file_type: 'png' }), '[file: delta.png]', 'file-noted'],
    [file({ file_id: 'f' }), '[file: f]', 'file-noted'],
    [file({ file_name: 'delta' }), '[file: delta]', 'file-noted'],
    [{ type: 'tool_reference', title: 'News', url }, `[News](${url})`, 'citation-as-text'],
    [{ type: 'tool_reference', title: 'News' }, '[News]', 'citation-as-text'],
    [{ type: 'tool_reference', url }, `[${url}](${url})`, 'citation-as-text'],
    [{ type: 'reference', reference_ids: [7, 'eight'] }, '[7, eight]', 'citation-as-text'],
    [image('/a.png'), '[image: /a.png]', 'address-noted'],
    [image({ url: 'see https://e.org', detail: 'low' }), '[image: see https://e.org]', 'address-noted'],
    [scan({ document_url: '/a', document_name: 'A' }), '[document: A /a]', 'address-noted'],
    [scan({ document_url: '/a' }), '[document: /a]', 'address-noted'],
    [scan({ document_url: '', document_name: '' }), '[document: ]', 'address-noted'],
    ['bare', 'bare', 'unknown-chunk-as-text'],
    [7.5, '7.5', 'unknown-chunk-as-text'],
    [['a'], '["a"]', 'unknown-chunk-as-text'],
    [null, 'null', 'unknown-chunk-as-text'],
  ])('%j', (chunk, words, kind) => {
    expect(sentFor(chunk)).toEqual({ sent: text(words), losses: [[kind, at]] })
  })

  it.each<[unknown]>([
    [{ type: 'hologram', text: 'So' }],
    [{ type: 7, text: 'So' }],
    [{ type: 'toString', text: 'So' }],
    [{ type: 'text', text: 7 }],
    [{ type: 'text' }],
    [image(7)],
    [image({ detail: 'low' })],
    [image(undefined)],
    [scan({ document_name: 'A' })],
    [scan({ document_url: 7 })],
    [file({})],
    [{ type: 'tool_reference', tool: 't' }],
    [{ type: 'reference', reference_ids: [] }],
    [{ type: 'reference' }],
  ])('the JSON of %j, of which the API would refuse everything else', (chunk) => {
    expect(sentFor(chunk)).toEqual({ sent: text(whole(chunk)), losses: [['unknown-chunk-as-text', at]] })
  })
})

describe('A signed link', () => {
  it.each(['sig=1', 'a=1&sig=x', 'Signature=x', 'X-Amz-Signature=x', 'x-goog-signature=x'])(
    'is declared: ?%s',
    (query) => {
      for (const chunk of [image(`${url}?${query}`), image({ url: `${url}?${query}` })])
        expect(sentFor(chunk)).toEqual({ sent: chunk, losses: [['signed-link', at]] })
      const document = scan({ document_url: `${url}?${query}` })
      expect(sentFor({ ...document, mood: 1 })).toEqual({
        sent: document,
        losses: [
          ['field-dropped', `${at}.mood`],
          ['signed-link', at],
        ],
      })
    },
  )

  it('is one with a signature in its query', () => {
    for (const chunk of [image(`${url}?design=1`), image(`${url}/sig=1`), text(`${url}?sig=1`)])
      expect(sentFor(chunk)).toEqual({ sent: chunk, losses: [] })
    const long = image(`data:image/png;base64,${'A'.repeat(17_000)}?sig=1`)
    expect(sentFor(long).losses).toEqual([])
  })
})

describe('Thinking', () => {
  const citation = { type: 'tool_reference', title: 'News', url }
  const references = { type: 'reference', reference_ids: [7] }
  const thinking = (parts: unknown, more: object = {}) => ({ type: 'thinking', thinking: parts, ...more })

  it('is dropped for a model that does not reason, and if it has no parts', () => {
    const dropped = { sent: null, losses: [['thinking-dropped', at]] }
    expect(sentFor(thinking([text('hm')]))).toEqual(dropped)
    expect(sentFor(thinking('hm'), true)).toEqual(dropped)
    expect(sentFor({ type: 'thinking' }, true)).toEqual(dropped)
  })

  it('is sent with text and references, but without its signature', () => {
    const given = thinking([text('hm'), references], { closed: true })
    expect(sentFor(given, true)).toEqual({ sent: given, losses: [] })
    expect(sentFor({ ...given, signature: 's', closed: 'yes' }, true)).toEqual({
      sent: thinking([text('hm'), references]),
      losses: [
        ['field-dropped', `${at}.closed`],
        ['field-dropped', `${at}.signature`],
      ],
    })
  })

  it('may have parts that become text', () => {
    const image = { type: 'image_url', image_url: url }
    const inner = thinking([text('deep')])
    const parts = [{ ...text('a'), mood: 1 }, citation, image, inner, 'bare', { type: 'reference' }]
    expect(sentFor(thinking(parts), true)).toEqual({
      sent: thinking([
        ...[text('a'), text(`[News](${url})`), text(JSON.stringify(image)), text(JSON.stringify(inner))],
        ...[text('"bare"'), text('{"type":"reference"}')],
      ]),
      losses: [
        ['field-dropped', `${at}.thinking[0].mood`],
        ['citation-as-text', `${at}.thinking[1]`],
        ...[2, 3, 4, 5].map((i) => ['unknown-chunk-as-text', `${at}.thinking[${i}]`]),
      ],
    })
  })
})
