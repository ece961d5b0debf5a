import { ADDED_ANSWER, type Loss } from '../loss.ts'
import { entryType, type EntryForm } from './entry-form.ts'
import { objectOf, present, stringOf, treeOf, type TreeObject } from './json-tree.ts'

/** Returns whether a loss adds something before its entry instead of changing it. */
export function isAddition({ kind }: Loss): boolean {
  return kind === 'answer-added'
}

/** Returns what is wrong with an added answer; undefined if nothing is. */
export function checkAddition({ before, after, path }: Loss): string | undefined {
  const tree = after === null ? [] : treeOf(after)
  const [entry, ...more] = Array.isArray(tree) ? present(tree) : []
  const isAnswer = entry !== undefined && more.length === 0 && before === null && path === ''
  return isAnswer && isAddedAnswer(objectOf(entry)) ? undefined : 'this is not the answer that may be added'
}

/** An answer may be added only between a function result and a user message. */
export function isBetween(before: EntryForm | undefined, after: EntryForm | undefined): boolean {
  if (before === undefined || after === undefined) return false
  const isUsers = entryType(after) === 'message.input' && stringOf(after.get('role')) === 'user'
  return entryType(before) === 'function.result' && isUsers
}

function isAddedAnswer(entry: TreeObject): boolean {
  const [type, role, content] = ['type', 'role', 'content'].map((key) => stringOf(entry.get(key)))
  return type === 'message.output' && role === 'assistant' && content === ADDED_ANSWER && entry.size === 3
}
