import { elements, isArrayText, isObjectText, objectText } from '../../model/json-text.ts'
import type { LossKind } from '../loss.ts'
import { fit, isText, isTruth, isWord, orNull, type Fitted, type Shape } from '../shape.ts'
import { fieldsOf, stringIn, typeOf } from '../source.ts'

/** What a chunk loses; the path leads on from the chunk. */
export interface ChunkLoss {
  readonly kind: LossKind
  readonly path: string
  readonly before: string
  readonly after: string | null
}

/** A chunk as it can be sent: its text, or null where nothing is. */
export interface RewrittenChunk {
  readonly chunk: string | null
  readonly losses: readonly ChunkLoss[]
}

type Rule = (text: string, keepsThinking: boolean) => RewrittenChunk

/** Rewrites a chunk so that the strictest reading of the API takes it, and says what that costs. */
export function rewriteChunk(text: string, keepsThinking: boolean): RewrittenChunk {
  if (!isObjectText(text)) return asText('unknown-chunk-as-text', text, stringIn(text) ?? text)
  const type = typeOf(fieldsOf(text), 'text')
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined
  return (rule ?? unknown)(text, keepsThinking)
}

/** A rule for every type that the API knows. */
const rules: Readonly<Record<string, Rule>> = {
  text: asItIs('text', { fields: { type: isText, text: isText }, required: ['text'] }),
  image_url: image,
  document_url: asItIs('document_url', {
    fields: { type: isText, document_url: isText, document_name: orNull(isText) },
    required: ['document_url'],
  }),
  tool_file: noteFile,
  tool_reference: cite,
  reference: citeNumbers,
  thinking: think,
}

function asItIs(type: string, shape: Shape): Rule {
  return (text) => {
    const fitted = fit(text, shape)
    return fitted === undefined ? unknown(text) : sent(text, withType(fitted.text, type), fitted)
  }
}

/** An image is a string, or an object with `url` and `detail`. */
function image(text: string): RewrittenChunk {
  const inner = fieldsOf(text).get('image_url') ?? 'null'
  const shape = {
    fields: { url: isText, detail: orNull(isWord('low', 'auto', 'high')) },
    required: ['url'],
  }
  const url = stringIn(inner) === null ? fit(inner, shape) : { text: inner, dropped: [] }
  if (url === undefined) return unknown(text)
  const rest = fit(text, { fields: { type: isText, image_url: () => true } })
  const lost = url.dropped.map(({ key, value }) => ({ key: `image_url.${key}`, value }))
  const chunk = objectText({ type: '"image_url"', image_url: url.text })
  return sent(text, chunk, { text, dropped: [...(rest?.dropped ?? []), ...lost] })
}

/** The id of a file means nothing in another account, and its bytes can't be put there. */
function noteFile(text: string): RewrittenChunk {
  const fields = fieldsOf(text)
  const id = stringIn(fields.get('file_id'))
  if (id === null) return unknown(text)
  const name = stringIn(fields.get('file_name'))
  const extension = stringIn(fields.get('file_type'))
  const called = name === null ? id : [name, extension].filter((part) => part !== null).join('.')
  return asText('file-noted', text, `[file: ${called}]`)
}

function cite(text: string): RewrittenChunk {
  const fields = fieldsOf(text)
  const url = stringIn(fields.get('url'))
  const title = stringIn(fields.get('title')) ?? url
  if (title === null) return unknown(text)
  return asText('citation-as-text', text, url === null ? `[${title}]` : `[${title}](${url})`)
}

function citeNumbers(text: string): RewrittenChunk {
  const ids = fieldsOf(text).get('reference_ids') ?? 'null'
  if (!isArrayText(ids)) return unknown(text)
  const named = elements(ids).map((id) => stringIn(id) ?? id)
  return asText('citation-as-text', text, `[${named.join(', ')}]`)
}

/** Thinking goes only to a model that reasons; its signature is its author's, and nobody knows who would check it. */
function think(text: string, keepsThinking: boolean): RewrittenChunk {
  const inner = fieldsOf(text).get('thinking') ?? 'null'
  const dropped = { kind: 'thinking-dropped', path: '', before: text, after: null } as const
  if (!keepsThinking || !isArrayText(inner)) return { chunk: null, losses: [dropped] }
  const rest = fit(text, { fields: { type: isText, thinking: () => true, closed: isTruth } })
  const closed = rest === undefined ? undefined : fieldsOf(rest.text).get('closed')
  const parts = elements(inner).map(rewriteThought)
  const thinking = `[${parts.flatMap(({ chunk }) => chunk ?? []).join(',')}]`
  const chunk = objectText({ type: '"thinking"', thinking, closed })
  const inside = parts.flatMap(({ losses }, i) =>
    losses.map((loss) => ({ ...loss, path: `.thinking[${i}]${loss.path}` })),
  )
  const { losses } = sent(text, chunk, { text, dropped: rest?.dropped ?? [] })
  return { chunk, losses: [...losses, ...inside] }
}

/** In a thought stand text and references; a reference is taken there. */
function rewriteThought(text: string): RewrittenChunk {
  const type = typeOf(fieldsOf(text), 'text')
  const fits = type === 'reference' && isArrayText(fieldsOf(text).get('reference_ids') ?? 'null')
  if (fits) return asItIs('reference', referenceShape)(text, true)
  return type === 'text' || type === 'tool_reference' ? rewriteChunk(text, true) : unknown(text)
}

const referenceShape: Shape = { fields: { type: isText, reference_ids: Array.isArray } }

function unknown(text: string): RewrittenChunk {
  return asText('unknown-chunk-as-text', text, text)
}

function asText(kind: LossKind, before: string, said: string): RewrittenChunk {
  const chunk = objectText({ type: '"text"', text: JSON.stringify(said) })
  return { chunk, losses: [{ kind, path: '', before, after: chunk }] }
}

function sent(before: string, chunk: string, { dropped }: Fitted): RewrittenChunk {
  const fields = dropped.map(({ key, value }): ChunkLoss => ({
    kind: 'field-dropped',
    path: `.${key}`,
    before: value,
    after: null,
  }))
  const signed: ChunkLoss[] = isSigned(chunk) ? [{ kind: 'signed-link', path: '', before, after: chunk }] : []
  return { chunk, losses: [...fields, ...signed] }
}

/** A signature in a link stands in its query; a data: URI of many megabytes has none, and is not looked through. */
function isSigned(chunk: string): boolean {
  if (chunk.length > 16_384 || !/"(?:image_url|document_url)"/.test(chunk)) return false
  return /[?&](?:sig|signature|x-amz-signature|x-goog-signature)=/i.test(chunk)
}

function withType(text: string, type: string): string {
  if (fieldsOf(text).has('type')) return text
  return objectText({ type: JSON.stringify(type), ...Object.fromEntries(fieldsOf(text)) })
}
