import { describe, expect, it } from 'vitest'

import { textTokens, tokensOf } from '../../../src/model/entries/estimate-tokens.ts'
import { addEstimates, estimateOf } from '../../../src/replay/plan/estimate.ts'
import { render } from '../../../src/replay/plan/render.ts'
import { asks, call, result, says } from '../../support/declared-loss.ts'
import { plainOptions, plainTarget } from '../../support/replay.ts'

describe('The tokens of a JSON text', () => {
  it.each([
    ['null', 4],
    ['"abcd"', 5],
    ['"abcde"', 6],
    ['"ééé"', 6],
    ['"aaaa\u007fé"', 6],
    ['7', 5],
    ['false', 5],
    ['["abcd",true,null,{"a":1}]', 7],
    ['{"type":"message.input","content":"abcd","more":{"type":"x","text":"abcd"}}', 6],
    ['"data:image/png;base64,AAAA"', 1_004],
    ['{"url":"see data:x"}', 7],
  ])('%s are %s', (json, tokens) => {
    expect(tokensOf(json)).toBe(tokens)
  })

  it('are fractions for a text, so that its parts add up', () => {
    expect(textTokens('abé')).toBe(1)
    expect(textTokens('a') + textTokens('b')).toBe(textTokens('ab'))
  })
})

describe('An estimate', () => {
  it('adds calls up, with their cost if there is a price', () => {
    const calls = [
      { tokensIn: 10, tokensOut: 1 },
      { tokensIn: 20, tokensOut: 2 },
    ]
    const sum = { calls: 2, tokensIn: 30, tokensOut: 3 }
    expect(estimateOf(calls, null)).toEqual({ ...sum, cost: null })
    const priced = estimateOf(calls, { in: 2, out: 10 })
    expect(priced).toEqual({ ...sum, cost: 90 / 1e6 })
    expect(addEstimates(priced, priced)).toEqual({ calls: 4, tokensIn: 60, tokensOut: 6, cost: 180 / 1e6 })
    expect(addEstimates(priced, { ...sum, cost: null }).cost).toBeNull()
    expect(addEstimates({ ...sum, cost: null }, priced).cost).toBeNull()
  })
})

/** The estimated tokens of each call in a plan, in and out. */
function callsOf(entries: readonly object[], options: Partial<typeof plainOptions> = {}, row: object = {}) {
  const text = JSON.stringify({ model: 'mistral-small-latest', ...row })
  const source = {
    id: 'c',
    row: text,
    entries: entries.map((each) => JSON.stringify(each)),
    agent: undefined,
  }
  const { planned } = render(source, { ...plainOptions, ...options }, plainTarget)
  const calls = planned.calls.map(({ tokensIn, tokensOut }) => [tokensIn, tokensOut])
  const { tokensIn, tokensOut, calls: number } = planned.estimate
  return { calls, all: [number, tokensIn, tokensOut] }
}

const question = asks('abcd')
const perQuestion = tokensOf(JSON.stringify(question))
const long = says('x'.repeat(40))
const perLong = tokensOf(JSON.stringify(long))
const content = tokensOf(JSON.stringify('x'.repeat(40)))

describe('The calls of a plan', () => {
  it('read the history and the settings, and write an average answer', () => {
    expect(callsOf([question])).toEqual({ calls: [[perQuestion, 200]], all: [1, perQuestion, 200] })
    const settings = { instructions: 'abcd', tools: [{ type: 'web_search' }] }
    const read = tokensOf('"abcd"') + tokensOf('[{"type":"web_search"}]')
    expect(callsOf([question], {}, settings).calls).toEqual([[perQuestion + read, 200]])
    expect(callsOf([long, says('abcd'), question]).calls).toEqual([
      [perLong + tokensOf(JSON.stringify(says('abcd'))) + perQuestion, Math.ceil((content + 5) / 2)],
    ])
    const limited = { completion_args: { max_tokens: 3 } }
    expect(callsOf([question], {}, limited).calls).toEqual([[perQuestion, 3]])
  })

  it('write a short reply to the entry that hansard adds', () => {
    expect(callsOf([question, long]).calls[0]?.[1]).toBe(8)
    expect(callsOf([question, long], { tail: 'answer' }).calls).toEqual([[perQuestion, content]])
  })

  it('read, in turns, all that came before', () => {
    const turns = { mode: 'turns' } as const
    expect(callsOf([question, long, question, question], turns).calls).toEqual([
      [perQuestion, perLong],
      [perQuestion + perLong + 2 * perQuestion, content],
    ])
    const limited = { completion_args: { max_tokens: 3 }, instructions: 'abcd' }
    expect(callsOf([question, long, question], turns, limited).calls).toEqual([
      [5 + perQuestion, 3],
      [5 + perQuestion + 3 + perQuestion, 3],
    ])
  })

  it('are more, in turns, if functions were called', () => {
    const [made, returned] = [call('a'), result('a')].map((each) => tokensOf(JSON.stringify(each))) as [
      number,
      number,
    ]
    const answers = [call('a'), call('b'), result('a'), result('b'), long]
    const { calls, all } = callsOf([question, ...answers, question], { mode: 'turns' })
    const second = perQuestion + 2 * made + 2 * returned
    const third = second + perLong + perQuestion
    expect(calls).toEqual([
      [perQuestion, 2 * made],
      [third, content],
    ])
    expect(all).toEqual([3, perQuestion + second + third, 2 * made + perLong + content])
  })
})

describe('A conversation', () => {
  const blocksOf = (words: number) => {
    const limited = { ...plainTarget, models: { m: { context: 100, reasons: false } } }
    const entries = [JSON.stringify(asks('x'.repeat(words * 4)))]
    const source = { id: 'c', row: '{"model":"m"}', entries, agent: undefined }
    return render(source, plainOptions, limited).planned.blocks.map(({ kind }) => kind)
  }

  it('may be as long as the model reads, and no longer', () => {
    const overhead = perQuestion - 1
    expect(blocksOf(100 - overhead)).toEqual([])
    expect(blocksOf(101 - overhead)).toEqual(['context'])
  })
})
