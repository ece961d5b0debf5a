import { describe, expect, it } from 'vitest'

import type { Loss } from '../../../src/replay/loss.ts'
import type { Replayed } from '../../../src/replay/verify/certificate.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'

type Entry = Record<string, unknown>

const source: Entry[] = [
  { role: 'user', content: 'How high is the river?' }, // 0
  { type: 'function.call', tool_call_id: 'aaaaaaaaa', name: 'gauge', arguments: '{}' }, // 1
  { type: 'function.result', tool_call_id: 'aaaaaaaaa', result: '4.2 m' }, // 2
  { type: 'message.output', role: 'assistant', content: 'It is 4.2 m high.' }, // 3
  { role: 'user', content: 'And' }, // 4
  { role: 'user', content: 'tomorrow?' }, // 5
  { type: 'message.output', role: 'assistant', content: 'Nobody knows.' }, // 6
]

const target: Entry[] = [
  { id: 'i0', role: 'user', content: 'How high is the river?' },
  { id: 'g1', type: 'function.call', tool_call_id: 'xxxxxxxxx', name: 'gauge', arguments: '{"at":"ford"}' },
  { id: 'r2', type: 'function.result', tool_call_id: 'xxxxxxxxx', result: '4.2 m' },
  { id: 'g3', type: 'message.output', role: 'assistant', content: 'Four metres.' },
  { id: 'i4', role: 'user', content: 'And' },
  { id: 'i5', role: 'user', content: 'tomorrow?' },
  { id: 'g6', type: 'message.output', role: 'assistant', content: 'It rises.' },
]

describe('A conversation that was asked again turn by turn', () => {
  it('is identical if the users say the same, whatever the answers', () => {
    const { verdict, differences, hashes, answers, generated } = certified(target)
    expect({ verdict, differences, generated }).toEqual({
      verdict: 'identical',
      differences: [],
      generated: 3,
    })
    expect(hashes.target).toBe(hashes.source)
    expect(answers).toEqual([
      {
        position: 0,
        asked: 'How high is the river?',
        source: '[call: gauge({})]\n[result: 4.2 m]\nIt is 4.2 m high.',
        target: '[call: gauge({"at":"ford"})]\n[result: 4.2 m]\nFour metres.',
      },
      { position: 5, asked: 'tomorrow?', source: 'Nobody knows.', target: 'It rises.' },
    ])
  })

  it.each<[broken: string, position: number, kind: string, entries: Entry[]]>([
    ['a question that was not asked', 4, 'missing', target.toSpliced(4, 1)],
    ['a question asked twice', 4, 'added', target.toSpliced(1, 0, { ...target[0] })],
    ['a question in other words', 5, 'another', changed(5, { content: 'Tomorrow?' })],
    ['questions in another order', 4, 'moved', target.toSpliced(4, 2, ...target.slice(4, 6).reverse())],
    ['a question of the assistant’s', 0, 'another', changed(0, { role: 'assistant' })],
    ['a last question that was not asked', 5, 'missing', target.slice(0, 5)],
    ['one question more', 7, 'added', [...target, { role: 'user', content: 'Hm.' }]],
    ['a turn answered in its middle', 4, 'structure', target.toSpliced(5, 0, { ...target[3] })],
    ['a turn that is not answered', 5, 'structure', target.slice(0, 6)],
    ['two turns asked at once', 0, 'structure', target.toSpliced(1, 3)],
    ['a result that no function gave', 7, 'added', changed(2, { result: '9 m' })],
    ['a result of another function', 7, 'added', changed(1, { name: 'map' })],
  ])('is different with %s: at entry %s, %s', (_, entry, kind, entries) => {
    const { verdict, differences } = certified(entries)
    expect({ verdict, position: differences[0]?.position, kind: differences[0]?.kind }).toEqual({
      verdict: 'different',
      position: entry,
      kind,
    })
  })

  it('may have been continued since, if the receipt shows what the replay made', () => {
    const more = [
      ...target,
      { id: 'i7', role: 'user', content: 'Hm.' },
      { id: 'g8', type: 'message.output', content: 'Yes?' },
    ]
    const { verdict, since } = certified(more, ['g1', 'g3', 'g6'])
    expect({ verdict, since }).toEqual({ verdict: 'identical', since: 2 })
  })

  it('must declare what is not asked again', () => {
    const greeting = { type: 'message.output', role: 'assistant', content: 'Hello!' }
    const entries = [greeting, ...source].map((entry) => JSON.stringify(entry))
    const replayed = { ...replayedOf(), source: { row: ROW, entries } }
    const copy = { row: STAMPED, entries: target.map((entry) => JSON.stringify(entry)) }
    expect(compareCopy(replayed, copy).differences).toMatchObject([{ position: 0, kind: 'missing' }])
    const before = JSON.stringify(greeting)
    const losses: Loss[] = [{ kind: 'not-asked-again', position: 0, id: null, path: '', before, after: null }]
    expect(compareCopy({ ...replayed, losses }, copy)).toMatchObject({
      verdict: 'equivalent',
      differences: [],
    })
  })
})

describe('What is asked turn by turn', () => {
  const question = { type: 'message.input', role: 'user', content: 'How far?' }
  const answer = { type: 'message.output', role: 'assistant', content: 'Far.' }

  /** Compares a source with a copy: the differences by entry and kind. */
  const differencesOf = (entries: readonly Entry[], copy: readonly Entry[], losses: readonly Loss[] = []) => {
    const [texts, found] = [entries, copy].map((all) => all.map((entry) => JSON.stringify(entry)))
    const source = { row: ROW, entries: texts ?? [] }
    const { differences } = compareCopy(
      { ...replayedOf(), losses, source },
      { row: STAMPED, entries: found ?? [] },
    )
    return differences.map(({ position, kind }) => [position, kind])
  }

  it('may end with a prefix that the target continues', () => {
    const prefix = { type: 'message.input', role: 'assistant', content: 'So', prefix: true }
    const asked = [question, answer, prefix]
    expect(differencesOf([...asked, answer], [...asked, answer])).toEqual([])
    expect(differencesOf([...asked, answer], asked)).toEqual([[2, 'structure']])
    expect(differencesOf([...asked, answer], [question, answer, answer])).toEqual([[2, 'missing']])
  })

  it('may have a message sent as an answer, if that is declared', () => {
    const system = { type: 'message.input', role: 'system', content: 'Be brief.' }
    const note = { ...answer, content: 'message.input {"role":"system","content":"Be brief."}' }
    const [before, after] = [JSON.stringify(system), JSON.stringify([note])]
    const losses: Loss[] = [{ kind: 'unknown-entry-as-text', position: 0, id: null, path: '', before, after }]
    expect(differencesOf([system, question, answer], [note, question, answer], losses)).toEqual([])
    expect(differencesOf([system, question, answer], [question, answer], losses)).toEqual([[0, 'missing']])
    expect(differencesOf([system, question, answer], [answer, question, answer], losses)).toEqual([
      [0, 'missing'],
    ])
  })
})

const ROW = '{"id":"conv_1","model":"m"}'
const STAMPED = '{"id":"conv_2","model":"m","metadata":{"hansard_replay":"s"}}'

function changed(at: number, members: Entry): Entry[] {
  return target.map((entry, i) => (i === at ? { ...entry, ...members } : entry))
}

function certified(entries: readonly Entry[], generated?: readonly string[]) {
  return compareCopy(replayedOf(generated), {
    row: STAMPED,
    entries: entries.map((entry) => JSON.stringify(entry)),
  })
}

function replayedOf(generated?: readonly string[]): Replayed {
  const entries = source.map((entry) => JSON.stringify(entry))
  return { mode: 'turns', stamp: 's', losses: [], generated, source: { row: ROW, entries } }
}
