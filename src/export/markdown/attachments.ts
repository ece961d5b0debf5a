import { fileName, type ChunkView } from '../../model/entries/chunk-view.ts'
import { fieldsOf } from '../../model/entries/fields.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { plural } from '../../model/plural.ts'
import { safeName } from '../output/safe-name.ts'
import { oneLine } from '../../model/sanitize-text.ts'
import { parseDataUri } from './data-uri.ts'
import { escapeMarkdown, escapeLabel } from './escape-markdown.ts'
import type { EntryScope, PagePart } from './page-parts.ts'
import { isSafeUrl, safeLink, pathDestination } from './safe-links.ts'

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

/** Yields what an entry refers to: a link for a URL of the web, a file beside the page for a data: URI. */
export function* linkOrAttachment(
  what: string,
  { url, name }: { readonly url: string; readonly name?: string | undefined },
  scope: EntryScope,
): Generator<PagePart> {
  const data = parseDataUri(url)
  if (data !== undefined) {
    const full = fileName(name ?? what.toLowerCase(), EXTENSION_OF_TYPE[data.type] ?? 'bin')
    yield* attachmentParts(what, { name: full ?? what, bytes: data.bytes }, scope)
  } else if (isSafeUrl(url)) yield `**${what}:** ${safeLink(name ?? oneLine(url, 100), url)}\n\n`
  else yield `**${what}:** ${safeLink(name ?? 'not linked', url === '' ? 'no address' : url)}\n\n`
}

/** Yields a file from a tool: beside the page if it is archived, otherwise the reason why it is not. */
export function* toolFileParts(
  { id = '', name = id || 'file' }: ChunkView & { readonly kind: 'file' },
  scope: EntryScope,
): Generator<PagePart> {
  const file = scope.archived.read({ kind: 'file', id, version: '' })
  // The archive stores no bytes for an empty file; its metadata tells that it is empty.
  const isEmpty = archivedFields(file?.json).get('bytes') === '0'
  const bytes = file?.bytes ?? (isEmpty ? new Uint8Array() : undefined)
  if (bytes !== undefined) return yield* attachmentParts('File', { name, bytes: [bytes] }, scope)
  const state = file === undefined || file.state === 'stored' ? 'not archived' : FILE_STATES[file.state]
  const reason = file?.reason && file.state !== 'expired' ? `: ${escapeMarkdown(file.reason)}` : ''
  yield `**File:** ${escapeMarkdown(name, Infinity)} *(${state}${reason})*\n\n`
}

const FILE_STATES = {
  wanted: 'not fetched yet',
  expired: 'expired before it was archived',
  skipped: 'not archived',
  failed: 'could not be fetched',
} as const

function* attachmentParts(
  what: string,
  { name, bytes }: { readonly name: string; readonly bytes: Iterable<Uint8Array> },
  scope: EntryScope,
): Generator<PagePart> {
  const { title, ending } = splitExtension(name)
  const path = scope.filePath(`${safeName(title, 'file')}.${ending}`)
  const link = `[${escapeLabel(name, Infinity)}](${pathDestination(path)})`
  let size = 0
  yield {
    path,
    *bytes() {
      size = 0
      for (const part of bytes) {
        size += part.length
        yield part
      }
    },
  }
  if (size === 0) yield `**${what}:** ${link} *(empty: 0 bytes)*\n\n`
  else if (PICTURES.includes(ending)) yield `!${link}\n\n`
  else yield `**${what}:** ${link} (${plural(size, 'byte')})\n\n`
}

/** Splits a name at its extension. An extension that is not passive becomes part of the title. */
function splitExtension(name: string): { readonly title: string; readonly ending: string } {
  const [, title = name, extension = ''] = /^(.*)\.([a-z0-9]{1,8})$/is.exec(name) ?? []
  const ending = extension.toLowerCase()
  return PASSIVE_EXTENSIONS.has(ending) ? { title, ending } : { title: name, ending: 'bin' }
}

/** Returns the members of an archived object; none if its text is damaged or missing. */
export function archivedFields(json: string | null | undefined): ReturnType<typeof fieldsOf> {
  return fieldsOf(typeof json === 'string' && isJson(json) ? json : '{}')
}
