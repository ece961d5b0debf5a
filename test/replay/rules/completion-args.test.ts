import { describe, expect, it } from 'vitest'

import { completionArgs, withoutToolUse } from '../../../src/replay/plan/rules/completion-args.ts'

const schema = (inner: object) => ({ type: 'json_schema', json_schema: inner })

const accepted: Record<string, unknown[]> = {
  stop: ['x', ['x', 'y'], []],
  presence_penalty: [-2, 0, 2],
  frequency_penalty: [-2, 2],
  temperature: [0, 0.7, 1],
  top_p: [0, 1],
  max_tokens: [1, 100_000],
  random_seed: [0, 7],
  prediction: [{ type: 'content', content: 'x' }, {}],
  response_format: [
    ...[{ type: 'text' }, { type: 'json_object', json_schema: null }, {}],
    ...[schema({ name: 'a', schema: {} })],
    ...[schema({ name: 'a', schema: {}, description: 'd', strict: true })],
  ],
  tool_choice: ['auto', 'none', 'any', 'required'],
  reasoning_effort: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
}

const refused: Record<string, unknown[]> = {
  stop: [7, ['x', 7]],
  presence_penalty: [-2.1, 2.1, '0'],
  frequency_penalty: [-3, 3],
  temperature: [-0.1, 1.1, '1'],
  top_p: [-1, 2],
  max_tokens: [0, 1.5, '7'],
  random_seed: [-1, 0.5],
  prediction: [{ type: 'other' }, { content: 7 }, { mood: 1 }, 'x'],
  response_format: [
    ...['text', { type: 'xml' }, { type: 'text', json_schema: {} }, { type: 'json_schema' }],
    ...[schema({ name: 'a' }), schema({ schema: {} }), schema({ name: 7, schema: {} })],
    ...[schema({ name: 'a', schema: 7 }), schema({ name: 'a', schema: {}, mood: 1 })],
    { json_schema: { name: 'a', schema: {} } },
  ],
  tool_choice: ['other', { type: 'function' }],
  reasoning_effort: ['huge', 7],
  mood: [1],
  toString: ['x'],
}

const cases = (values: Record<string, unknown[]>) =>
  Object.entries(values).flatMap(([key, all]) => all.map((value): [string, unknown] => [key, value]))

describe('The completion arguments', () => {
  it.each(cases(accepted))('keep %s: %j', (key, value) => {
    const text = JSON.stringify({ [key]: value })
    expect(completionArgs(text, true)).toMatchObject({ text, losses: [] })
  })

  it.each(cases(refused))('lose %s: %j', (key, value) => {
    const { text, losses } = completionArgs(JSON.stringify({ top_p: 0.5, [key]: value }), true)
    expect(text).toBe(key === 'top_p' ? undefined : '{"top_p":0.5}')
    const before = JSON.stringify(value)
    const lost = { kind: 'argument-dropped', position: null, id: null, after: null }
    expect(losses).toEqual([{ ...lost, path: `completion_args.${key}`, before }])
  })

  it('do not send null, which is no loss, and are not sent if nothing is left', () => {
    expect(completionArgs('{"stop":null,"top_p":1.0}', true)).toMatchObject({
      text: '{"top_p":1.0}',
      losses: [],
    })
    for (const none of [undefined, 'null', '{}', '{"stop":null}'])
      expect(completionArgs(none, true)).toMatchObject({ text: undefined, losses: [], maxTokens: undefined })
    expect(completionArgs('[1]', true)).toMatchObject({
      text: undefined,
      losses: [{ path: 'completion_args' }],
    })
  })

  it('say how long an answer may be', () => {
    expect(completionArgs('{"max_tokens":70}', true).maxTokens).toBe(70)
    expect(completionArgs('{"max_tokens":0}', true).maxTokens).toBeUndefined()
  })

  it('may keep a model from reasoning; one that cannot gets no reasoning effort', () => {
    const low = '{"reasoning_effort":"low"}'
    expect(completionArgs(low, true)).toMatchObject({ text: low, mayReason: true })
    expect(completionArgs(undefined, true).mayReason).toBe(true)
    expect(completionArgs('{"reasoning_effort":"none"}', true).mayReason).toBe(false)
    const path = 'completion_args.reasoning_effort'
    expect(completionArgs(low, false)).toMatchObject({ text: undefined, losses: [{ path, before: '"low"' }] })
    expect(completionArgs('{"reasoning_effort":null}', false).losses).toEqual([])
  })

  it('are told to use no tools, which is a loss unless they were', () => {
    const loss = { kind: 'tools-silenced', path: 'completion_args.tool_choice', after: '"none"' }
    expect(withoutToolUse('{"top_p":0.5,"tool_choice":"any"}')).toMatchObject({
      text: '{"top_p":0.5,"tool_choice":"none"}',
      losses: [{ ...loss, before: '"any"' }],
    })
    expect(withoutToolUse()).toMatchObject({
      text: '{"tool_choice":"none"}',
      losses: [{ ...loss, before: null }],
    })
    const silent = '{"tool_choice":"none","top_p":0.5}'
    expect(withoutToolUse(silent)).toEqual({ text: silent, losses: [] })
  })
})
