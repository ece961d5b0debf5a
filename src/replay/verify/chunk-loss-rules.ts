import { fieldsOf, stringMember } from '../../model/entries/fields.ts'
import { elements, isArrayText } from '../../model/json/json-text.ts'
import type { Loss } from '../loss.ts'
import { contentForm, jsonForm } from './entry-form.ts'
import { typeIn, readableMembers } from './json-members.ts'
import { isNothing, objectOf, stringOf, textOf, treeOf, type Tree } from './json-tree.ts'
import { checkDropped, type LossRule } from './loss-rule.ts'
import { textAt, treeAt, type Path } from './value-path.ts'

/** What a loss of a chunk or a field may do, by kind. */
export const chunkLossRules = {
  'citation-as-text': chunk(['tool_reference', 'reference'], (given, text) => {
    const ids = fieldsOf(given).get('reference_ids') ?? '[]'
    const numbers = isArrayText(ids)
      ? elements(ids)
          .filter((id) => id !== 'null') // no id, and so no word
          .map((id) => stringOf(treeOf(id)) ?? id)
      : readableMembers(given, 'reference_ids')
    const words = [...readableMembers(given, 'title', 'url'), ...numbers]
    return words.every((word) => text.includes(word))
  }),
  'file-noted': chunk(['tool_file'], (given, text) => {
    const [name] = readableMembers(given, 'file_name', 'file_type', 'file_id')
    return name !== undefined && text.includes(name)
  }),
  'address-noted': chunk(['image_url', 'document_url'], (given, text) => {
    const image = objectOf(treeOf(given)).get('image_url')
    const address = stringMember(given, 'document_url') ?? stringOf(objectOf(image).get('url') ?? image)
    const isTaken = ['http:', 'https:', 'data:'].some((scheme) => address?.startsWith(scheme))
    const name = stringMember(given, 'document_name') ?? ''
    return address !== undefined && !isTaken && text.includes(address) && text.includes(name)
  }),
  'thinking-dropped': (loss, { text = '', path }) =>
    chunkType(treeAt(treeOf(text), path)) === 'thinking' ? checkDropped(loss) : 'this is not thinking',
  'unknown-chunk-as-text': ({ after }, { text = '', path }) => {
    const given = treeAt(treeOf(text), path)
    const isText = chunkType(given) === 'text' && stringOf(objectOf(given).get('text')) !== undefined
    if (!isChunkPath(path) || isText) return 'the chunk has a known type'
    const sentText = textOfChunk(after)
    if (sentText === undefined) return 'it is not sent as text'
    // Very deep levels have no canonical form, but the same text. `before` will not do: it may be cut.
    const isKept = sentText === stringOf(given) || sentText === textAt(text, path)
    return isKept || jsonForm(sentText) === textOf(given) ? undefined : 'the text differs'
  },
  'signed-link': ({ after }, { path, sent }) => {
    const sentChunk = treeAt(sent, path)
    const isSame =
      after !== null && sentChunk !== undefined && contentForm([treeOf(after)]) === contentForm([sentChunk])
    return isSame && isChunkPath(path) ? undefined : 'the link differs'
  },
  'field-dropped': (loss, { text = '', path }) =>
    checkDropped(loss) ?? (isContent(text, path) ? 'the field holds content' : undefined),
} satisfies Partial<Record<Loss['kind'], LossRule>>

/** A chunk of one of these types becomes a text that contains its words. */
function chunk(types: readonly string[], keeps: (given: string, text: string) => boolean): LossRule {
  return ({ after }, { text = '', path }) => {
    const given = textAt(text, path) ?? 'null'
    if (!types.includes(chunkType(treeOf(given)) ?? '')) return 'the chunk has another type'
    const sentText = textOfChunk(after)
    return sentText !== undefined && keeps(given, sentText) ? undefined : 'the text leaves words out'
  }
}

function chunkType(given: Tree | undefined): string | undefined {
  if (!(given instanceof Map)) return undefined
  const type = given.get('type')
  return isNothing(type) ? 'text' : (stringOf(type) ?? textOf(type))
}

function isChunkPath(path: Path): boolean {
  return (path[0] === 'content' || path[0] === 'thinking') && typeof path.at(-1) === 'number'
}

/** The text that is sent for a chunk. */
function textOfChunk(after: string | null): string | undefined {
  const sent = objectOf(after === null ? undefined : treeOf(after))
  return stringOf(sent.get('type')) === 'text' ? stringOf(sent.get('text')) : undefined
}

/** Returns whether an entry's or chunk's content is in this member. */
function isContent(text: string, path: Path): boolean {
  const key = String(path.at(-1))
  if (path.length === 1) return contentMembers(typeIn(text)).includes(key)
  const holder = treeAt(treeOf(text), path.slice(0, -1))
  if (path.at(-2) === 'image_url') return key === 'url'
  return ['type', ...(contentOfChunk.get(chunkType(holder) ?? '') ?? [])].includes(key)
}

function contentMembers(type: string): readonly string[] {
  if (type.startsWith('message.')) return ['type', 'role', 'content']
  if (type === 'tool.execution') return ['type', 'name', 'arguments', 'info']
  if (type === 'function.call') return ['type', 'tool_call_id', 'name', 'arguments']
  if (type === 'function.result') return ['type', 'tool_call_id', 'result']
  return ['type']
}

const contentOfChunk: ReadonlyMap<string, readonly string[]> = new Map([
  ['text', ['text']],
  ['image_url', ['image_url']],
  ['document_url', ['document_url']],
  ['thinking', ['thinking']],
  ['reference', ['reference_ids']],
])
