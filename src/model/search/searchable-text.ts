import type { ChunkView } from '../entries/chunk-view.ts'
import { entryView, type EntryView } from '../entries/entry-view.ts'
import { displayText, fieldsOf, stringIn } from '../entries/fields.ts'

/** Returns the searchable text of an entry: what a reader sees, without ids and times. Damaged JSON has none. */
export function searchTextOfEntry(json: string): string {
  return ignoreDecay(() => {
    const entry = entryView(json)
    return lines([...textsOfEntry(entry), readableText(entry.rest)])
  })
}

/** Returns the searchable text of a row: its name, description, instructions and metadata. */
export function searchTextOfRow(json: string): string {
  return ignoreDecay(() => {
    const fields = fieldsOf(json)
    return ['name', 'description', 'instructions', 'metadata']
      .map((key) => readableText(fields.get(key)))
      .join('\n')
  })
}

type Texts = readonly (string | undefined)[]

function textsOfEntry(entry: EntryView): Texts {
  switch (entry.kind) {
    case 'message':
      return [entry.chunks.map(chunkText).join('')]
    case 'execution':
      return [entry.name, ...[entry.arguments, entry.function, entry.fields.get('info')].map(readableText)]
    case 'call':
      return [entry.name, readableText(entry.arguments)]
    case 'result':
      return [readableText(entry.result)]
    case 'handoff':
      return [entry.from.name, entry.to.name]
    case 'unknown':
      return textsOfMembers(entry.fields, ENVELOPE)
  }
}

/** Members of an unknown entry that are not searched: its type, times and ids. */
const ENVELOPE = new Set([
  ...['object', 'type', 'id', 'created_at', 'completed_at', 'role', 'model', 'prefix'],
  ...['agent_id', 'previous_agent_id', 'next_agent_id', 'tool_call_id', 'confirmation_status'],
])

/** Members of an unknown chunk that are not searched. */
const CHUNK_ENVELOPE = new Set(['type', 'signature', 'closed', 'file_id', 'favicon', 'reference_ids'])

/** Text chunks are joined without a break, because citations may interrupt a sentence. */
function chunkText(chunk: ChunkView): string {
  const text = lines([...textsOfChunk(chunk), readableText(chunk.rest)])
  return chunk.kind === 'text' ? text : `\n${text}\n`
}

function textsOfChunk(chunk: ChunkView): Texts {
  switch (chunk.kind) {
    case 'text':
      return [readableString(chunk.text)]
    case 'image':
      return [chunk.url]
    case 'document':
      return [chunk.name, chunk.url]
    case 'file':
      return [chunk.tool, chunk.name]
    case 'source':
      return [chunk.tool, chunk.title, chunk.url, chunk.description]
    case 'reference':
      return []
    case 'thinking':
      return [chunk.chunks.map(chunkText).join('')]
    case 'unknown':
      return chunk.fields.size > 0 ? textsOfMembers(chunk.fields, CHUNK_ENVELOPE) : [readableText(chunk.json)]
  }
}

function textsOfMembers(fields: ReadonlyMap<string, string>, envelope: ReadonlySet<string>): Texts {
  return [...fields].filter(([key]) => !envelope.has(key)).map(([, value]) => readableText(value))
}

/** Returns a value as text: a string decoded, anything else as its JSON without escapes. */
function readableText(json: string | undefined): string {
  if (json === 'true' || json === 'false') return ''
  const string = stringIn(json)
  return string === null ? unescapeJson(displayText(json) ?? '') : readableString(string)
}

/** Removes the escapes from a string that holds JSON. */
function readableString(text: string): string {
  return LOOKS_LIKE_JSON.test(text) ? unescapeJson(text) : text
}

const LOOKS_LIKE_JSON = /^\s{0,100}[[{]/

function unescapeJson(json: string): string {
  if (!json.includes('\\')) return json
  return json.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^u]))/g, (_, code?: string, letter = '') =>
    code === undefined
      ? (ESCAPES[letter as string] ?? String(letter))
      : String.fromCharCode(parseInt(code, 16)),
  )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: ' ', f: ' ' }

function lines(texts: Texts): string {
  return texts.filter((text) => text !== undefined && text !== '').join('\n')
}

/** Returns '' for a text that is damaged in the archive and no longer JSON. */
function ignoreDecay(text: () => string): string {
  try {
    return text()
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return ''
    throw thrown
  }
}
