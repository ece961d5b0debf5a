import { describe, expect, it } from 'vitest'

import {
  canonicalArguments,
  fingerprintOf,
  isSentByClient,
  mayBeGenerated,
  readInputs,
} from '../../../src/replay/run/fingerprint.ts'

const user = { type: 'message.input', role: 'user', content: 'How deep?' }
const answer = { type: 'message.output', role: 'assistant', content: 'Deep.' }
const call = {
  type: 'function.call',
  name: 'gauge',
  tool_call_id: 'call00001',
  arguments: '{"river":"Rhine","day":2}',
}
const result = { type: 'function.result', tool_call_id: 'call00001', result: '3 m' }
const execution = { type: 'tool.execution', name: 'web_search', arguments: '{}' }

const of = (...entries: object[]) => fingerprintOf(entries.map((entry) => JSON.stringify(entry)))

describe('The fingerprint of entries', () => {
  it.each([
    ['ids and times', user, { ...user, id: 'msg_1', created_at: '2026-01-01T00:00:00Z', object: 'entry' }],
    ['the order of members', user, { content: 'How deep?', role: 'user', type: 'message.input' }],
    ['the role of a user being left out', user, { type: 'message.input', content: 'How deep?' }],
    ['an answer coming back as a message of the assistant', answer, { ...answer, type: 'message.input' }],
    ['text being one chunk', answer, { ...answer, content: [{ type: 'text', text: 'Deep.' }] }],
    [
      'text being cut into chunks',
      answer,
      { ...answer, content: ['De', 'ep.'].map((text) => ({ type: 'text', text })) },
    ],
    ['arguments being an object', call, { ...call, arguments: { day: 2, river: 'Rhine' } }],
    ['what a tool executed', execution, { ...execution, arguments: '{"q":1}' }],
    [
      'where an image is',
      { ...user, content: [{ type: 'image_url', image_url: 'https://a.example/1' }] },
      { ...user, content: [{ type: 'image_url', image_url: 'https://b.example/2' }] },
    ],
  ])('is the same in spite of %s', (_, one, other) => {
    expect(of(one)).toBe(of(other))
  })

  it.each([
    ['the text of a message', user, { ...user, content: 'How wide?' }],
    ['the role of a message', user, { ...user, role: 'assistant' }],
    ['who wrote a message', { ...user, content: 'Deep.' }, answer],
    ['the text of an answer', answer, { ...answer, content: 'Shallow.' }],
    ['the text of a chunk', answer, { ...answer, content: [{ type: 'text', text: 'Shallow.' }] }],
    ['a chunk that is not text', answer, { ...answer, content: [{ type: 'reference' }] }],
    [
      'the type of a chunk',
      { ...user, content: [{ type: 'image_url' }] },
      { ...user, content: [{ type: 'document_url' }] },
    ],
    ['a message without content', user, { type: 'message.input', role: 'user' }],
    ['the function that is called', call, { ...call, name: 'level' }],
    ['the id of a call', call, { ...call, tool_call_id: 'call00002' }],
    ['the arguments of a call', call, { ...call, arguments: '{"river":"Rhine","day":3}' }],
    ['the result of a call', result, { ...result, result: '4 m' }],
    ['the call that a result is for', result, { ...result, tool_call_id: 'call00002' }],
    ['a call in place of its result', call, result],
    ['the tool that was executed', execution, { ...execution, name: 'code_interpreter' }],
    ['a type that nobody knows', execution, { ...execution, type: 'memory.recall' }],
  ])('differs by %s', (_, one, other) => {
    expect(of(one)).not.toBe(of(other))
  })

  it('depends on the order and the number of entries', () => {
    expect(of(user, answer)).not.toBe(of(answer, user))
    expect(of(user)).not.toBe(of(user, user))
    expect(of()).toBe(fingerprintOf([]))
  })

  it('is what an earlier version stored, so that an upgrade still recognizes a lost request', () => {
    const odd = { ...answer, content: [{ type: 'text' }, {}] }
    expect(of(user, answer, call, result, execution, { type: 'message.input' }, odd)).toBe(
      '589b11e691e6965bbbad9c6de0410adf79aa6d6d22c8080f1412cfca177a5cbe',
    )
  })
})

describe('Entries of a client', () => {
  it.each([
    [user, true],
    [result, true],
    [answer, false],
    [call, false],
    [execution, false],
  ])('are told by their type: %j', (entry, isOfClient) => {
    const text = JSON.stringify(entry)
    expect(isSentByClient(text, 0)).toBe(isOfClient)
    expect(mayBeGenerated([JSON.stringify(answer), text])).toBe(!isOfClient)
  })

  it('are read from the inputs of a body, as they stand there', () => {
    expect(readInputs('{"inputs":[{"content": "a"},{"n":1.0}],"model":"m"}')).toEqual([
      '{"content": "a"}',
      '{"n":1.0}',
    ])
    expect(readInputs('{"model":"m"}')).toEqual([])
  })
})

describe('Canonical arguments', () => {
  it('are the same for an object and for a string of it, and keep what is not JSON', () => {
    expect(canonicalArguments('{"b":1,"a":2}')).toBe(canonicalArguments(JSON.stringify('{"a": 2, "b": 1}')))
    expect(canonicalArguments(JSON.stringify('{"a":'))).toBe('{"a":')
    expect(canonicalArguments(undefined)).toBe('null')
  })
})
