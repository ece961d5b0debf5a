import { fieldsOf, stringMember } from '../../model/entries/fields.ts'
import { neverSent, type Loss } from '../loss.ts'
import { cutArguments, isId, isSameArguments, replacesName } from './call-forms.ts'
import { contentForm, entryForm, jsonForm } from './entry-form.ts'
import { roleIn, typeIn, readableMembers } from './json-members.ts'
import { isNothing, objectOf, stringOf, textOf, treeOf, type Tree, type TreeObject } from './json-tree.ts'
import { checkDropped, sentFor, stringAfter, type LossRule } from './loss-rule.ts'

/** What a loss of an entry may do, by kind. */
export const entryLossRules = {
  'tool-execution-as-call': ofType('tool.execution', 'a tool execution', (loss, text) => {
    const [call, result, ...more] = sentFor(loss).map(objectOf)
    return call === undefined || result === undefined || more.length > 0
      ? 'it is not sent as one call and its result'
      : checkPair(objectOf(treeOf(text)), call, result)
  }),
  'handoff-noted': ofType('agent.handoff', 'a handoff', (loss, text) => checkNote(loss, agentNames(text))),
  'handoff-dropped': ofType('agent.handoff', 'a handoff', checkDropped),
  'unknown-entry-as-text': whole((loss, { text = '' }) => {
    if (isMessage(text) && roleIn(text) !== undefined) return 'the entry has a known type'
    return checkNote(loss, everyMember(text))
  }),
  'call-as-text': ofType('function.call', 'a call', (loss, text) => checkNote(loss, everyMember(text))),
  'result-as-text': ofType('function.result', 'a result', (loss, text) => checkNote(loss, everyMember(text))),
  'call-renamed': (loss, { text = '', path, entries }) => {
    const given = stringMember(text, 'tool_call_id')
    if (path.join() !== 'tool_call_id' || !typeIn(text).startsWith('function.') || given === undefined)
      return 'the path is not the id of a call'
    const isOwnCall = typeIn(text) === 'function.call'
    const sharing = entries
      .slice(0, loss.position ?? 0)
      .filter((each) => typeIn(each) === 'function.call' && stringMember(each, 'tool_call_id') === given)
    if (isId(given) && sharing.length < (isOwnCall ? 1 : 2)) return 'its own id is valid'
    return isId(stringAfter(loss) ?? '') ? undefined : 'the new id is invalid'
  },
  'function-renamed': (loss, { text = '', path }) => {
    const isNamed = ['function.call', 'tool.execution'].includes(typeIn(text))
    if (path.join() !== 'name' || !isNamed) return 'the path is not the name of a function'
    return replacesName(stringMember(text, 'name'), stringAfter(loss))
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
  'empty-message-dropped': whole((loss, { text = '', sent }) => {
    const content = entryForm(sent ?? 'null').get('content') ?? '[]'
    const isEmpty = content === '[]' && isMessage(text)
    return checkDropped(loss) ?? (isEmpty ? undefined : 'the message is not empty')
  }),
  'value-as-text': (loss, { text = '', path }) => {
    if (!['arguments', 'result', 'content'].includes(path.join()))
      return 'the path is not arguments, result or content'
    const given = fieldsOf(text).get(path.join()) ?? 'null'
    const sentText = stringAfter(loss)
    const isEmpty = given === 'null' && ['', '{}', 'null'].includes(sentText ?? ' ')
    return sentText === given || isEmpty ? undefined : 'the text differs'
  },
  'not-asked-again': whole((loss, { mode }) =>
    mode === 'turns' ? checkDropped(loss) : 'history mode asks nothing again',
  ),
  'tail-asked-anew': whole(({ after }, { text = '', mode }) => {
    if (after !== null || mode !== 'history') return 'it is not answered again'
    const isUsers = typeIn(text) === 'message.input' && roleIn(text) === 'user'
    return isUsers ? 'it is not part of the last answer' : undefined
  }),
  'tail-nudged': whole((loss, { text, entries }) => {
    const role = stringOf(onlyInput(loss)?.get('role'))
    return loss.position === entries.length && text === undefined && role === 'user'
      ? undefined
      : 'it is not a user entry at the end'
  }),
  'tail-as-prefix': whole((loss, { sent }) => {
    const entry = onlyInput(loss)
    if (entry === undefined) return 'it is not sent as one prefix'
    const isPrefix = entry.get('prefix') === 'true' && stringOf(entry.get('role')) === 'assistant'
    const given = entryForm(sent ?? 'null').get('content')
    return isPrefix && given === contentForm(entry.get('content') ?? 'null') ? undefined : 'the text differs'
  }),
} satisfies Partial<Record<Loss['kind'], LossRule>>

/** A rule for losses of a whole entry. */
function whole(rule: LossRule): LossRule {
  return (loss, context) => (loss.path === '' ? rule(loss, context) : 'it applies to whole entries only')
}

/** A rule for losses of a whole entry of this type. */
function ofType(
  type: string,
  name: string,
  check: (loss: Loss, text: string) => string | undefined,
): LossRule {
  return whole((loss, { text = '' }) =>
    typeIn(text) === type ? check(loss, text) : `the entry is not ${name}`,
  )
}

/** The input that is sent for an entry, if it is exactly one. */
function onlyInput(loss: Loss): TreeObject | undefined {
  const [entry, ...more] = sentFor(loss)
  return entry === undefined || more.length > 0 ? undefined : objectOf(entry)
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
  if (!isSameArguments(execution.get('arguments'), call.get('arguments'))) return 'the arguments differ'
  return isSameInfo(execution.get('info'), stringOf(result.get('result'))) ? undefined : 'the result differs'
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
  const previous = readableMembers(text, 'previous_agent_name', 'previous_agent_id')
  const next = readableMembers(text, 'next_agent_name', 'next_agent_id')
  return [...previous, ...(next.length > 0 ? next : readableMembers(text, 'agent_name', 'agent_id'))]
}

/** Checks that an assistant message with all of these words is sent. */
function checkNote(loss: Loss, words: readonly string[]): string | undefined {
  const entry = onlyInput(loss)
  if (entry === undefined) return 'it is not sent as one text'
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
