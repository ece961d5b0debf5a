import { describe, expect, it } from 'vitest'

import { asks, call, problemOf, result, says, type Declared } from '../../support/declared-loss.ts'

type Kind = Parameters<typeof problemOf>[0]

/** A loss of an entry that may be declared, or may not. */
type Case = [what: string, entry: object | undefined, declared?: Declared]

const id = 'aaaaaaaaa'
const other = 'bbbbbbbbb'
const message = 'message.output'

/** A tool execution; `undefined` leaves a member out. */
const ran = (name?: unknown, args?: unknown, info?: unknown) => ({
  ...{ type: 'tool.execution', name, arguments: args, info },
})

const sends = (...after: unknown[]): Declared => ({ after })

/** A call and its result. */
const pair = (name: unknown, args: unknown, text: unknown) => sends(call(id, name, args), result(id, text))

const rules: Partial<Record<Kind, { allowed: Case[]; refused: Case[] }>> = {
  'tool-execution-as-call': {
    allowed: [
      ['as it is', ran('web', '{"q":1}', { n: 1 }), pair('web', '{"q":1}', '{"n":1}')],
      ['with any name if it has none', ran(), pair('web', '{}', '{}')],
      ['with a valid name for an invalid one', ran('a b', '{}', 'x'), pair('a_b', '{}', 'x')],
      ['with {} for blank arguments', ran('web', ' ', null), pair('web', '{}', '{}')],
      ['with an object as arguments', ran('web', { q: 1 }, 'x'), pair('web', { q: 1 }, 'x')],
      ['with an object as text', ran('web', { q: 1 }, 'x'), pair('web', '{ "q": 1 }', 'x')],
      ['with a list as text', ran('web', [1], 'x'), pair('web', '[1]', 'x')],
      ['with truncated arguments as a string', ran('web', '{"q', 'x'), pair('web', '"{\\"q"', 'x')],
      ['with its info as text', ran('web', '{}', '{"b":1}'), pair('web', '{}', '{"b":1}')],
      ['with info in another order', ran('web', '{}', { a: 1, b: 2 }), pair('web', '{}', '{"b":2,"a":1}')],
    ],
    refused: [
      ['of a call', call(id), pair('gauge', '{}', '{}')],
      ['of a field', ran('web', '{}', 'x'), { ...pair('web', '{}', 'x'), path: 'info' }],
      ['of which nothing is sent', ran('web', '{}', 'x')],
      ['without a result', ran('web', '{}', 'x'), sends(call(id, 'web'))],
      ['without a call', ran(), sends(result(id, '{}'), result(id, '{}'))],
      ['with its result first', ran(), sends(result(id, '{}'), call(id, 'web'))],
      ['as no call', ran('web', '{}', 'x'), sends({ ...call(id, 'web'), type: 'x' }, result(id, 'x'))],
      ['with no result', ran('web', '{}', 'x'), sends(call(id, 'web'), { ...result(id, 'x'), type: 'x' })],
      ['with something after it', ran(), sends(call(id, 'web'), result(id, '{}'), says('x'))],
      ['with the result of another call', ran(), sends(call(id, 'web'), result(other, '{}'))],
      ['without ids', ran(), sends(call(undefined, 'web'), result(undefined, '{}'))],
      ['as another tool', ran('web', '{}', 'x'), pair('map', '{}', 'x')],
      ['with an invalid name', ran('a b', '{}', 'x'), pair('a c', '{}', 'x')],
      ['with other arguments', ran('web', '{"q":1}', 'x'), pair('web', '{"q":2}', 'x')],
      ['with other arguments in an object', ran('web', { q: 1 }, 'x'), pair('web', { q: 2 }, 'x')],
      ['with arguments where it has none', ran('web', null, 'x'), pair('web', '{"q":1}', 'x')],
      ['without its arguments', ran('web', '{"q":1}', 'x'), pair('web', null, 'x')],
      ['with repaired arguments', ran('web', '{"q', 'x'), pair('web', '{"q":0}', 'x')],
      ['with truncated arguments as they are', ran('web', '{"q', 'x'), pair('web', '{"q', 'x')],
      ['with another result', ran('web', '{}', { n: 1 }), pair('web', '{}', '{"n":2}')],
      ['with another text as its result', ran('web', '{}', 'x'), pair('web', '{}', 'y')],
      ['with a result where it has none', ran('web', '{}'), pair('web', '{}', 'x')],
      ['with a result that is no text', ran('web', '{}', { n: 1 }), pair('web', '{}', { n: 1 })],
      ['without a text in its result', ran('web', '{}', { n: 1 }), pair('web', '{}', null)],
    ],
  },
  'handoff-noted': {
    allowed: [
      ['with both names', handoff({ next_agent_name: 'ford' }), sends(says('desk to ford'))],
      ['with an id', handoff({ next_agent_id: 'ag_2' }), sends(says('desk to ag_2'))],
      ['with the only name', handoff({ agent_name: 'ford' }), sends(says('desk to ford'))],
      ['with the only id', handoff({ agent_id: 'ag_2' }), sends(says('desk to ag_2'))],
      [
        'with the next agent',
        handoff({ next_agent_name: 'ford', agent_name: 'x' }),
        sends(says('desk ford')),
      ],
    ],
    refused: [
      ['without the first agent', handoff({ next_agent_name: 'ford' }), sends(says('to ford'))],
      ['without the id of the first', handoff({ previous_agent_id: 'ag_1' }), sends(says('desk'))],
      ['without the next agent', handoff({ next_agent_name: 'ford' }), sends(says('desk'))],
      ['without the id of the next', handoff({ next_agent_id: 'ag_2' }), sends(says('desk'))],
      ['without the only name', handoff({ agent_name: 'ford' }), sends(says('desk'))],
      ['without the only id', handoff({ agent_id: 'ag_2' }), sends(says('desk'))],
      ['of which nothing is sent', handoff({})],
      ['sent as two texts', handoff({}), sends(says('desk'), says('desk'))],
      ['sent for the user', handoff({}), sends(asks('desk'))],
      ['sent as chunks', handoff({}), sends(says([{ type: 'text', text: 'desk' }]))],
      ['of a message', { ...handoff({}), type: message }, sends(says('desk'))],
    ],
  },
  'handoff-dropped': {
    allowed: [['of which nothing is sent', handoff({})]],
    refused: [
      ['of which something is sent', handoff({}), sends()],
      ['of a message', says('x')],
      ['of a field', handoff({}), { path: 'previous_agent_name' }],
    ],
  },
  'unknown-entry-as-text': {
    allowed: [
      ['with all members', recall({ id: null, n: 1.5 }), sends(says('memory.recall {"of":["x"],"n":1.5}'))],
      ['of a message with an unknown role', { role: 'system', n: 1 }, sends(says('"role":"system","n":1'))],
      ['of an answer by a user', { type: message, role: 'user' }, sends(says(`${message} {"role":"user"}`))],
      ['of a message without a role', { n: 1 }, sends(says('{"n":1}'))],
      ['of an entry with a type that is no text', { type: 7 }, sends(says('[7]'))],
    ],
    refused: [
      ['without its type', recall({}), sends(says('{"of":["x"]}'))],
      ['without a member', recall({ n: 1 }), sends(says('memory.recall {"of":["x"]}'))],
      ['of an answer', says('x'), sends(says(`${message} {"role":"assistant","content":"x"}`))],
      ['of a message of a user', asks('x'), sends(says('message.input {"role":"user","content":"x"}'))],
      ['of an answer without a role', { type: message }, sends(says(message))],
    ],
  },
  'call-as-text': {
    allowed: [['with all members', call(id), sends(says(`function.call ${JSON.stringify(call(id))}`))]],
    refused: [
      [
        'without its arguments',
        call(id),
        sends(says(`function.call {"tool_call_id":"${id}","name":"gauge"}`)),
      ],
      ['of a result', result(id), sends(says(`function.result ${JSON.stringify(result(id))}`))],
    ],
  },
  'result-as-text': {
    allowed: [['with all members', result(id), sends(says(JSON.stringify(result(id))))]],
    refused: [
      ['without its text', result(id), sends(says(`function.result {"tool_call_id":"${id}"}`))],
      ['of a call', call(id), sends(says(JSON.stringify(call(id))))],
    ],
  },
  'call-renamed': {
    allowed: [
      ['for an invalid id', call('call_1'), { path: 'tool_call_id', after: id }],
      ['for the invalid id of a result', result('call_1'), { path: 'tool_call_id', after: id }],
      ['for the id of an earlier call', call(id), renamed(1, call(id), call(id))],
      ['for a result that may be of two calls', result(id), renamed(2, call(id), call(id), result(id))],
    ],
    refused: [
      ['for a valid id', call(id), { path: 'tool_call_id', after: other }],
      ['for the id of a later call', call(id), renamed(0, call(id), call(id))],
      ['for the id of an earlier result', call(id), renamed(1, result(id), call(id))],
      ['for an id that no earlier call has', call(id), renamed(1, call(other), call(id))],
      ['for a result of one call', result(id), renamed(1, call(id), result(id))],
      ['by an invalid id', call('call_1'), { path: 'tool_call_id', after: 'call_2' }],
      ['by no id', call('call_1'), { path: 'tool_call_id' }],
      ['for a call without an id', call(undefined), { path: 'tool_call_id', after: id }],
      ['for another member', call('call_1', 'a b'), { path: 'name', after: id }],
      ['for a message', { ...says('x'), tool_call_id: 'x' }, { path: 'tool_call_id', after: id }],
    ],
  },
  'function-renamed': {
    allowed: [
      ['in a call', call(id, 'a.b'), { path: 'name', after: 'a_b' }],
      ['in a tool execution', ran('a.b'), { path: 'name', after: 'a_b' }],
      ['to 64 characters', call(id, 'x'.repeat(65)), { path: 'name', after: 'x'.repeat(64) }],
      ['from nothing', call(id, ''), { path: 'name', after: '_' }],
    ],
    refused: [
      ['from a valid name', call(id, 'a-b_1'), { path: 'name', after: 'a_b' }],
      ['from a name of 64 characters', call(id, 'x'.repeat(64)), { path: 'name', after: 'a_b' }],
      ['to an invalid name', call(id, 'a.b'), { path: 'name', after: 'a.c' }],
      ['to nothing', call(id, 'a.b'), { path: 'name', after: '' }],
      ['to a name that is too long', call(id, 'a.b'), { path: 'name', after: 'x'.repeat(65) }],
      ['to no name', call(id, 'a.b'), { path: 'name' }],
      ['without a name', call(id, null), { path: 'name', after: 'a_b' }],
      ['in a result', { ...result(id), name: 'a.b' }, { path: 'name', after: 'a_b' }],
      ['in another member', { ...call(id, 'a.b'), function: 'a.b' }, { path: 'function', after: 'a_b' }],
    ],
  },
  'blank-arguments': {
    allowed: [['sent as {}', call(id, 'f', ' \n'), { path: 'arguments', after: '{}' }]],
    refused: [
      ['sent as other arguments', call(id, 'f', ' '), { path: 'arguments', after: '{"a":1}' }],
      ['that are not sent', call(id, 'f', ' '), { path: 'arguments' }],
      ['that are not blank', call(id, 'f', '{"a":1}'), { path: 'arguments', after: '{}' }],
      ['in another member', { ...result(id, ' '), arguments: ' ' }, { path: 'result', after: '{}' }],
    ],
  },
  'cut-arguments': {
    allowed: [['sent as a JSON string', call(id, 'f', '{"a'), { path: 'arguments', after: '"{\\"a"' }]],
    refused: [
      ['sent as another string', call(id, 'f', '{"a'), { path: 'arguments', after: '"{\\"b"' }],
      ['that are not sent', call(id, 'f', '{"a'), { path: 'arguments' }],
      ['that are JSON', call(id, 'f', '{}'), { path: 'arguments', after: '"{}"' }],
      ['that are no text', call(id, 'f', { a: 1 }), { path: 'arguments', after: '"{\\"a"' }],
      ['in another member', { ...result(id, '{"a'), arguments: '{"a' }, { path: 'result', after: '"{\\"a"' }],
    ],
  },
  'empty-message-dropped': {
    allowed: [
      ['with an empty text', says('')],
      ['without chunks', says([])],
      ['with an empty chunk', asks([{ type: 'text', text: '' }])],
      ['without content', { role: 'user' }],
      ['that an earlier loss emptied', says([{ type: 'thinking' }]), { sent: says([]) }],
    ],
    refused: [
      ['with content', says('x')],
      ['that something is sent for', says(''), sends(says('x'))],
      ['of another type', result(id)],
      ['in a field', says(''), { path: 'content' }],
      ['of which nothing else was sent', says('x'), { sent: { ...says('x'), type: undefined } }],
    ],
  },
  'value-as-text': {
    allowed: [
      ['of arguments', call(id, 'f', [1, { a: 2 }]), { path: 'arguments', after: '[1,{"a":2}]' }],
      ['of a result', result(id, { a: 1 }), { path: 'result', after: '{"a":1}' }],
      ['of content', says(7), { path: 'content', after: '7' }],
      ...['', '{}', 'null'].map((after): Case => [
        `of null as "${after}"`,
        result(id, null),
        { path: 'result', after },
      ]),
      ['of a result that is absent', { type: 'function.result' }, { path: 'result', after: '' }],
    ],
    refused: [
      ['of another value', result(id, { a: 1 }), { path: 'result', after: '{"a":2}' }],
      ['of nothing as another text', result(id, null), { path: 'result', after: 'x' }],
      ['of nothing as a space', result(id, null), { path: 'result', after: ' ' }],
      ['of something as an empty text', result(id, { a: 1 }), { path: 'result', after: '{}' }],
      ['of a value that is not sent', result(id, { a: 1 }), { path: 'result' }],
      ['of nothing that is not sent', result(id, null), { path: 'result' }],
      ['of another member', call(id, 7), { path: 'name', after: '7' }],
    ],
  },
  'not-asked-again': {
    allowed: [['in turns', says('x'), { mode: 'turns' }]],
    refused: [
      ['in a history', says('x')],
      ['if something is sent', says('x'), { mode: 'turns', after: [] }],
      ['for a field', says('x'), { mode: 'turns', path: 'content' }],
    ],
  },
  'tail-asked-anew': {
    allowed: [
      ['for an answer', says('x')],
      ['for a message of the assistant', { ...asks('x'), role: 'assistant' }],
      ['for a call', call(id)],
      ['for something with a role', { ...call(id), role: 'user' }],
    ],
    refused: [
      ['for what a user said', asks('x')],
      ['in turns', says('x'), { mode: 'turns' }],
      ['if something is sent', says('x'), { after: [] }],
    ],
  },
  'tail-nudged': {
    allowed: [['by an entry of a user', undefined, sends(asks('Go on.'))]],
    refused: [
      ['by an answer', undefined, sends(says('Go on.'))],
      ['by nothing', undefined],
      ['by two entries', undefined, sends(asks('Go'), asks('on.'))],
      ['before the end', undefined, { ...sends(asks('Go on.')), entries: [says('x')] }],
      ['in place of an entry', says('x'), { ...sends(asks('Go on.')), position: 1 }],
    ],
  },
  'tail-as-prefix': {
    allowed: [
      ['of the answer', says('So'), sends({ ...says('So'), prefix: true })],
      ['of its text', says([{ type: 'text', text: 'So' }]), sends({ ...says('So'), prefix: true })],
    ],
    refused: [
      ['that is none', says('So'), sends({ ...says('So'), prefix: false })],
      ['of a user', says('So'), sends({ ...asks('So'), prefix: true })],
      ['with another text', says('So'), sends({ ...says('Sa'), prefix: true })],
      ['without a text', says('So'), sends({ role: 'assistant', prefix: true })],
      ['and another', says('So'), sends(...[1, 2].map(() => ({ ...says('So'), prefix: true })))],
      ['that is not sent', says('So')],
    ],
  },
}

function handoff(members: object) {
  return { type: 'agent.handoff', previous_agent_name: 'desk', ...members }
}

function recall(members: object) {
  return { type: 'memory.recall', of: ['x'], ...members }
}

/** The new id of the entry at a position. */
function renamed(position: number, ...entries: object[]): Declared {
  return { path: 'tool_call_id', after: other, position, entries }
}

describe.each(Object.entries(rules))('The loss %s', (kind, { allowed, refused }) => {
  it.each(allowed)('is true %s', (_, entry, declared) => {
    expect(problemOf(kind as Kind, entry, declared)).toBeUndefined()
  })

  it.each(refused)('is false %s', (_, entry, declared) => {
    expect(problemOf(kind as Kind, entry, declared)).toEqual(expect.any(String))
  })
})
