import { elements } from '../json/json-text.ts'
import { fieldsOf, restOf, displayText, stringIn, typeName, type Fields } from './fields.ts'

/**
 * A chunk of a message as every view shows it. `rest` has the members that the form of its kind has no place for, as the
 * text of an object: shown as JSON, nothing that came is left out.
 */
export type ChunkView = ChunkFacts & ChunkForm

interface ChunkFacts {
  /** The type that was sent; undefined where none was. */
  readonly type: string | undefined
  readonly fields: Fields
  readonly rest: string | undefined
}

type ChunkForm =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly url: string }
  | { readonly kind: 'document'; readonly name: string | undefined; readonly url: string | undefined }
  | {
      readonly kind: 'file'
      /** With its ending, which the API sends apart or within the name. */
      readonly name: string | undefined
      readonly id: string | undefined
      readonly tool: string | undefined
    }
  | {
      readonly kind: 'source'
      readonly title: string | undefined
      readonly url: string | undefined
      readonly tool: string | undefined
      readonly description: string | undefined
    }
  | { readonly kind: 'reference'; readonly ids: readonly string[] }
  | { readonly kind: 'thinking'; readonly chunks: readonly ChunkView[] }
  /** Shown as its JSON came. */
  | { readonly kind: 'unknown'; readonly json: string }

/** The chunks of a message's content: a string, or an object on its own, is one; null and nothing are none. */
export function chunkViews(content: string | undefined): ChunkView[] {
  return chunksIn(content, forms)
}

/** Members that no view shows: what the chunk is, and marks for programs. */
const envelope = ['type', 'signature', 'closed', 'favicon', 'index']

type Form = (fields: Fields) => (ChunkForm & { readonly more?: string | undefined }) | undefined

/** What each type of chunk has a place for, and how it is read; undefined where what came does not have that form. */
interface KnownChunk {
  readonly fields: ReadonlySet<string>
  readonly form: Form
}

function chunk(fields: readonly string[], form: Form): KnownChunk {
  return { fields: new Set([...envelope, ...fields]), form }
}

const plainForms: Readonly<Record<string, KnownChunk>> = {
  text: chunk(['text'], (fields) => {
    const text = stringIn(fields.get('text'))
    return text === null ? undefined : { kind: 'text', text }
  }),
  image_url: chunk(['image_url'], image),
  document_url: chunk(['document_url', 'document_name'], (fields) => ({
    kind: 'document',
    name: displayText(fields.get('document_name')),
    url: displayText(fields.get('document_url')),
  })),
  tool_file: chunk(['tool', 'file_id', 'file_name', 'file_type'], (fields) => ({
    kind: 'file',
    name: fileName(displayText(fields.get('file_name')), displayText(fields.get('file_type'))),
    id: displayText(fields.get('file_id')),
    tool: displayText(fields.get('tool')),
  })),
  tool_reference: chunk(['tool', 'title', 'url', 'description'], (fields) => ({
    kind: 'source',
    title: displayText(fields.get('title')),
    url: displayText(fields.get('url')),
    tool: displayText(fields.get('tool')),
    description: displayText(fields.get('description')),
  })),
  reference: chunk(['reference_ids'], (fields) => ({
    kind: 'reference',
    ids: idsIn(fields.get('reference_ids')),
  })),
}

/** Thoughts hold no thoughts, they are shown as JSON there: they could lie in each other deeper than the stack. */
const forms: Readonly<Record<string, KnownChunk>> = {
  ...plainForms,
  thinking: chunk(['thinking'], (fields) => ({
    kind: 'thinking',
    chunks: chunksIn(fields.get('thinking'), plainForms),
  })),
}

function chunksIn(content: string | undefined, known: Readonly<Record<string, KnownChunk>>): ChunkView[] {
  if (content === undefined || content === 'null' || content === '""') return []
  if (content.startsWith('[')) return elements(content).map((json) => chunkView(json, known))
  return [chunkView(content, known)]
}

function chunkView(json: string, known: Readonly<Record<string, KnownChunk>>): ChunkView {
  const text = stringIn(json)
  if (text !== null) return { type: undefined, fields: new Map(), rest: undefined, kind: 'text', text }
  const fields = fieldsOf(json)
  const type = typeName(fields.get('type'))
  const name = type ?? 'text'
  const found = Object.hasOwn(known, name) ? known[name] : undefined
  const form = found?.form(fields)
  if (found === undefined || form === undefined)
    return { type, fields, rest: undefined, kind: 'unknown', json }
  const { more, ...own } = form
  return { type, fields, rest: more ?? restOf(fields, found.fields), ...own }
}

/** An image is a string, or an object with `url` and `detail`; where that object says more, all of it is shown. */
function image(fields: Fields): ReturnType<Form> {
  const given = fields.get('image_url')
  const inner = fieldsOf(given ?? '')
  const url = stringIn(given) ?? stringIn(inner.get('url'))
  if (url === null) return undefined
  const isWhole = restOf(inner, new Set(['url', 'detail'])) === undefined
  const more = isWhole ? undefined : restOf(fields, new Set(envelope))
  return { kind: 'image', url, more }
}

/** The name of a file with its ending; `plot_0.png` beside the type `png` has it already. */
export function fileName(name: string | undefined, type: string | undefined): string | undefined {
  if (name === undefined || type === undefined) return name ?? type
  const ending = `.${type.replace(/^\./, '')}`
  return name.toLowerCase().endsWith(ending.toLowerCase()) ? name : `${name}${ending}`
}

function idsIn(json: string | undefined): string[] {
  const ids = json?.startsWith('[') === true ? elements(json) : [json]
  return ids.map(displayText).filter((id) => id !== undefined)
}
