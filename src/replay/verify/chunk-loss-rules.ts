import { fieldsOf, stringMember } from '../../model/entries/fields.ts'
import { elements, isArrayText } from '../../model/json/json-text.ts'
import type { Loss } from '../loss.ts'
import { contentForm, jsonForm } from './entry-form.ts'
import { typeIn, wordsAt } from './json-members.ts'
import { isNothing, objectOf, stringOf, textOf, treeOf, type Tree } from './json-tree.ts'
import type { LossRule } from './loss-rule.ts'
import { textAt, treeAt, type Path } from './value-path.ts'

/** What a loss of a chunk, or of a field, may do, by its kind. */
export const chunkLossRules = {
  'citation-as-text': chunk(['tool_reference', 'reference'], (given, text) => {
    const ids = fieldsOf(given).get('reference_ids') ?? '[]'
    const numbers = isArrayText(ids)
      ? elements(ids).map((id) => stringOf(treeOf(id)) ?? id)
      : wordsAt(given, 'reference_ids')
    const words = [...wordsAt(given, 'title'), ...wordsAt(given, 'url'), ...numbers]
    return words.every((word) => text.includes(word))
  }),
  'file-noted': chunk(['tool_file'], (given, text) => {
    const [name] = [
      ...wordsAt(given, 'file_name'),
      ...wordsAt(given, 'file_type'),
      ...wordsAt(given, 'file_id'),
    ]
    return name !== undefined && text.includes(name)
  }),
  'address-noted': chunk(['image_url', 'document_url'], (given, text) => {
    const image = objectOf(treeOf(given)).get('image_url')
    const address = stringMember(given, 'document_url') ?? stringOf(objectOf(image).get('url') ?? image)
    const isTaken = ['http:', 'https:', 'data:'].some((scheme) => address?.startsWith(scheme))
    const words = [address, stringMember(given, 'document_name')]
    return (
      address !== undefined && !isTaken && words.every((word) => word === undefined || text.includes(word))
    )
  }),
  'thinking-dropped': ({ after }, { text = '', path }) => {
    if (typeOf(treeAt(treeOf(text), path)) !== 'thinking') return 'there is no thinking'
    return after === null ? undefined : 'something is sent in its place'
  },
  'unknown-chunk-as-text': ({ before, after }, { text = '', path }) => {
    const given = treeAt(treeOf(text), path)
    const isText = typeOf(given) === 'text' && stringOf(objectOf(given).get('text')) !== undefined
    if (!isChunkPath(path) || isText) return 'the chunk is a known one'
    const said = textOfChunk(after)
    const asJson = said === undefined ? undefined : jsonForm(said)
    const isSaid = said !== undefined && (said === stringOf(given) || asJson === textOf(given))
    return isSaid || (said !== undefined && said === before) ? undefined : 'its words are others'
  },
  'signed-link': ({ after }, { path, sent }) => {
    const there = treeAt(sent, path)
    const isSame = after !== null && there !== undefined && chunkForm(treeOf(after)) === chunkForm(there)
    return isSame && isChunkPath(path) ? undefined : 'the link is another'
  },
  'field-dropped': ({ after }, { text = '', path }) => {
    if (after !== null) return 'something is sent in its place'
    return isSaid(text, path) ? 'what is said stands in it' : undefined
  },
} satisfies Partial<Record<Loss['kind'], LossRule>>

/** A chunk of one of these types becomes a text in which its words stand. */
function chunk(types: readonly string[], keeps: (given: string, text: string) => boolean): LossRule {
  return ({ after }, { text = '', path }) => {
    const given = textAt(text, path) ?? 'null'
    if (!types.includes(typeOf(treeOf(given)) ?? '')) return 'there is no such chunk'
    const said = textOfChunk(after)
    return said !== undefined && keeps(given, said) ? undefined : 'words are missing in it'
  }
}

function typeOf(given: Tree | undefined): string | undefined {
  if (!(given instanceof Map)) return undefined
  const type = given.get('type')
  return isNothing(type) ? 'text' : (stringOf(type) ?? textOf(type))
}

function isChunkPath(path: Path): boolean {
  return (path[0] === 'content' || path[0] === 'thinking') && typeof path.at(-1) === 'number'
}

/** The text that is sent in the place of a chunk. */
function textOfChunk(after: string | null): string | undefined {
  const sent = objectOf(after === null ? undefined : treeOf(after))
  return stringOf(sent.get('type')) === 'text' ? stringOf(sent.get('text')) : undefined
}

function chunkForm(tree: Tree): string {
  return contentForm([tree])
}

/** Is this the member in which an entry, or a chunk, says what it has to say? */
function isSaid(text: string, path: Path): boolean {
  const key = String(path.at(-1))
  if (path.length === 1) return saidIn(typeIn(text)).includes(key)
  const holder = treeAt(treeOf(text), path.slice(0, -1))
  if (path.at(-2) === 'image_url') return key === 'url'
  return ['type', ...(saidInChunk.get(typeOf(holder) ?? '') ?? [])].includes(key)
}

function saidIn(type: string): readonly string[] {
  if (type.startsWith('message.')) return ['type', 'role', 'content']
  if (type === 'tool.execution') return ['type', 'name', 'arguments', 'info']
  if (type === 'function.call') return ['type', 'tool_call_id', 'name', 'arguments']
  if (type === 'function.result') return ['type', 'tool_call_id', 'result']
  return ['type']
}

const saidInChunk: ReadonlyMap<string, readonly string[]> = new Map([
  ['text', ['text']],
  ['image_url', ['image_url']],
  ['document_url', ['document_url']],
  ['thinking', ['thinking']],
  ['reference', ['reference_ids']],
])
