import { fileName, type ChunkView } from '../../model/entries/chunk-view.ts'
import { fieldsOf } from '../../model/entries/fields.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { parseDataUri } from './data-uri.ts'
import { escapeMarkdown, escapeLabel } from './escape-markdown.ts'
import type { EntryScope, PagePart } from './page-parts.ts'
import { isSafeUrl, safeLink, urlLabel, pathDestination } from './safe-links.ts'
import { safeName } from './safe-name.ts'

/** What a page shows by itself. */
const PICTURES = ['png', 'jpg', 'jpeg', 'gif', 'webp']

/**
 * Endings under which a file does nothing but be seen, heard or read when it is opened, from a disk or by a browser: no
 * page, script, shortcut or program, and nothing that carries one (SVG, Office). A browser shows PDF in a sandbox. A file
 * of any other type ends in `.bin`, which no program opens by itself.
 */
const PASSIVE_EXTENSIONS: ReadonlySet<string> = new Set([
  ...PICTURES,
  ...['avif', 'bmp', 'tif', 'tiff', 'pdf', 'txt', 'csv', 'tsv', 'json', 'jsonl'],
  ...['mp3', 'wav', 'ogg', 'flac', 'mp4', 'webm'],
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

/** Something that an entry points to: on the web a link, in a data: URI a file beside the page. */
export function* linkOrAttachment(
  what: string,
  { url, name }: { readonly url: string; readonly name?: string | undefined },
  scope: EntryScope,
): Generator<PagePart> {
  const data = parseDataUri(url)
  if (data !== undefined) {
    const full = fileName(name ?? what.toLowerCase(), EXTENSION_OF_TYPE[data.type] ?? 'bin')
    yield* attachmentParts(what, { name: full ?? what, bytes: data.bytes }, scope)
  } else if (isSafeUrl(url)) yield `**${what}:** ${safeLink(name ?? urlLabel(url), url)}\n\n`
  else yield `**${what}:** ${safeLink(name ?? 'not linked', url === '' ? 'no address' : url)}\n\n`
}

/** A file that a tool made: beside the page if the archive has it, otherwise why it is not there. */
export function* toolFileParts(
  { id = '', name = id || 'file' }: ChunkView & { readonly kind: 'file' },
  scope: EntryScope,
): Generator<PagePart> {
  const file = scope.archived.read({ kind: 'file', id, version: '' })
  const bytes = file?.bytes ?? (isEmptyFile(file?.json) ? new Uint8Array() : undefined)
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
  const label = escapeLabel(name, Infinity)
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
  if (size === 0) yield `**${what}:** [${label}](${pathDestination(path)}) *(empty: 0 bytes)*\n\n`
  else if (PICTURES.includes(ending)) yield `![${label}](${pathDestination(path)})\n\n`
  else yield `**${what}:** [${label}](${pathDestination(path)}) (${size.toLocaleString('en')} bytes)\n\n`
}

/** Splits a name at its ending; one that is not passive becomes a part of the title. */
function splitExtension(name: string): { readonly title: string; readonly ending: string } {
  const [, title, ending = ''] = /^(.*)\.([a-z0-9]{1,8})$/is.exec(name) ?? []
  const lower = ending.toLowerCase()
  if (title !== undefined && lower === 'bin') return { title, ending: lower }
  return title !== undefined && PASSIVE_EXTENSIONS.has(lower)
    ? { title, ending: lower }
    : { title: name, ending: 'bin' }
}

/** SQLite has no bytes where there were none to store; the API said so too. */
function isEmptyFile(json: string | null | undefined): boolean {
  return archivedFields(json).get('bytes') === '0'
}

/** The members of an archived object; none where its text decayed or is missing. */
export function archivedFields(json: string | null | undefined): ReturnType<typeof fieldsOf> {
  return fieldsOf(typeof json === 'string' && isJson(json) ? json : '{}')
}
