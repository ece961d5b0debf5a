import { describe, expect, it } from 'vitest'

import { parseEntryList, parsePage } from '../../src/backup/fetch/parse-response.ts'

const answer = (text: string) => ({ text, json: JSON.parse(text) as unknown })
const history = (entries: string) => `{"conversation_id":"conv_1","object":"list","entries":${entries}}`

describe('A response of an unexpected shape is refused with its whole body:', () => {
  it.each(['null', '{}', '{"data":[]}', '"[]"', '7'])('a page of the listing that is %s', (text) => {
    expect(() => parsePage(answer(text))).toThrow(
      expect.objectContaining({
        code: 'unexpected-shape',
        message: expect.stringContaining('not an array') as string,
        body: text,
      }) as Error,
    )
  })

  it.each(['{"object":"list"}', '{"object":"list","data":{}}', '{"object":"error","data":[]}'])(
    'a page of the listing in an envelope without a list: %s',
    (text) => {
      expect(() => parsePage(answer(text))).toThrow('not an array')
    },
  )

  it.each(['null', '7', '"entries"', '[]', '{}', history('null'), history('{}')])(
    'a history that is %s',
    (text) => {
      expect(() => parseEntryList(answer(text), 'entries', 'conv_1')).toThrow(
        expect.objectContaining({
          code: 'unexpected-shape',
          message: expect.stringContaining('no list of entries') as string,
          body: text,
        }) as Error,
      )
    },
  )

  it('a history of another conversation, with its id', () => {
    expect(() => parseEntryList(answer(history('[]')), 'entries', 'conv_2')).toThrow('conversation: "conv_1"')
  })

  it('a history with an entry that is not an object, with its position', () => {
    expect(() => parseEntryList(answer(history('[{},7]')), 'entries', 'conv_1')).toThrow(
      'entry 1 is not an object',
    )
  })
})

it('A history is split into its envelope and entries, without white space between tokens', () => {
  expect(parseEntryList(answer(history('[ {"a": 1.0} , {} ]')), 'entries', 'conv_1')).toEqual({
    envelope: history('[]'),
    entries: ['{"a":1.0}', '{}'],
    values: [{ a: 1 }, {}],
  })
})

describe('A page of the listing', () => {
  const rows = '[ {"id": "a", "n": 1.10} , 7 ]'
  const texts = ['{"id":"a","n":1.10}', '7']

  it('is read from a bare array', () => {
    expect(parsePage(answer(rows))).toEqual({ rows: [{ id: 'a', n: 1.1 }, 7], texts, saysMore: false })
  })

  it('is read from an envelope, which may say that more rows follow', () => {
    for (const more of [true, false]) {
      const text = `{"object":"list","has_more":${more},"data":[],"data":${rows}}`
      expect(parsePage(answer(text))).toMatchObject({ texts, saysMore: more })
    }
  })
})
