import { describe, expect, it } from 'vitest'

import { compared, different, textChunk as text, thinking } from '../../support/compared-histories.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'

const image = (url: unknown, more: object = {}) => ({ type: 'image_url', image_url: url, ...more })
const ran = { type: 'tool.execution', name: 'web', arguments: '{}', info: { n: 1 } }

describe('A copy has the same entry in another form:', () => {
  it.each<[what: string, source: unknown, copy: unknown]>([
    ['null and a false prefix for what is absent', asks('a'), { ...asks('a'), prefix: false, info: null }],
    ['the default type', { role: 'user', content: 'a' }, asks('a')],
    ['the default role', { type: 'message.output', content: 'a' }, says('a')],
    [
      'what the service sets',
      { ...says('a'), id: 'x', model: 'm' },
      { ...says('a'), agent_id: 'y', object: 'entry' },
    ],
    ['a field of the service', says('a'), { ...says('a'), safety: 1 }],
    ['a text as a chunk', says('a'), says([text('a')])],
    ['a chunk without a type', says('a'), says([{ text: 'a' }])],
    ['a chunk with null', says([text('a')]), says([{ type: null, text: 'a', mood: null }])],
    ['a text in pieces', says('abc'), says([text('a'), text(''), text('bc')])],
    ['no text as no chunk', says(''), says([])],
    ['another chunk without a type', says([{ mood: 1 }]), says([{ type: 'text', mood: 1 }])],
    ['an image as an object', says([image('u')]), says([image({ url: 'u', detail: null })])],
    ['thinking in pieces', says([thinking([text('ab')])]), says([thinking([text('a'), text('b')])])],
    ['numbers in another notation', { ...ran, info: { n: 1.5 } }, { ...ran, info: { n: 1.5 } }],
    ['arguments as an object', call('a', 'f', '{"b":1,"a":2}'), call('a', 'f', { a: 2, b: 1 })],
    ['arguments that are blank', call('a', 'f', ''), call('a', 'f', '')],
    ['something else than an object', 'bare', 'bare'],
  ])('%s', (_, source, copy) => {
    const { verdict, differences, hashes } = compared([source], [copy])
    expect({ verdict, differences }).toEqual({ verdict: 'identical', differences: [] })
    expect(new Set(Object.values(hashes)).size).toBe(1)
  })
})

describe('A copy has another entry:', () => {
  it.each<[what: string, source: unknown, copy: unknown, path: string]>([
    ['another type', asks('a'), { ...asks('a'), type: 'message.output' }, 'type'],
    ['another role', asks('a'), { ...asks('a'), role: 'assistant' }, 'role'],
    ['a role where it had none', { type: 'message.input', content: 'a' }, asks('a'), 'role'],
    ['a prefix', says('a'), { ...says('a'), prefix: true }, 'prefix'],
    ['another text', says('a'), says('b'), 'content'],
    ['two texts in another order', says('ab'), says([text('b'), text('a')]), 'content'],
    ['an image between texts', says([text('a'), image('u')]), says([image('u'), text('a')]), 'content'],
    [
      'text after an image',
      says([text('a'), image('u'), text('b')]),
      says([text('ab'), image('u')]),
      'content',
    ],
    ['another image', says([image('u')]), says([image('v')]), 'content'],
    ['an image with a detail', says([image('u')]), says([image({ url: 'u', detail: 'low' })]), 'content'],
    ['an image without a URL', says([image({ detail: 'low' })]), says([image('low')]), 'content'],
    ['a chunk with more than text', says([text('a')]), says([text('a', { mood: 1 })]), 'content'],
    ['another chunk with a text', says('a'), says([{ type: 'note', text: 'a' }]), 'content'],
    ['a chunk that is a string', says('a'), says(['a']), 'content'],
    ['another string as a chunk', says(['a']), says(['b']), 'content'],
    ['a list as a chunk', says(['a']), says([['b']]), 'content'],
    ['a chunk without a type and with more than text', says('a'), says([{ text: 'a', mood: 1 }]), 'content'],
    ['another chunk of a type', says([{ type: 'note', a: 1 }]), says([{ a: 1 }]), 'content'],
    ['a text that is a number', says([text('7')]), says([text(7)]), 'content'],
    ['other thinking', says([thinking([text('a')])]), says([thinking([text('b')])]), 'content'],
    ['thinking as text', says([thinking([text('a')])]), says([text('a')]), 'content'],
    ['content that is no list', says({ a: 1 }), says([{ a: 1 }]), 'content'],
    ['other arguments', call('a', 'f', '{"a":1}'), call('a', 'f', { a: 2 }), 'arguments'],
    ['a list as text', call('a', 'f', '[1]'), call('a', 'f', [1]), 'arguments'],
    ['arguments that are cut', call('a', 'f', '{"a":1}'), call('a', 'f', '{"a":'), 'arguments'],
    ['another id', call('a'), call('b'), 'tool_call_id'],
    ['another name', call('a', 'f'), call('a', 'g'), 'name'],
    ['another result', result('a', '1'), result('a', '2'), 'result'],
    ['a result that is no text', result('a', '{"a":1}'), result('a', { a: 1 }), 'result'],
    ['other information', ran, { ...ran, info: { n: 2 } }, 'info'],
    ['a field less', { ...says('a'), mood: 1 }, says('a'), 'mood'],
    ['something else than an object', 'bare', 'base', ''],
  ])('%s', (_, source, copy, path) => {
    expect(different([source], [copy])).toEqual({ position: 0, kind: 'another', path, isHashed: true })
  })
})
