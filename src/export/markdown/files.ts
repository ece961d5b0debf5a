import { stringOf } from '../../model/entry.ts'
import { dataOf } from './data-uri.ts'
import { factsOf } from './json-value.ts'
import { isSafe, link, nameOfUrl, pathDestination } from './links.ts'
import type { EntryScope, Part } from './parts.ts'
import { escaped, wordsOf } from './plain-text.ts'
import { safeName } from './safe-name.ts'

/** What a page shows by itself; SVG can carry scripts, and is linked only. */
const PICTURES = /^(?:png|jpe?g|gif|webp)$/

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'application/json': 'json',
}

/** Something that an entry points to: on the web a link, in a data: URI a file beside the page. */
export function* linked(
  what: string,
  { url, name }: { readonly url: string; readonly name?: string | undefined },
  scope: EntryScope,
): Generator<Part> {
  const data = dataOf(url)
  if (data !== undefined) {
    const extension = EXTENSIONS[data.type] ?? 'bin'
    yield* attached(what, { name: name ?? what.toLowerCase(), extension, bytes: data.bytes }, scope)
  } else if (isSafe(url)) yield `**${what}:** ${link(name ?? nameOfUrl(url), url)}\n\n`
  else yield `**${what}:** ${link(name ?? 'not linked', url === '' ? 'no address' : url)}\n\n`
}

/** A file that a tool made: beside the page if the archive has it, otherwise why it is not there. */
export function* toolFile(chunk: Readonly<Record<string, unknown>>, scope: EntryScope): Generator<Part> {
  const id = stringOf(chunk['file_id']) ?? ''
  const name = wordsOf(chunk['file_name']) ?? (id || 'file')
  const type = wordsOf(chunk['file_type']) ?? ''
  const file = scope.archived.read({ kind: 'file', id, version: '' })
  const bytes = file?.bytes ?? (isEmptyFile(file?.json) ? new Uint8Array() : undefined)
  if (bytes !== undefined) return yield* attached('File', { name, extension: type, bytes: [bytes] }, scope)
  const state = file === undefined || file.state === 'stored' ? 'not archived' : STATES[file.state]
  const reason = file?.reason && file.state !== 'expired' ? `: ${escaped(file.reason)}` : ''
  yield `**File:** ${escaped(type === '' ? name : `${name}.${type}`)} *(${state}${reason})*\n\n`
}

const STATES = {
  wanted: 'not fetched yet',
  expired: 'expired before it was archived',
  skipped: 'not archived',
  failed: 'could not be fetched',
} as const

function* attached(
  what: string,
  { name, extension, bytes }: { name: string; extension: string; bytes: Iterable<Uint8Array> },
  scope: EntryScope,
): Generator<Part> {
  const ending = /^[a-z0-9]{1,8}$/i.test(extension) ? extension.toLowerCase() : 'bin'
  const title = name.toLowerCase().endsWith(`.${ending}`) ? name.slice(0, -ending.length - 1) : name
  const path = scope.filePath(`${safeName(title, 'file')}.${ending}`)
  const label = escaped(`${title}.${ending}`)
  let size = 0
  yield {
    path,
    *bytes() {
      for (const part of bytes) {
        size += part.length
        yield part
      }
    },
  }
  if (size === 0) yield `**${what}:** [${label}](${pathDestination(path)}) *(empty: 0 bytes)*\n\n`
  else if (PICTURES.test(ending)) yield `![${label}](${pathDestination(path)})\n\n`
  else yield `**${what}:** [${label}](${pathDestination(path)}) (${size.toLocaleString('en')} bytes)\n\n`
}

/** SQLite has no bytes where there were none to store; the API said so too. */
function isEmptyFile(json: string | null | undefined): boolean {
  return factsOf(json)['bytes'] === 0
}
