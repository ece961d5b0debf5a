import { fileName, type ChunkView } from '../../model/entries/chunk-view.ts'
import { safeName } from '../output/safe-name.ts'
import type { DependencyReader } from '../format.ts'
import { parseDataUri } from './data-uri.ts'
import { archivedFields } from './page-facts.ts'
import { isSafeUrl } from './safe-url.ts'

/** Something that a message refers to, as a page shows it. `what` is `Image`, `Document` or `File`. */
export type Referred =
  | ({ readonly kind: 'content' } & ReferredFile)
  /** An address; a link only if it `isSafe`. */
  | {
      readonly kind: 'address'
      readonly what: string
      readonly name: string | undefined
      readonly url: string
      readonly isSafe: boolean
    }
  /** A file of a tool that the archive does not have. */
  | {
      readonly kind: 'missing'
      readonly what: string
      readonly name: string
      readonly state: string
      readonly reason: string
    }

/** A file whose content is known: from a data: URI, or archived. */
export interface ReferredFile {
  readonly what: string
  /** The name as it was sent. */
  readonly name: string
  /** A name that every file system accepts, whose extension is passive. */
  readonly safeName: string
  readonly isPicture: boolean
  /** The media type with which a browser may get it: only a picture has its own, anything else is to be saved as it is. */
  readonly type: string
  readonly bytes: Iterable<Uint8Array>
}

/** Extensions of images that a page shows inline. */
const PICTURES = ['png', 'jpg', 'jpeg', 'gif', 'webp']

/**
 * Extensions of files that are only shown or played when opened, from disk or in a browser: no page, script, shortcut or
 * program, and nothing that can contain one (SVG, Office). A browser shows PDF in a sandbox. Any other file gets the
 * extension `.bin`, which no program opens by default.
 */
const PASSIVE_EXTENSIONS: ReadonlySet<string> = new Set([
  ...PICTURES,
  ...['avif', 'bmp', 'tif', 'tiff', 'pdf', 'txt', 'csv', 'tsv', 'json', 'jsonl'],
  ...['mp3', 'wav', 'ogg', 'flac', 'mp4', 'webm', 'bin'],
])

const EXTENSION_OF_TYPE: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/markdown': 'md',
  'application/json': 'json',
}

/** Finds what a chunk refers to: the content of a data: URI, the address of a page, or a file of a tool in the archive. */
export function referredTo(
  chunk: ChunkView & { readonly kind: 'image' | 'document' | 'file' },
  archived: DependencyReader,
): Referred {
  switch (chunk.kind) {
    case 'image':
      return addressed('Image', undefined, chunk.url)
    case 'document':
      return addressed('Document', chunk.name, chunk.url ?? '')
    case 'file':
      return fileOfTool(chunk, archived)
  }
}

function addressed(what: string, name: string | undefined, url: string): Referred {
  const data = parseDataUri(url)
  if (data === undefined) return { kind: 'address', what, name, url, isSafe: isSafeUrl(url) }
  const full = fileName(name ?? what.toLowerCase(), EXTENSION_OF_TYPE[data.type] ?? 'bin')
  return content(what, full ?? what, data.bytes)
}

function fileOfTool(
  { id = '', name = id || 'file' }: ChunkView & { readonly kind: 'file' },
  archived: DependencyReader,
): Referred {
  const file = archived.read({ kind: 'file', id, version: '' })
  // The archive stores no bytes for an empty file; its metadata tells that it is empty.
  const isEmpty = archivedFields(file?.json).get('bytes') === '0'
  const bytes = file?.bytes ?? (isEmpty ? new Uint8Array() : undefined)
  if (bytes !== undefined) return content('File', name, [bytes])
  const state = file === undefined || file.state === 'stored' ? 'not archived' : FILE_STATES[file.state]
  const reason = file?.reason && file.state !== 'expired' ? `: ${file.reason}` : ''
  return { kind: 'missing', what: 'File', name, state, reason }
}

const FILE_STATES = {
  wanted: 'not fetched yet',
  expired: 'expired before it was archived',
  skipped: 'not archived',
  failed: 'could not be fetched',
} as const

function content(what: string, name: string, bytes: Iterable<Uint8Array>): Referred {
  const { title, ending } = splitExtension(name)
  const isPicture = PICTURES.includes(ending)
  const type = isPicture ? `image/${ending === 'jpg' ? 'jpeg' : ending}` : 'application/octet-stream'
  const file = `${safeName(title, 'file')}.${ending}`
  return { kind: 'content', what, name, safeName: file, isPicture, type, bytes }
}

/** Splits a name at its extension. An extension that is not passive becomes part of the title. */
function splitExtension(name: string): { readonly title: string; readonly ending: string } {
  const [, title = name, extension = ''] = /^(.*)\.([a-z0-9]{1,8})$/is.exec(name) ?? []
  const ending = extension.toLowerCase()
  return PASSIVE_EXTENSIONS.has(ending) ? { title, ending } : { title: name, ending: 'bin' }
}
