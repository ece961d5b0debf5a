import { fieldsOf, stringMember } from '../../model/entries/fields.ts'
import { neverSent, type Loss } from '../loss.ts'
import { complaintAboutAddition } from './answer-additions.ts'
import { cutArguments, isId, isSameArguments, replacesName } from './call-forms.ts'
import { contentForm, entryForm, jsonForm } from './entry-form.ts'
import { roleIn, typeIn, wordsAt } from './json-members.ts'
import {
  isNothing,
  objectOf,
  present,
  stringOf,
  textOf,
  treeOf,
  type Tree,
  type TreeObject,
} from './json-tree.ts'
import type { LossRule } from './loss-rule.ts'

/** What a loss of an entry may do, by its kind. */
export const entryLossRules = {
  'tool-execution-as-call': whole((loss, { text = '' }) => {
    const [call, result, ...more] = sentFor(loss)
    if (typeIn(text) !== 'tool.execution') return 'there is no tool execution'
    if (call === undefined || result === undefined || more.length > 0) return 'it is no call and result'
    return complaintAboutPair(objectOf(treeOf(text)), call, result)
  }),
  'handoff-noted': whole((loss, { text = '' }) => {
    if (typeIn(text) !== 'agent.handoff') return 'there is no handoff'
    return complaintAboutNote(loss, agentsOf(text))
  }),
  'handoff-dropped': whole(({ after }, { text = '' }) => {
    if (typeIn(text) !== 'agent.handoff') return 'there is no handoff'
    return after === null ? undefined : 'something is sent in its place'
  }),
  'unknown-entry-as-text': whole((loss, { text = '' }) => {
    if (isMessage(text) && roleIn(text) !== undefined) return 'the entry is a known one'
    return complaintAboutNote(loss, everyWordOf(text))
  }),
  'call-as-text': whole((loss, { text = '' }) =>
    typeIn(text) === 'function.call' ? complaintAboutNote(loss, everyWordOf(text)) : 'there is no call',
  ),
  'result-as-text': whole((loss, { text = '' }) =>
    typeIn(text) === 'function.result' ? complaintAboutNote(loss, everyWordOf(text)) : 'there is no result',
  ),
  'call-renamed': ({ after, position }, { text = '', path, entries }) => {
    const given = stringMember(text, 'tool_call_id')
    if (path.join() !== 'tool_call_id' || !typeIn(text).startsWith('function.') || given === undefined)
      return 'there is no id of a call'
    const isOwnCall = typeIn(text) === 'function.call'
    const sharing = entries
      .slice(0, position ?? 0)
      .filter((each) => typeIn(each) === 'function.call' && stringMember(each, 'tool_call_id') === given)
    if (isId(given) && sharing.length < (isOwnCall ? 1 : 2)) return 'its own id could be sent'
    return isId(stringAfter(after) ?? '') ? undefined : 'it has no other id'
  },
  'function-renamed': ({ after }, { text = '', path }) => {
    const isNamed = ['function.call', 'tool.execution'].includes(typeIn(text))
    if (path.join() !== 'name' || !isNamed) return 'there is no name of a function'
    return replacesName(stringMember(text, 'name'), stringAfter(after))
      ? undefined
      : 'its own name could be sent, or the other cannot'
  },
  'blank-arguments': ({ after }, { text = '', path }) => {
    const isBlank = path.join() === 'arguments' && stringMember(text, 'arguments')?.trim() === ''
    return isBlank && after === '"{}"' ? undefined : 'the arguments are not blank'
  },
  'cut-arguments': ({ after }, { text = '', path }) => {
    const given = path.join() === 'arguments' ? stringMember(text, 'arguments') : undefined
    if (given === undefined || jsonForm(given) !== undefined) return 'the arguments are not cut off'
    return after !== null && textOf(treeOf(after)) === cutArguments(given)
      ? undefined
      : 'its words are others'
  },
  'answer-added': complaintAboutAddition,
  'empty-message-dropped': whole(({ after }, { text = '', sent }) => {
    if (after !== null) return 'something is sent in its place'
    const content = entryForm(sent ?? 'null').get('content')
    const isEmpty = content === undefined || content === '[]'
    return isEmpty && isMessage(text) ? undefined : 'the message is not empty'
  }),
  'value-as-text': ({ after }, { text = '', path }) => {
    if (!['arguments', 'result', 'content'].includes(path.join())) return 'it is none of these values'
    const given = fieldsOf(text).get(path.join()) ?? 'null'
    const words = after === null ? undefined : stringOf(treeOf(after))
    const isEmpty = given === 'null' && ['', '{}', 'null'].includes(words ?? ' ')
    return words === given || isEmpty ? undefined : 'its text is another'
  },
  'not-asked-again': whole(({ after }, { mode }) => {
    if (mode !== 'turns') return 'nothing is asked again'
    return after === null ? undefined : 'something is sent in its place'
  }),
  'tail-asked-anew': whole(({ after }, { text = '', mode }) => {
    if (after !== null || mode !== 'history') return 'it is not asked anew'
    const isUsers = typeIn(text) === 'message.input' && roleIn(text) === 'user'
    return isUsers ? 'it is not of the last answer' : undefined
  }),
  'tail-nudged': whole((loss, { text, entries }) => {
    const [entry, ...more] = sentFor(loss)
    const role = entry === undefined || more.length > 0 ? undefined : stringOf(entry.get('role'))
    return loss.position === entries.length && text === undefined && role === 'user'
      ? undefined
      : 'it is no entry at the end'
  }),
  'tail-as-prefix': whole((loss, { sent }) => {
    const [entry, ...more] = sentFor(loss)
    if (entry === undefined || more.length > 0) return 'it is no beginning of an answer'
    const isPrefix = entry.get('prefix') === 'true' && stringOf(entry.get('role')) === 'assistant'
    const given = entryForm(sent ?? 'null').get('content')
    return isPrefix && given === contentForm(entry.get('content') ?? 'null')
      ? undefined
      : 'its words are others'
  }),
} satisfies Partial<Record<Loss['kind'], LossRule>>

/** Of a whole entry, and nothing less. */
function whole(licence: LossRule): LossRule {
  return (loss, place) => (loss.path === '' ? licence(loss, place) : 'it is one of a whole entry')
}

/** The inputs that are sent for an entry. */
function sentFor({ after }: Loss): TreeObject[] {
  const tree = after === null ? [] : treeOf(after)
  return Array.isArray(tree) ? present(tree).map(objectOf) : []
}

function isMessage(text: string): boolean {
  return ['message.input', 'message.output'].includes(typeIn(text))
}

function complaintAboutPair(execution: TreeObject, call: TreeObject, result: TreeObject): string | undefined {
  const id = stringOf(call.get('tool_call_id'))
  const types = [call, result].map((each) => stringOf(each.get('type'))).join()
  if (types !== 'function.call,function.result') return 'it is no call and result'
  if (id === undefined || id !== stringOf(result.get('tool_call_id'))) return 'the result is another call’s'
  const name = stringOf(execution.get('name'))
  const called = stringOf(call.get('name'))
  if (name !== undefined && name !== called && !replacesName(name, called)) return 'another tool is called'
  if (!isSameArguments(execution.get('arguments'), call.get('arguments'))) {
    return 'it is called with other arguments'
  }
  return isFoundOut(execution.get('info'), stringOf(result.get('result')))
    ? undefined
    : 'its result is another'
}

/** The string that is sent in the place of another. */
function stringAfter(after: string | null): string | undefined {
  return after === null ? undefined : stringOf(treeOf(after))
}

/** What a tool found out is sent as a text: the string that it is, or its JSON. */
function isFoundOut(info: Tree | undefined, result: string | undefined): boolean {
  if (result === undefined) return false
  if (isNothing(info)) return result === '{}'
  if (stringOf(info) !== undefined) return stringOf(info) === result
  return textOf(info) === jsonForm(result)
}

/** What names the agents of a handoff: the specification names both, captures only who takes over. */
function agentsOf(text: string): string[] {
  const named = ['previous_agent_name', 'previous_agent_id', 'next_agent_name', 'next_agent_id']
  const told = named.flatMap((key) => wordsAt(text, key))
  const isSpecified = ['next_agent_name', 'next_agent_id'].some((key) => wordsAt(text, key).length > 0)
  return isSpecified ? told : [...told, ...wordsAt(text, 'agent_name'), ...wordsAt(text, 'agent_id')]
}

/** A text of the assistant's in which all of these words stand. */
function complaintAboutNote(loss: Loss, words: readonly string[]): string | undefined {
  const [entry, ...more] = sentFor(loss)
  if (entry === undefined || more.length > 0) return 'it is no text'
  if (stringOf(entry.get('type')) !== 'message.output') return 'the text is not the assistant’s'
  const text = stringOf(entry.get('content'))
  return text !== undefined && words.every((word) => text.includes(word))
    ? undefined
    : 'words are missing in it'
}

/** All that an entry says of itself: its members, token for token. */
function everyWordOf(text: string): string[] {
  const said = [...fieldsOf(text)].filter(([key]) => key !== 'type' && !neverSent.includes(key))
  const type = fieldsOf(text).has('type') ? [typeIn(text)] : []
  return [...type, ...said.map(([key, value]) => `${JSON.stringify(key)}:${value}`)]
}
