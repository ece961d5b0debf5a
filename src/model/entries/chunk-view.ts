import { elements } from '../json/json-text.ts'
import { displayText, fieldsOf, restOf, stringIn, typeName, type Fields, type Texts } from './fields.ts'

/**
 * A chunk of a message as every view shows it. `rest` has the members that its kind has no field for, as the text of an
 * object. Views show it as JSON, so that nothing is left out.
 */
export type ChunkView = ChunkFacts & ChunkForm

/** `type` is the type that was sent; undefined if there was none. */
type ChunkFacts = Texts<'type' | 'rest'> & { readonly fields: Fields }

type ChunkForm =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly url: string }
  | ({ readonly kind: 'document' } & Texts<'name' | 'url'>)
  /** The name has its extension, which the API sends in the name or separately. */
  | ({ readonly kind: 'file' } & Texts<'name' | 'id' | 'tool'>)
  | ({ readonly kind: 'source' } & Texts<'title' | 'url' | 'tool' | 'description'>)
  | { readonly kind: 'reference'; readonly ids: readonly string[] }
  | { readonly kind: 'thinking'; readonly chunks: readonly ChunkView[] }
  /** Shown as JSON. */
  | { readonly kind: 'unknown'; readonly json: string }

/** Reads the chunks of a message's content. A string or a single object is one chunk; null and '' are none. */
export function chunkViews(content: string | undefined): ChunkView[] {
  return chunksIn(content, forms)
}

/** Members that no view shows: the type of the chunk, and marks for programs. */
const envelope = ['type', 'signature', 'closed', 'favicon', 'index']

type Form = (fields: Fields) => (ChunkForm & { readonly more?: string | undefined }) | undefined

/** The members that a type of chunk has fields for, and how it is read; undefined if the chunk has another form. */
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

/** Thinking inside thinking is shown as JSON: it could be nested deeper than the stack. */
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

/** An image is a string, or an object with `url` and `detail`; if that object has more members, all of it is shown. */
function image(fields: Fields): ReturnType<Form> {
  const given = fields.get('image_url')
  const inner = fieldsOf(given ?? '')
  const url = stringIn(given) ?? stringIn(inner.get('url'))
  if (url === null) return undefined
  const isWhole = restOf(inner, new Set(['url', 'detail'])) === undefined
  const more = isWhole ? undefined : restOf(fields, new Set(envelope))
  return { kind: 'image', url, more }
}

/** Adds the extension to the name of a file, unless it is there already, as in `plot_0.png` of the type `png`. */
export function fileName(name: string | undefined, type: string | undefined): string | undefined {
  if (name === undefined || type === undefined) return name ?? type
  const extension = `.${type.replace(/^\./, '')}`
  return name.toLowerCase().endsWith(extension.toLowerCase()) ? name : `${name}${extension}`
}

function idsIn(json: string | undefined): string[] {
  const ids = json?.startsWith('[') === true ? elements(json) : [json]
  return ids.map(displayText).filter((id) => id !== undefined)
}
