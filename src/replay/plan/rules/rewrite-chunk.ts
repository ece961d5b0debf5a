import { chunkViews } from '../../../model/entries/chunk-view.ts'
import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import { elements, isArrayText, isObjectText, objectText } from '../../../model/json/json-text.ts'
import { lookUp } from '../../../model/json/parse-json.ts'
import type { Loss, LossKind } from '../../loss.ts'
import {
  filterFields,
  isString,
  isBoolean,
  isOneOf,
  orNull,
  type FilteredFields,
  type FieldFilter,
} from '../field-filter.ts'
import { readType } from '../source.ts'

type ChunkLoss = Omit<Loss, 'position' | 'id'>

/** The text to send for a chunk, or null for nothing. */
export interface RewrittenChunk {
  readonly chunk: string | null
  readonly losses: readonly ChunkLoss[]
}

/** `path`: where the chunk is in its entry. */
type Rule = (text: string, path: string, keepsThinking: boolean) => RewrittenChunk

/** Rewrites a chunk so that the strictest validators known accept it, and returns the losses. */
export function rewriteChunk(text: string, path: string, keepsThinking: boolean): RewrittenChunk {
  if (!isObjectText(text)) return asText('unknown-chunk-as-text', text, path, stringIn(text) ?? text)
  const type = readType(fieldsOf(text), 'text')
  return (lookUp(rules, type) ?? unknownChunk)(text, path, keepsThinking)
}

/** One rule per type that the API knows. */
const rules: Readonly<Record<string, Rule>> = {
  text: keepChunk('text', { fields: { type: isString, text: isString }, required: ['text'] }),
  image_url: rewriteImage,
  document_url: rewriteDocument,
  tool_file: noteChunk,
  tool_reference: noteChunk,
  reference: noteChunk,
  thinking: rewriteThinking,
}

function keepChunk(type: string, shape: FieldFilter): Rule {
  return (text, path) => {
    const fitted = filterFields(text, path, shape)
    if (fitted === undefined) return unknownChunk(text, path)
    return sendChunk(text, path, withType(fitted.text, type), notSent(fitted))
  }
}

/** An image is a string, or an object with `url` and `detail`. */
function rewriteImage(text: string, path: string): RewrittenChunk {
  const inner = fieldsOf(text).get('image_url') ?? 'null'
  const shape = {
    fields: { url: isString, detail: orNull(isOneOf('low', 'auto', 'high')) },
    required: ['url'],
  }
  const isPlain = stringIn(inner) !== null
  const url = isPlain ? { text: inner, dropped: [] } : filterFields(inner, `${path}.image_url`, shape)
  if (url === undefined) return unknownChunk(text, path)
  const address = stringIn(isPlain ? inner : fieldsOf(inner).get('url')) ?? ''
  if (!isAddress(address)) return asText('address-noted', text, path, `[image: ${address}]`)
  const rest = filterFields(text, path, { fields: { type: isString, image_url: () => true } })
  const chunk = objectText({ type: '"image_url"', image_url: url.text })
  return sendChunk(text, path, chunk, [...notSent(rest), ...notSent(url)])
}

const documentAsItIs = keepChunk('document_url', {
  fields: { type: isString, document_url: isString, document_name: orNull(isString) },
  required: ['document_url'],
})

function rewriteDocument(text: string, path: string): RewrittenChunk {
  const fields = fieldsOf(text)
  const address = stringIn(fields.get('document_url'))
  if (address === null || isAddress(address)) return documentAsItIs(text, path, true)
  const name = stringIn(fields.get('document_name')) ?? ''
  const description = [name, address].filter((part) => part !== '').join(' ')
  return asText('address-noted', text, path, `[document: ${description}]`)
}

/** Returns whether the target can fetch the URL, or the URL itself holds the content. */
function isAddress(text: string): boolean {
  return /^(?:https?:|data:)/.test(text)
}

/** Describes a citation, or a file: its id belongs to the source account, and there is no way to upload it. */
function noteChunk(text: string, path: string): RewrittenChunk {
  const [view] = chunkViews(text)
  if (view?.kind === 'file') {
    const name = view.name ?? view.id
    if (name !== undefined) return asText('file-noted', text, path, `[file: ${name}]`)
  } else if (view?.kind === 'source') {
    const { url, title = url } = view
    const link = url === undefined ? `[${title}]` : `[${title}](${url})`
    if (title !== undefined) return asText('citation-as-text', text, path, link)
  } else if (view?.kind === 'reference' && view.ids.length > 0) {
    return asText('citation-as-text', text, path, `[${view.ids.join(', ')}]`)
  }
  return unknownChunk(text, path)
}

/** Only a reasoning model gets thinking. Its signature is not sent: it is unknown who would check it. */
function rewriteThinking(text: string, path: string, keepsThinking: boolean): RewrittenChunk {
  const inner = fieldsOf(text).get('thinking') ?? 'null'
  if (!keepsThinking || !isArrayText(inner)) {
    return { chunk: null, losses: [{ kind: 'thinking-dropped', path, before: text, after: null }] }
  }
  const shape = { fields: { type: isString, thinking: () => true, closed: isBoolean } }
  const rest = filterFields(text, path, shape)
  const closed = fieldsOf(rest?.text ?? '{}').get('closed')
  const thoughts = elements(inner).map((part, i) => rewriteThought(part, `${path}.thinking[${i}]`))
  const thinking = `[${thoughts.flatMap(({ chunk }) => chunk ?? []).join(',')}]`
  const chunk = objectText({ type: '"thinking"', thinking, closed })
  return { chunk, losses: [...notSent(rest), ...thoughts.flatMap(({ losses }) => losses)] }
}

/** Thinking holds text and references; references are accepted there. */
function rewriteThought(text: string, path: string): RewrittenChunk {
  const fields = fieldsOf(text)
  const type = isObjectText(text) ? readType(fields, 'text') : ''
  if (type === 'reference' && isArrayText(fields.get('reference_ids') ?? 'null')) {
    return keepChunk('reference', referenceShape)(text, path, true)
  }
  const isTaken = type === 'text' || type === 'tool_reference'
  return isTaken ? rewriteChunk(text, path, true) : unknownChunk(text, path)
}

const referenceShape: FieldFilter = { fields: { type: isString, reference_ids: Array.isArray } }

function unknownChunk(text: string, path: string): RewrittenChunk {
  return asText('unknown-chunk-as-text', text, path, text)
}

function asText(kind: LossKind, before: string, path: string, sentText: string): RewrittenChunk {
  const chunk = objectText({ type: '"text"', text: JSON.stringify(sentText) })
  return { chunk, losses: [{ kind, path, before, after: chunk }] }
}

function sendChunk(
  before: string,
  path: string,
  chunk: string,
  losses: readonly ChunkLoss[],
): RewrittenChunk {
  const signed: ChunkLoss = { kind: 'signed-link', path, before, after: chunk }
  return { chunk, losses: isSigned(chunk) ? [...losses, signed] : losses }
}

function notSent({ dropped }: Pick<FilteredFields, 'dropped'> = { dropped: [] }): ChunkLoss[] {
  return dropped.map(({ path, value }) => ({ kind: 'field-dropped', path, before: value, after: null }))
}

/** A signature is in the query of a link. A `data:` URI of many megabytes has none and is not searched. */
function isSigned(chunk: string): boolean {
  if (chunk.length > 16_384 || !/"(?:image_url|document_url)"/.test(chunk)) return false
  return /[?&](?:sig|signature|x-amz-signature|x-goog-signature)=/i.test(chunk)
}

function withType(text: string, type: string): string {
  if (fieldsOf(text).has('type')) return text
  return objectText({ type: JSON.stringify(type), ...Object.fromEntries(fieldsOf(text)) })
}
