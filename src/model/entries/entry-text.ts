import { plural } from '../plural.ts'
import type { ChunkView } from './chunk-view.ts'
import { entryView, type Agent, type EntryView, type ToolInfo } from './entry-view.ts'
import { stringIn, type Fields } from './fields.ts'

/** How the parts of an entry are formatted, for a table cell or a terminal. */
export interface TextStyle {
  /** Text that somebody wrote. */
  text(text: string): string
  /** The label of an image, a document or a file. */
  label(label: string): string
  /** A source, at the place in the text where it is cited. */
  citation(label: string): string
  /** The numbers of cited sources, at their place in the text. */
  reference(ids: string): string
  /** What the model thought, already formatted in this style. */
  thought(text: string): string
  /** Anything that is shown as JSON. */
  json(json: string): string
}

/** Formats the content of an entry: everything but its author and time. */
export function entryText(entry: EntryView, style: TextStyle): string {
  return entry.kind === 'unknown'
    ? style.json(entry.json)
    : lines(...partsOf(entry, style), rest(entry, style))
}

/** Formats the content of an entry as plain text for a table cell. An entry of an unknown type becomes its JSON. */
export function plainText(json: string, fields?: Fields): string {
  return entryText(entryView(json, fields), plain)
}

const plain: TextStyle = {
  text: (text) => text,
  label: (label) => `\n[${label}]\n`,
  citation: (label) => ` [${label}]`,
  reference: (ids) => ` [${ids}]`,
  thought: (text) => `(thinking) ${text}\n`,
  json: (json) => json,
}

type Parts = readonly (string | undefined)[]

function partsOf(entry: Exclude<EntryView, { readonly kind: 'unknown' }>, style: TextStyle): Parts {
  switch (entry.kind) {
    case 'message':
      return entry.chunks.length === 0 ? [] : [chunksText(entry.chunks, style)]
    case 'execution':
      return [value(entry.arguments, style), value(entry.function, style), ...infoParts(entry.info, style)]
    case 'call':
      return [value(entry.arguments, style)]
    case 'result':
      return [value(entry.result, style)]
    case 'handoff':
      return [style.text(handoffText(entry))]
  }
}

/** Formats a handoff: who hands over to whom. Captures name only the receiver. */
export function handoffText({ from, to }: { readonly from: Agent; readonly to: Agent }): string {
  return words(agentText(from), '→', agentText(to))
}

/** The code that a tool ran, its output, and the rest of its info. */
function infoParts({ code, output, rest: more }: ToolInfo, style: TextStyle): Parts {
  const result = output === undefined || output === '' ? undefined : style.text(`→ ${output.trimEnd()}`)
  return [code === undefined || code === '' ? undefined : style.text(code), result, value(more, style)]
}

function chunksText(chunks: readonly ChunkView[], style: TextStyle): string {
  return chunks.map((chunk) => chunkText(chunk, style) + (rest(chunk, style, '\n') ?? '')).join('')
}

function chunkText(chunk: ChunkView, style: TextStyle): string {
  switch (chunk.kind) {
    case 'text':
      return style.text(chunk.text)
    case 'image':
      return style.label(`image: ${briefUrl(chunk.url)}`)
    case 'document':
      return style.label(`document: ${words(chunk.name, briefUrl(chunk.url ?? ''))}`)
    case 'file':
      return style.label(`file: ${words(chunk.name, chunk.id)}`)
    case 'source':
      return style.citation(`source: ${words(chunk.title, chunk.url, chunk.description)}`)
    case 'reference':
      return style.reference(chunk.ids.join(' '))
    case 'thinking':
      return style.thought(chunksText(chunk.chunks, style))
    case 'unknown':
      return `\n${style.json(chunk.json)}\n`
  }
}

/** Formats a value of any type: a string as text, anything else as JSON. */
function value(json: string | undefined, style: TextStyle): string | undefined {
  if (json === undefined) return undefined
  const text = stringIn(json)
  return text === null ? style.json(json) : style.text(text)
}

function rest({ rest: json }: { readonly rest: string | undefined }, style: TextStyle, around = '') {
  return json === undefined ? undefined : around + style.json(json) + around
}

function agentText({ name, id }: Agent): string {
  return words(name, id === undefined ? undefined : `(${id})`)
}

function words(...parts: Parts): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}

function lines(...parts: Parts): string {
  return parts.filter((part) => part !== undefined).join('\n')
}

/** Shortens a data: URI, which may have many megabytes, to its type and length. Other URLs are unchanged. */
function briefUrl(url: string): string {
  const data = /^data:([^,;]{0,100})/i.exec(url)
  return data === null ? url : `data:${data[1] ?? ''} (${plural(url.length, 'character')})`
}
