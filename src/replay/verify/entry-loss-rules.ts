import { fieldsOf, stringMember } from '../../model/entries/fields.ts'
import { neverSent, type Loss } from '../loss.ts'
import { checkAddition } from './answer-additions.ts'
import { cutArguments, isId, isSameArguments, replacesName } from './call-forms.ts'
import { contentForm, entryForm, jsonForm } from './entry-form.ts'
import { roleIn, typeIn, readableMember } from './json-members.ts'
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

/** What a loss of an entry may do, by kind. */
export const entryLossRules = {
  'tool-execution-as-call': whole((loss, { text = '' }) => {
    const [call, result, ...more] = sentFor(loss)
    if (typeIn(text) !== 'tool.execution') return 'the entry is not a tool execution'
    if (call === undefined || result === undefined || more.length > 0)
      return 'it is not sent as one call and its result'
    return checkPair(objectOf(treeOf(text)), call, result)
  }),
  'handoff-noted': whole((loss, { text = '' }) => {
    if (typeIn(text) !== 'agent.handoff') return 'the entry is not a handoff'
    return checkNote(loss, agentNames(text))
  }),
  'handoff-dropped': whole(({ after }, { text = '' }) => {
    if (typeIn(text) !== 'agent.handoff') return 'the entry is not a handoff'
    return after === null ? undefined : 'something is sent instead'
  }),
  'unknown-entry-as-text': whole((loss, { text = '' }) => {
    if (isMessage(text) && roleIn(text) !== undefined) return 'the entry has a known type'
    return checkNote(loss, everyMember(text))
  }),
  'call-as-text': whole((loss, { text = '' }) =>
    typeIn(text) === 'function.call' ? checkNote(loss, everyMember(text)) : 'the entry is not a call',
  ),
  'result-as-text': whole((loss, { text = '' }) =>
    typeIn(text) === 'function.result' ? checkNote(loss, everyMember(text)) : 'the entry is not a result',
  ),
  'call-renamed': ({ after, position }, { text = '', path, entries }) => {
    const given = stringMember(text, 'tool_call_id')
    if (path.join() !== 'tool_call_id' || !typeIn(text).startsWith('function.') || given === undefined)
      return 'the path is not the id of a call'
    const isOwnCall = typeIn(text) === 'function.call'
    const sharing = entries
      .slice(0, position ?? 0)
      .filter((each) => typeIn(each) === 'function.call' && stringMember(each, 'tool_call_id') === given)
    if (isId(given) && sharing.length < (isOwnCall ? 1 : 2)) return 'its own id is valid'
    return isId(stringAfter(after) ?? '') ? undefined : 'the new id is invalid'
  },
  'function-renamed': ({ after }, { text = '', path }) => {
    const isNamed = ['function.call', 'tool.execution'].includes(typeIn(text))
    if (path.join() !== 'name' || !isNamed) return 'the path is not the name of a function'
    return replacesName(stringMember(text, 'name'), stringAfter(after))
      ? undefined
      : 'its own name is valid, or the new one is not'
  },
  'blank-arguments': ({ after }, { text = '', path }) => {
    const isBlank = path.join() === 'arguments' && stringMember(text, 'arguments')?.trim() === ''
    return isBlank && after === '"{}"' ? undefined : 'the arguments are not blank'
  },
  'cut-arguments': ({ after }, { text = '', path }) => {
    const given = path.join() === 'arguments' ? stringMember(text, 'arguments') : undefined
    if (given === undefined || jsonForm(given) !== undefined) return 'the arguments are not truncated'
    return after !== null && textOf(treeOf(after)) === cutArguments(given) ? undefined : 'the text differs'
  },
  'answer-added': checkAddition,
  'empty-message-dropped': whole(({ after }, { text = '', sent }) => {
    if (after !== null) return 'something is sent instead'
    const content = entryForm(sent ?? 'null').get('content')
    const isEmpty = content === undefined || content === '[]'
    return isEmpty && isMessage(text) ? undefined : 'the message is not empty'
  }),
  'value-as-text': ({ after }, { text = '', path }) => {
    if (!['arguments', 'result', 'content'].includes(path.join()))
      return 'the path is not arguments, result or content'
    const given = fieldsOf(text).get(path.join()) ?? 'null'
    const sentText = stringAfter(after)
    const isEmpty = given === 'null' && ['', '{}', 'null'].includes(sentText ?? ' ')
    return sentText === given || isEmpty ? undefined : 'the text differs'
  },
  'not-asked-again': whole(({ after }, { mode }) => {
    if (mode !== 'turns') return 'history mode asks nothing again'
    return after === null ? undefined : 'something is sent instead'
  }),
  'tail-asked-anew': whole(({ after }, { text = '', mode }) => {
    if (after !== null || mode !== 'history') return 'it is not answered again'
    const isUsers = typeIn(text) === 'message.input' && roleIn(text) === 'user'
    return isUsers ? 'it is not part of the last answer' : undefined
  }),
  'tail-nudged': whole((loss, { text, entries }) => {
    const [entry, ...more] = sentFor(loss)
    const role = entry === undefined || more.length > 0 ? undefined : stringOf(entry.get('role'))
    return loss.position === entries.length && text === undefined && role === 'user'
      ? undefined
      : 'it is not a user entry at the end'
  }),
  'tail-as-prefix': whole((loss, { sent }) => {
    const [entry, ...more] = sentFor(loss)
    if (entry === undefined || more.length > 0) return 'it is not sent as one prefix'
    const isPrefix = entry.get('prefix') === 'true' && stringOf(entry.get('role')) === 'assistant'
    const given = entryForm(sent ?? 'null').get('content')
    return isPrefix && given === contentForm(entry.get('content') ?? 'null') ? undefined : 'the text differs'
  }),
} satisfies Partial<Record<Loss['kind'], LossRule>>

/** A rule for losses of a whole entry. */
function whole(rule: LossRule): LossRule {
  return (loss, context) => (loss.path === '' ? rule(loss, context) : 'it applies to whole entries only')
}

function sentFor({ after }: Loss): TreeObject[] {
  const tree = after === null ? [] : treeOf(after)
  return Array.isArray(tree) ? present(tree).map(objectOf) : []
}

function isMessage(text: string): boolean {
  return ['message.input', 'message.output'].includes(typeIn(text))
}

function checkPair(execution: TreeObject, call: TreeObject, result: TreeObject): string | undefined {
  const id = stringOf(call.get('tool_call_id'))
  const types = [call, result].map((each) => stringOf(each.get('type'))).join()
  if (types !== 'function.call,function.result') return 'it is not sent as one call and its result'
  if (id === undefined || id !== stringOf(result.get('tool_call_id')))
    return 'the result belongs to another call'
  const name = stringOf(execution.get('name'))
  const called = stringOf(call.get('name'))
  if (name !== undefined && name !== called && !replacesName(name, called)) return 'another tool is called'
  if (!isSameArguments(execution.get('arguments'), call.get('arguments'))) {
    return 'the arguments differ'
  }
  return isSameInfo(execution.get('info'), stringOf(result.get('result'))) ? undefined : 'the result differs'
}

/** The string that is sent instead. */
function stringAfter(after: string | null): string | undefined {
  return after === null ? undefined : stringOf(treeOf(after))
}

/** The info of a tool execution is sent as text: the string itself, or its JSON. */
function isSameInfo(info: Tree | undefined, result: string | undefined): boolean {
  if (result === undefined) return false
  if (isNothing(info)) return result === '{}'
  if (stringOf(info) !== undefined) return stringOf(info) === result
  return textOf(info) === jsonForm(result)
}

/** The names of a handoff's agents. The specification names both agents, captures only the one that takes over. */
function agentNames(text: string): string[] {
  const named = ['previous_agent_name', 'previous_agent_id', 'next_agent_name', 'next_agent_id']
  const specified = named.flatMap((key) => readableMember(text, key))
  const isSpecified = ['next_agent_name', 'next_agent_id'].some((key) => readableMember(text, key).length > 0)
  return isSpecified
    ? specified
    : [...specified, ...readableMember(text, 'agent_name'), ...readableMember(text, 'agent_id')]
}

/** Checks that an assistant message with all of these words is sent. */
function checkNote(loss: Loss, words: readonly string[]): string | undefined {
  const [entry, ...more] = sentFor(loss)
  if (entry === undefined || more.length > 0) return 'it is not sent as one text'
  if (stringOf(entry.get('type')) !== 'message.output') return 'the text is not an assistant message'
  const text = stringOf(entry.get('content'))
  return text !== undefined && words.every((word) => text.includes(word))
    ? undefined
    : 'the text leaves words out'
}

/** All members of an entry, token for token. */
function everyMember(text: string): string[] {
  const contentMembers = [...fieldsOf(text)].filter(([key]) => key !== 'type' && !neverSent.includes(key))
  const type = fieldsOf(text).has('type') ? [typeIn(text)] : []
  return [...type, ...contentMembers.map(([key, value]) => `${JSON.stringify(key)}:${value}`)]
}
