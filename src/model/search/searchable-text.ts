import type { ChunkView } from '../entries/chunk-view.ts'
import { entryView, type EntryView } from '../entries/entry-view.ts'
import { fieldsOf, displayText, stringIn } from '../entries/fields.ts'

/** What of an entry is searched: all that a reader sees of it, but no ids and times. What can't be read has no text. */
export function searchTextOfEntry(json: string): string {
  return ignoreDecay(() => lines(textsOfEntry(entryView(json))))
}

/** What of a conversation's own row is searched: its name, description, instructions and metadata. */
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
      return [entry.chunks.map(chunkText).join(''), readableText(entry.rest)]
    case 'execution': {
      const info = readableText(entry.fields.get('info'))
      return [
        entry.name,
        readableText(entry.arguments),
        readableText(entry.function),
        info,
        readableText(entry.rest),
      ]
    }
    case 'call':
      return [entry.name, readableText(entry.arguments), readableText(entry.rest)]
    case 'result':
      return [readableText(entry.result), readableText(entry.rest)]
    case 'handoff':
      return [entry.from.name, entry.to.name, readableText(entry.rest)]
    case 'unknown':
      return textsOfMembers(entry.fields, ENVELOPE)
  }
}

/** Members of an unknown entry that say of what kind it is, when it came and to what it belongs. */
const ENVELOPE = new Set([
  ...['object', 'type', 'id', 'created_at', 'completed_at', 'role', 'model', 'prefix'],
  ...['agent_id', 'previous_agent_id', 'next_agent_id', 'tool_call_id', 'confirmation_status'],
])

/** The same for chunks. */
const CHUNK_ENVELOPE = new Set(['type', 'signature', 'closed', 'file_id', 'favicon', 'reference_ids'])

/** A text that sources interrupt is one text, as it is to its reader. */
function chunkText(chunk: ChunkView): string {
  if (chunk.kind === 'text') return lines([readableString(chunk.text), readableText(chunk.rest)])
  return `\n${lines([...textsOfChunk(chunk), readableText(chunk.rest)])}\n`
}

function textsOfChunk(chunk: Exclude<ChunkView, { readonly kind: 'text' }>): Texts {
  switch (chunk.kind) {
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

/** What is no string is read as its JSON, in which a line break or a letter may be written as an escape. */
function readableText(json: string | undefined): string {
  if (json === 'true' || json === 'false') return ''
  const string = stringIn(json)
  return string === null ? unescapeJson(displayText(json) ?? '') : readableString(string)
}

/** A string that is JSON is read like one. */
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

/** A text that has decayed in the archive is no JSON any more. */
function ignoreDecay(text: () => string): string {
  try {
    return text()
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return ''
    throw thrown
  }
}
