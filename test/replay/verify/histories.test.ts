import { describe, expect, it } from 'vitest'

import type { Loss } from '../../../src/replay/loss.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { excerpts } from '../../../src/replay/verify/difference.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'

const ROW = '{"id":"conv_1","model":"m"}'
const STAMPED = '{"id":"conv_2","model":"m","metadata":{"hansard_replay":"s"}}'

interface Facts {
  readonly losses?: readonly Loss[]
  readonly generated?: readonly string[]
}

/** Compares a history with the entries of a copy. */
function compared(
  source: readonly unknown[],
  copy: readonly unknown[],
  { losses = [], generated }: Facts = {},
) {
  const texts = (entries: readonly unknown[]) => entries.map((each) => JSON.stringify(each))
  return compareCopy(
    { mode: 'history', stamp: 's', losses, generated, source: { row: ROW, entries: texts(source) } },
    { row: STAMPED, entries: texts(copy) },
  )
}

function different(source: readonly unknown[], copy: readonly unknown[], facts?: Facts) {
  const { verdict, differences, hashes } = compared(source, copy, facts)
  expect(verdict).toBe('different')
  const [first] = differences
  return {
    entry: first?.entry,
    kind: first?.kind,
    path: first?.path,
    isHashed: hashes.target !== hashes.expected,
  }
}

const text = (words: unknown, more: object = {}) => ({ type: 'text', text: words, ...more })
const image = (url: unknown, more: object = {}) => ({ type: 'image_url', image_url: url, ...more })
const thinking = (parts: unknown) => ({ type: 'thinking', thinking: parts })
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
    expect(different([source], [copy])).toEqual({ entry: 0, kind: 'another', path, isHashed: true })
  })
})

const [a, b, c] = [asks('a'), says('b'), asks('c')]

describe('The entries of a copy', () => {
  it.each<[what: string, copy: unknown[], entry: number, kind: string]>([
    ['lack the first', [b, c], 0, 'missing'],
    ['lack one', [a, c], 1, 'missing'],
    ['lack the last', [a, b], 2, 'missing'],
    ['lack all', [], 0, 'missing'],
    ['are in another order', [b, a, c], 0, 'moved'],
    ['have one more before the first', [says('x'), a, b, c], 0, 'added'],
    ['have one more', [a, asks('x'), b, c], 1, 'added'],
    ['have one more at the end', [a, b, c, asks('x')], 3, 'added'],
    ['have a result at the end', [a, b, c, says('x'), result('x')], 3, 'added'],
    ['have other ones', [a, asks('x'), c], 1, 'another'],
    ['have two other ones', [asks('x'), asks('y'), c], 0, 'another'],
  ])('%s', (_, copy, entry, kind) => {
    expect(different([a, b, c], copy)).toMatchObject({ entry, kind, isHashed: true })
  })

  it('end with what the target generated', () => {
    const { verdict, generated, since } = compared([a, b, c], [a, b, c, says('x'), call('x')])
    expect({ verdict, generated, since }).toEqual({ verdict: 'identical', generated: 2, since: 0 })
  })

  it('may be continued since, if the receipt shows what the target generated', () => {
    const id = (name: string, entry: object) => ({ id: name, ...entry })
    const copy = [
      id('i', a),
      id('g1', says('x')),
      id('g2', says('y')),
      id('z', asks('More?')),
      id('g3', says('z')),
    ]
    const { verdict, generated, since } = compared([a], copy, { generated: ['g1', 'g2'] })
    expect({ verdict, generated, since }).toEqual({ verdict: 'identical', generated: 2, since: 2 })
    expect(compared([a], copy.slice(0, 1), { generated: [] })).toMatchObject({ generated: 0, since: 0 })
    const stray = [id('i', a), id('s', says('x')), id('g1', says('y'))]
    expect(different([a], stray, { generated: ['g1'] })).toMatchObject({ entry: 1, kind: 'added' })
  })

  it('are not what the target generated, even if that is equal', () => {
    const copy = [a, { id: 'g1', ...b }]
    const found = different([a, b], copy, { generated: ['g1'] })
    expect(found).toMatchObject({ entry: 1, kind: 'another', path: '' })
    expect(compared([a, b], copy, { generated: ['g2'] }).verdict).toBe('identical')
  })

  it('are none if the target has no such conversation', () => {
    const { verdict, differences, hashes } = compareCopy(
      { mode: 'history', stamp: 's', losses: [], source: { row: ROW, entries: [JSON.stringify(a)] } },
      undefined,
    )
    expect({ verdict, kind: differences[0]?.kind }).toEqual({ verdict: 'different', kind: 'gone' })
    expect(hashes).toMatchObject({ target: null, expected: hashes.source })
  })
})

/** A loss of a whole entry. */
const lost = (kind: Loss['kind'], position: number, before: unknown, ...after: unknown[]): Loss => ({
  ...{ kind, position, id: null, path: '' },
  before: before === null ? null : JSON.stringify(before),
  after: after.length === 0 ? null : JSON.stringify(after),
})

describe('Calls and their results', () => {
  const [X, Y] = ['xxxxxxxxx', 'yyyyyyyyy'] as const
  const renamed = (position: number, from: string, to: string): Loss => ({
    ...{ kind: 'call-renamed', position, id: null, path: 'tool_call_id' },
    ...{ before: JSON.stringify(from), after: JSON.stringify(to) },
  })
  const noted = (kind: 'call-as-text' | 'result-as-text', position: number, entry: { type: string }) => {
    const note = says(`${entry.type} ${JSON.stringify(entry)}`)
    return { note, loss: lost(kind, position, entry, note) }
  }

  it('may both get another id, but not only one of them', () => {
    const source = [call('c1'), result('c1')]
    const losses = [renamed(0, 'c1', X), renamed(1, 'c1', X)]
    expect(compared(source, [call(X), result(X)], { losses }).verdict).toBe('equivalent')
    const apart = [renamed(0, 'c1', X), renamed(1, 'c1', Y)]
    expect(different(source, [call(X), result(Y)], { losses: apart })).toMatchObject({
      entry: 0,
      kind: 'apart',
    })
  })

  it('may not get the id of another call', () => {
    const source = [call('c1'), call('c2'), result('c1'), result('c2')]
    const shared = [0, 1, 2, 3].map((i) => renamed(i, i % 2 === 0 ? 'c1' : 'c2', X))
    const { differences } = compared(source, [call(X), call(X), result(X), result(X)], { losses: shared })
    expect(differences.map(({ entry, kind }) => [entry, kind])).toEqual([
      [0, 'apart'],
      [1, 'apart'],
    ])
    const own = [call(X), result(X), call(X), result(X)]
    expect(compared(own, own).verdict).toBe('identical')
  })

  it('may both become text, but not only one of them', () => {
    const [one, other] = [call(X), result(X)]
    const [first, second] = [noted('call-as-text', 0, one), noted('result-as-text', 1, other)]
    const both = { losses: [first.loss, second.loss] }
    expect(compared([one, other], [first.note, second.note], both).verdict).toBe('equivalent')
    const half = { losses: [first.loss] }
    expect(different([one, other], [first.note, other], half)).toMatchObject({ entry: 0, kind: 'apart' })
    const rest = { losses: [second.loss] }
    expect(different([one, other], [one, second.note], rest)).toMatchObject({ entry: 0, kind: 'apart' })
  })

  it('belong together by group, whatever comes between: an id may be used again', () => {
    const source = [call('c1'), a, call('c1'), { type: 'agent.handoff', agent_name: 'g' }, result('c1')]
    const first = noted('call-as-text', 0, call('c1'))
    const dropped = lost('handoff-dropped', 3, source[3])
    const losses = [first.loss, renamed(2, 'c1', X), dropped, renamed(4, 'c1', X)]
    expect(compared(source, [first.note, a, call(X), result(X)], { losses }).differences).toEqual([])
  })

  it('do not belong to a call without a name', () => {
    const unnamed = call(X, null)
    const second = noted('result-as-text', 1, result(X))
    expect(
      compared([unnamed, result(X)], [unnamed, second.note], { losses: [second.loss] }).differences,
    ).toEqual([])
  })
})

describe('A declared loss', () => {
  const nudge = asks('OK?')

  it('is added at the end, and must be there', () => {
    const losses = [lost('tail-nudged', 1, null, nudge)]
    expect(compared([b], [b, nudge], { losses }).verdict).toBe('equivalent')
    expect(different([b], [b], { losses })).toMatchObject({ entry: 1, kind: 'missing' })
    expect(different([b], [b, asks('KO?')], { losses })).toMatchObject({ entry: 1, kind: 'another' })
  })

  it('that is false counts as a difference, even if the copy does the same', () => {
    expect(different([a, b], [a], { losses: [lost('handoff-dropped', 1, b)] })).toMatchObject({
      ...{ entry: 1, kind: 'false-loss' },
    })
    const beyond = compared([a], [a, nudge], { losses: [lost('tail-nudged', 7, a, nudge)] })
    expect(beyond.differences).toMatchObject([{ entry: 7, kind: 'false-loss' }])
  })

  it('that is false is not applied', () => {
    const loss: Loss = { ...lost('field-dropped', 0, null), path: 'content', before: '"a"' }
    const kinds = (copy: object) =>
      compared([a], [copy], { losses: [loss] }).differences.map(({ kind }) => kind)
    expect(kinds(a)).toEqual(['false-loss'])
    expect(kinds({ ...a, content: undefined })).toEqual(['false-loss', 'another'])
  })

  it('may follow another one of the same entry', () => {
    const given = says([thinking([text('hm')])])
    const thought = { ...lost('thinking-dropped', 0, thinking([text('hm')])), path: 'content[0]' }
    const both = { losses: [thought, lost('empty-message-dropped', 0, given)] }
    expect(compared([given, a], [a], both).differences).toEqual([])
    const only = { losses: both.losses.slice(1) }
    expect(compared([given, a], [a], only).differences).toMatchObject([{ entry: 0, kind: 'false-loss' }])
    const recall = { type: 'memory.recall', of: 'x' }
    const note = says('memory.recall {"of":"x"}')
    const prefix = { ...note, type: 'message.input', prefix: true }
    const losses = [lost('unknown-entry-as-text', 0, recall, note), lost('tail-as-prefix', 0, recall, prefix)]
    expect(compared([recall], [prefix], { losses }).differences).toEqual([])
  })

  it('of the last answer is false if something after it is sent', () => {
    const anew = (position: number) => lost('tail-asked-anew', position, b)
    expect(compared([a, b, b], [a], { losses: [anew(1), anew(2)] }).verdict).toBe('equivalent')
    expect(different([a, b, c], [a, c], { losses: [anew(1)] })).toMatchObject({
      entry: 1,
      kind: 'false-loss',
    })
  })

  it('adds an answer between a result and a user message only', () => {
    const added = says('[no answer]')
    const loss = (position: number) => lost('answer-added', position, null, added)
    const [first, second] = [call('xxxxxxxxx'), result('xxxxxxxxx')]
    const check = (source: unknown[], copy: unknown[], position: number) =>
      compared(source, copy, { losses: [loss(position)] }).differences.map(({ kind }) => kind)
    expect(check([first, second, a], [first, second, added, a], 2)).toEqual([])
    expect(check([first, second, b], [first, second, added, b], 2)).toEqual(['false-loss'])
    expect(check([a, c], [a, added, c], 1)).toEqual(['false-loss'])
    const prompted = { ...a, role: 'assistant' }
    expect(check([first, second, prompted], [first, second, added, prompted], 2)).toEqual(['false-loss'])
    expect(check([a], [added, a], 0)).toEqual(['false-loss'])
  })
})

describe('Differences', () => {
  it('are in the order of the entries, those of the row last', () => {
    const entries = [a, b, c].map((each) => JSON.stringify(each))
    const losses = [
      { ...lost('model-mapped', 0, null), position: null },
      ...[lost('handoff-dropped', 2, c), lost('handoff-dropped', 0, a)],
    ]
    const { differences } = compareCopy(
      { mode: 'history', stamp: 's', losses, source: { row: ROW, entries } },
      { row: STAMPED, entries: entries.toSpliced(1, 1) },
    )
    expect(differences.map(({ entry }) => entry)).toEqual([0, 1, 2, null])
  })

  it('show what is expected and what is found', () => {
    const shown = (source: unknown[], copy: unknown[]) => {
      const { detail, expected, found } = compared(source, copy).differences[0] ?? {}
      return { detail, expected, found }
    }
    const form = (type: string, role: string, words: string) =>
      JSON.stringify([
        ['content', JSON.stringify([words])],
        ['role', `"${role}"`],
        ['type', `"${type}"`],
      ]).slice(0, 90)
    expect(shown([a, b], [a])).toEqual({
      ...{ detail: 'missing: message.output', found: null },
      expected: expect.stringContaining(form('message.output', 'assistant', 'b').slice(0, 60)) as string,
    })
    expect(shown([a], [a, asks('x')])).toMatchObject({
      ...{ detail: 'unexpected entry before this position: message.input', expected: null },
      found: expect.stringContaining('x') as string,
    })
    expect(shown([a, b], [b, a])).toMatchObject({
      expected: expect.stringContaining('a') as string,
      found: null,
    })
    expect(shown([{ type: 7 }], [])).toMatchObject({ detail: 'missing: an entry without a type' })
    expect(shown([says('a')], [{ ...asks('b') }])).toEqual({
      ...{ detail: 'differs in type, role, content', expected: '"message.output"', found: '"message.input"' },
    })
    const generated = compared([b], [{ id: 'g', ...b }], { generated: ['g'] }).differences[0]
    expect(generated?.detail).toBe('the entry there was generated, not sent')
  })

  it('are cut around the first difference', () => {
    const [one, other] = [`${'x'.repeat(40)}a${'y'.repeat(200)}`, `${'x'.repeat(40)}b`]
    expect(excerpts(one, other)).toEqual({
      expected: `…${'x'.repeat(30)}a${'y'.repeat(89)}…`,
      found: `…${'x'.repeat(30)}b`,
    })
    expect(excerpts(`a${'y'.repeat(89)}`, 'b')).toEqual({ expected: `a${'y'.repeat(89)}`, found: 'b' })
    expect(excerpts('same', 'same and more')).toEqual({ expected: 'same', found: 'same and more' })
    expect(excerpts(undefined, 'x')).toEqual({ expected: null, found: 'x' })
    expect(excerpts('x', undefined)).toEqual({ expected: 'x', found: null })
  })
})
