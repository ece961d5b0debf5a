import { stringMember } from '../../model/entries/fields.ts'
import { isObjectText } from '../../model/json/json-text.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { neverSent } from '../loss.ts'
import {
  isNothing,
  objectOf,
  present,
  stringOf,
  stringTree,
  textOf,
  treeOf,
  withoutNulls,
  type Tree,
} from './json-tree.ts'

/*
 * The form in which entries are compared. The API may return what it was sent in another shape; each rule here undoes
 * one such change, and none hides a difference in content:
 *
 * - ids and times, and `model` and `agent_id` of an entry, are set by the service (`neverSent`);
 * - null, and a prefix that is false, mean the same as an absent member;
 * - the default types of the specification: message.input for an entry, the assistant's role for an output, text for a
 *   chunk;
 * - a string as content is one text chunk, and adjacent text chunks are one, since streams split them anywhere;
 * - the arguments of a call are an object or its JSON text;
 * - an image is an object or only its URL.
 */

/** An entry's members by name, each in its canonical form. */
export type EntryForm = ReadonlyMap<string, string>

/** Members with content: neither side may have one that the other lacks. */
const contentMembers = [
  ...['type', 'role', 'content', 'prefix'],
  ...['tool_call_id', 'name', 'arguments', 'result', 'info'],
]

/** An entry of the copy. */
export interface CopyEntry {
  readonly id: string | undefined
  readonly form: EntryForm
}

/** Reads the entries of a copy. */
export function foundEntries(texts: readonly string[]): CopyEntry[] {
  return texts.map((text) => ({ id: stringMember(text, 'id'), form: readForm(text) }))
}

/** Reads the form of an entry's text. */
export function readForm(text: string): EntryForm {
  return entryForm(treeOf(text))
}

export function entryForm(tree: Tree): EntryForm {
  if (!(tree instanceof Map)) return new Map([['', textOf(tree)]])
  const kept = [...withoutNulls(tree)].filter(([key]) => !neverSent.includes(key))
  const form = new Map(kept.map(([key, value]) => [key, memberForm(key, value)]))
  if (form.get('prefix') === 'false') form.delete('prefix')
  if (!form.has('type')) form.set('type', '"message.input"')
  if (form.get('type') === '"message.output"' && !form.has('role')) form.set('role', '"assistant"')
  return form
}

function memberForm(key: string, value: Tree): string {
  if (key === 'content') return contentForm(value)
  return key === 'arguments' ? argumentsForm(value) : textOf(value)
}

/** Names of the members that differ. Members that the service adds do not count. */
export function differingMembers(expected: EntryForm, found: EntryForm): string[] {
  const names = new Set([...contentMembers, ...expected.keys()])
  return [...names].filter((name) => expected.get(name) !== found.get(name))
}

/** The part of a form that is compared with an expected one. */
export function comparedPart(expected: EntryForm | undefined, found: EntryForm): EntryForm {
  return new Map([...found].filter(([name]) => contentMembers.includes(name) || expected?.has(name) === true))
}

/** The same text for all equal forms. */
export function formText(form: EntryForm): string {
  return JSON.stringify([...form].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The type of an entry; undefined if it is not a string. */
export function entryType(form: EntryForm | undefined): string | undefined {
  return stringOf(form?.get('type'))
}

/** The form of a content: its chunks, with adjacent texts joined. */
export function contentForm(content: Tree): string {
  const text = stringOf(content)
  const chunks = text === undefined ? content : [stringTree(text)]
  return Array.isArray(chunks) ? textOf(chunksForm(present(chunks), text !== undefined)) : textOf(chunks)
}

export function argumentsForm(given: Tree): string {
  const text = stringOf(given)
  return (text === undefined || !isObjectText(text) ? undefined : jsonForm(text)) ?? textOf(given)
}

/** The form of the JSON in a string; undefined if it is not JSON. */
export function jsonForm(text: string): string | undefined {
  return isJson(text) ? textOf(treeOf(text)) : undefined
}

/** Text chunks become strings, adjacent ones a single string; an object cannot be mistaken for one. */
function chunksForm(chunks: readonly Tree[], areStrings = false): Tree[] {
  const forms: Tree[] = []
  let isAfterText = false
  for (const chunk of chunks) {
    const text = areStrings ? stringOf(chunk) : plainText(chunk)
    const last = stringOf(forms.at(-1))
    if (text === '') continue
    if (text === undefined) forms.push(chunkForm(chunk))
    else if (isAfterText && last !== undefined) forms[forms.length - 1] = stringTree(last + text)
    else forms.push(stringTree(text))
    isAfterText = text !== undefined
  }
  return forms
}

/** The text of a chunk with nothing but text. */
function plainText(chunk: Tree): string | undefined {
  const { size } = withoutNulls(objectOf(chunk))
  const type = objectOf(chunk).get('type')
  const text = stringOf(objectOf(chunk).get('text'))
  if (isNothing(type)) return size === 1 ? text : undefined
  return stringOf(type) === 'text' && size === 2 ? text : undefined
}

function chunkForm(chunk: Tree): Tree {
  if (!(chunk instanceof Map)) return [chunk] // a string among chunks is not a text chunk
  const form = withoutNulls(chunk)
  if (!form.has('type')) form.set('type', stringTree('text'))
  const thinking = form.get('thinking')
  if (Array.isArray(thinking)) form.set('thinking', chunksForm(present(thinking)))
  const image = form.get('image_url')
  if (image instanceof Map) {
    const members = withoutNulls(image)
    form.set('image_url', (members.size === 1 ? members.get('url') : undefined) ?? members)
  }
  return form
}
