import { briefUrl, imageUrl, stringOf, type Chunk, type Entry } from './entry.ts'
import { elements, member, members } from './json-text.ts'

/**
 * What an entry says, as plain text for a cell of a table: its JSON where its type is unknown.
 *
 * @param json its text, from which what is no string is taken as it came: numbers keep all their digits
 */
export function plainText(json: string, entry: Entry): string {
  return forms.get(entry.type)?.(entry, json) ?? json
}

/** A member of an object: a string by its value, anything else by its JSON as it came; null where there is nothing. */
export function factOf(json: string, value: Entry, key: string): string | null {
  const fact = value[key]
  if (typeof fact === 'string') return fact
  return fact === undefined || fact === null ? null : (member(json, key)?.value ?? null)
}

const forms: ReadonlyMap<unknown, (entry: Entry, json: string) => string> = new Map([
  ['message.input', messageText],
  ['message.output', messageText],
  ['tool.execution', toolText],
  ['function.call', (entry: Entry, json: string) => factOf(json, entry, 'arguments') ?? ''],
  ['function.result', (entry: Entry, json: string) => factOf(json, entry, 'result') ?? ''],
  ['agent.handoff', (entry: Entry) => `${agentOf(entry, 'previous')} → ${agentOf(entry, 'next')}`],
])

function messageText(entry: Entry, json: string): string {
  const { content } = entry
  if (!Array.isArray(content)) return factOf(json, entry, 'content') ?? ''
  return textOfChunks(content, chunkForms, () => member(json, 'content')?.value ?? '[]')
}

type ChunkForms = ReadonlyMap<unknown, (chunk: Chunk, json: () => string) => string>

/** A chunk of unknown type is shown as its JSON came; that is cut out of the whole only where it is needed. */
function textOfChunks(chunks: readonly unknown[], known: ChunkForms, json: () => string): string {
  let cut: string[] | undefined
  const texts = chunks.map((chunk, i) => {
    if (typeof chunk === 'string') return chunk
    const own = () => (cut ??= elements(json()))[i] ?? ''
    const { type } = Object(chunk) as Chunk
    return known.get(type)?.(chunk as Chunk, own) ?? aside(own())
  })
  return texts.join('')
}

const plainForms: ChunkForms = new Map([
  ['text', (chunk: Chunk) => stringOf(chunk['text']) ?? ''],
  ['image_url', (chunk: Chunk) => aside(`[image: ${briefUrl(imageUrl(chunk))}]`)],
  ['document_url', (chunk: Chunk) => aside(`[document: ${words(chunk['document_name'], urlOf(chunk))}]`)],
  ['tool_file', (chunk: Chunk) => aside(`[file: ${words(...fileFacts(chunk))}]`)],
  ['tool_reference', (chunk: Chunk) => ` [source: ${words(chunk['title'], chunk['url'])}]`],
  ['reference', (chunk: Chunk) => ` [${words(chunk['reference_ids'])}]`],
])

/** Thoughts hold no thoughts: they could lie in each other deeper than the stack. */
const chunkForms: ChunkForms = new Map([
  ...plainForms,
  [
    'thinking',
    (chunk: Chunk, json: () => string) => {
      const { thinking } = chunk
      const own = () => member(json(), 'thinking')?.value ?? '[]'
      const text = Array.isArray(thinking) ? textOfChunks(thinking, plainForms, own) : stringOf(thinking)
      return `(thinking) ${text ?? ''}\n`
    },
  ],
])

function toolText(entry: Entry, json: string): string {
  const { code, code_output } = Object(entry['info']) as Entry
  const output = stringOf(code_output)
  const rest = members(member(json, 'info')?.value ?? '').filter(
    ({ key }) => key !== 'code' && key !== 'code_output',
  )
  const parts = [
    factOf(json, entry, 'arguments'),
    factOf(json, entry, 'function'),
    stringOf(code),
    output && `→ ${output.trimEnd()}`,
    rest.length > 0 && `{${rest.map(({ key, value }) => `${JSON.stringify(key)}:${value}`).join(',')}}`,
  ]
  return parts.filter((part) => typeof part === 'string').join('\n')
}

function agentOf(entry: Entry, which: 'previous' | 'next'): string {
  return words(entry[`${which}_agent_name`], `(${words(entry[`${which}_agent_id`])})`)
}

function urlOf(chunk: Chunk): string {
  return briefUrl(stringOf(chunk['document_url']) ?? '')
}

function fileFacts(chunk: Chunk): unknown[] {
  return [chunk['file_name'], chunk['file_type'], chunk['file_id']]
}

/** What stands between texts, on a line of its own. */
function aside(text: string): string {
  return `\n${text}\n`
}

function words(...values: readonly unknown[]): string {
  return values
    .flat()
    .filter((value) => (typeof value === 'string' && value !== '') || typeof value === 'number')
    .join(' ')
}
