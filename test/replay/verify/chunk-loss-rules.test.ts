import { describe, expect, it } from 'vitest'

import { call, problemOf, result, says, type Declared } from '../../support/declared-loss.ts'

type Kind = Parameters<typeof problemOf>[0]

/** A loss of a chunk that may be declared, or may not. */
type Case = [what: string, chunk: unknown, declared?: Declared]

const text = (words: string) => ({ type: 'text', text: words })
const news = { type: 'tool_reference', title: 'News', url: 'https://e.org' }
const ids = (list: unknown) => ({ type: 'reference', reference_ids: list })
const file = (members: object) => ({ type: 'tool_file', ...members })
const image = (url: unknown) => ({ type: 'image_url', image_url: url })
const scan = (members: object) => ({ type: 'document_url', ...members })
const sends = (words: string): Declared => ({ after: text(words) })
const deep = Array.from({ length: 110 }).reduce<unknown>((inner) => ({ z: inner, a: 1 }), { b: 1, a: 2 })
const long = 'x'.repeat(600)
const cut = (chunk: object) => `${JSON.stringify(chunk).slice(0, 500)}…`
const hologram = { type: 'hologram', depth: 1 }

const rules: Partial<Record<Kind, { allowed: Case[]; refused: Case[] }>> = {
  'citation-as-text': {
    allowed: [
      ['with title and address', news, sends('[News](https://e.org)')],
      ['with its numbers', ids([7, 'eight']), sends('[7, eight]')],
      ['without a null among its numbers', ids([null, 0]), sends('[0]')],
      ['with what is no list', ids('seven'), sends('[seven]')],
      ['without words if it has none', { type: 'reference' }, sends('[]')],
    ],
    refused: [
      ['without its title', news, sends('(https://e.org)')],
      ['without its address', news, sends('[News]')],
      ['without a number', ids([7, 8]), sends('[7]')],
      ['without what is no list', ids('seven'), sends('[]')],
      ['of which nothing is sent', news],
      ['sent as another chunk', news, { after: { ...text('[News](https://e.org)'), type: 'thinking' } }],
      ['of a text', text('News'), sends('News')],
      ['of a file', file({ title: 'News' }), sends('News')],
    ],
  },
  'file-noted': {
    allowed: [
      ['with its name', file({ file_name: 'a', file_type: 'png', file_id: 'f' }), sends('[file: a]')],
      ['with its type', file({ file_type: 'png', file_id: 'f' }), sends('[file: png]')],
      ['with its id', file({ file_id: 'f' }), sends('[file: f]')],
    ],
    refused: [
      ['without its name', file({ file_name: 'a', file_type: 'png' }), sends('[file: png]')],
      ['without its type', file({ file_type: 'png', file_id: 'f1' }), sends('[file: f1]')],
      ['without anything', file({}), sends('[file]')],
      ['of a citation', { ...news, file_name: 'a' }, sends('a')],
    ],
  },
  'address-noted': {
    allowed: [
      ['of an image', image('/a.png'), sends('[image: /a.png]')],
      ['of an image in an object', image({ url: 'ftp://a' }), sends('[image: ftp://a]')],
      ['of a document', scan({ document_url: '/a', document_name: 'A' }), sends('[A: /a]')],
      ['of a document without a name', scan({ document_url: '/a' }), sends('[/a]')],
    ],
    refused: [
      ['of an image that can be sent', image('https://e.org/a'), sends('https://e.org/a')],
      ['of an image in an object that can be sent', image({ url: 'http://e' }), sends('http://e')],
      ['of data', image('data:image/png;base64,AA'), sends('data:image/png;base64,AA')],
      ['without its address', image('/a.png'), sends('[image]')],
      ['without its name', scan({ document_url: '/a', document_name: 'A' }), sends('[/a]')],
      ['without an address', image(7), sends('[image: 7]')],
      ['of a citation', { ...news, document_url: '/a' }, sends('/a')],
    ],
  },
  'thinking-dropped': {
    allowed: [['of which nothing is sent', { type: 'thinking', thinking: [] }]],
    refused: [
      ['of which something is sent', { type: 'thinking', thinking: [] }, sends('hm')],
      ['of a text', text('x')],
      ['of a string', 'x'],
      ['of a chunk without a type', { text: 'x' }],
    ],
  },
  'unknown-chunk-as-text': {
    allowed: [
      ['as its JSON', hologram, sends('{"depth":1, "type":"hologram"}')],
      ['of a string', 'x', sends('x')],
      [
        'of an unknown chunk with a text',
        { ...text('x'), type: 'hologram' },
        sends('{"type":"hologram","text":"x"}'),
      ],
      ['of a text that is none', { type: 'text', text: 7 }, sends('{"type":"text","text":7}')],
      ['as its JSON, however deep', deep, sends(JSON.stringify(deep))],
      ['of a number, as it is', 1.5, sends('1.5')],
    ],
    refused: [
      ['as other JSON', hologram, sends('{"depth":2,"type":"hologram"}')],
      [
        'cut like the quote of a long chunk',
        { ...hologram, long },
        { before: cut({ ...hologram, long }), ...sends(cut({ ...hologram, long })) },
      ],
      ['as no JSON', hologram, sends('hologram')],
      ['of another string', 'x', sends('y')],
      ['of which nothing is sent', hologram],
      ['of a text', text('x'), sends('{"type":"text","text":"x"}')],
      ['of a text without a type', { text: 'x' }, sends('{"text":"x"}')],
    ],
  },
  'signed-link': {
    allowed: [['sent as it is', image('https://e.org?sig=1'), { after: image('https://e.org?sig=1') }]],
    refused: [
      ['to another place', image('https://e.org?sig=1'), { after: image('https://e.org') }],
      ['of which nothing is sent', image('https://e.org?sig=1')],
    ],
  },
}

const holder = (chunk: unknown) => says([text('So'), chunk])

describe.each(Object.entries(rules))('The loss %s', (kind, { allowed, refused }) => {
  it.each(allowed)('is true %s', (_, chunk, declared) => {
    expect(problemOf(kind as Kind, holder(chunk), { path: 'content[1]', ...declared })).toBeUndefined()
  })

  it.each(refused)('is false %s', (_, chunk, declared) => {
    const problem = problemOf(kind as Kind, holder(chunk), { path: 'content[1]', ...declared })
    expect(problem).toEqual(expect.any(String))
  })
})

describe('A chunk', () => {
  it('is found in the content or in the thinking, not in another member', () => {
    const link = image('https://e.org?sig=1')
    const entry = {
      ...says([{ ...hologram, deep: link }]),
      info: [hologram, link],
      thinking: [hologram, link],
    }
    const of = (kind: Kind, path: string, after: unknown) => problemOf(kind, entry, { path, after })
    const sent = text(JSON.stringify(hologram))
    expect(of('unknown-chunk-as-text', 'thinking[0]', sent)).toBeUndefined()
    expect(of('unknown-chunk-as-text', 'info[0]', sent)).toEqual(expect.any(String))
    expect(of('unknown-chunk-as-text', 'content', text(JSON.stringify(entry.content)))).toBeDefined()
    expect(of('signed-link', 'content[0].deep', link)).toBeDefined()
    expect(of('signed-link', 'thinking[1]', link)).toBeUndefined()
    expect(of('signed-link', 'info[1]', link)).toEqual(expect.any(String))
  })

  it('with a link is sent, unless an earlier loss removed it', () => {
    const link = image('https://e.org?sig=1')
    const declared = { path: 'content[1]', after: link }
    expect(problemOf('signed-link', holder(link), { ...declared, sent: says([]) })).toBeDefined()
  })
})

describe('A field', () => {
  const thought = { type: 'thinking', thinking: [{ ...text('hm'), mood: 1 }], signature: 's' }
  const chunks = [{ ...text('x'), mood: 1 }, image({ url: '/a', detail: 'low' }), thought, ids([7])]
  const entry = { ...says([...chunks, scan({ document_url: '/a', document_name: 'A' })]), mood: 1 }
  const ran = { type: 'tool.execution', name: 'web', arguments: '{}', info: {}, function: 'f' }
  const drop = (of: object, path: string) => problemOf('field-dropped', of, { path })

  it.each([
    [entry, ['mood', 'content[0].mood', 'content[1].image_url.detail', 'content[2].signature']],
    [entry, ['content[2].thinking[0].mood', 'content[4].document_name', 'content[5].mood']],
    [ran, ['function']],
    [{ ...call('a'), info: 1, result: 1 }, ['info', 'result']],
    [{ ...result('a'), name: 'f', content: 1 }, ['name', 'content']],
    [{ type: 'memory.recall', memories: [], result: 1 }, ['memories', 'result']],
  ])('of %j may be dropped: %j', (of, paths) => {
    for (const path of paths) expect({ path, problem: drop(of, path) }).toEqual({ path })
  })

  it.each([
    [entry, ['type', 'role', 'content', 'content[0].type', 'content[0].text', 'content[1].image_url']],
    [entry, ['content[1].image_url.url', 'content[2].thinking', 'content[2].thinking[0].text']],
    [entry, ['content[3].reference_ids', 'content[4].document_url', 'content[4].type']],
    [{ type: 'message.input', content: 'x', role: 'user' }, ['content', 'role']],
    [ran, ['type', 'name', 'arguments', 'info']],
    [call('a'), ['type', 'tool_call_id', 'name', 'arguments']],
    [result('a'), ['type', 'tool_call_id', 'result']],
    [{ type: 'memory.recall' }, ['type']],
  ])('of %j holds content: %j', (of, paths) => {
    for (const path of paths)
      expect({ path, problem: drop(of, path) }).toEqual({ path, problem: expect.any(String) })
  })

  it('is not dropped if something is sent instead', () => {
    expect(problemOf('field-dropped', entry, { path: 'mood', after: 2 })).toEqual(expect.any(String))
  })
})
