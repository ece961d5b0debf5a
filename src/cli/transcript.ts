import type { Colors } from 'picocolors/types.js'

import type { StoredConversation } from '../archive/conversations.ts'
import {
  briefUrl,
  byType,
  chunksOf,
  imageUrl,
  stringOf,
  wordOf,
  type Chunk,
  type Entry,
} from '../model/entry.ts'
import { defuse, defuseLine } from './terminal-text.ts'
import { count } from './words.ts'

/**
 * A conversation as people read it, a piece at a time. Every type of entry and chunk has its form; of unknown ones the
 * JSON is shown.
 */
export function* transcript(
  conversation: StoredConversation,
  colors: Colors,
): Generator<string, void, undefined> {
  yield headOf(conversation, colors)
  for (const text of conversation.entries()) {
    const entry = parseSafely(text)
    const body = (byType(bodies, entry.type) ?? json)(entry, colors)
    yield `\n${titleOf(entry, colors)}\n${indent(body)}\n`
  }
}

/** Strings are made safe for the terminal as they come in, so that what is put around them may be coloured. */
function parseSafely(text: string): Entry {
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? defuse(value) : value)) as Entry
}

function headOf({ id, row, length, goneAt }: StoredConversation, colors: Colors): string {
  const facts = parseSafely(row)
  const agent = stringOf(facts['agent_id'])
  const instructions = stringOf(facts['instructions'])
  const summary = [
    defuseLine(id),
    stringOf(facts['model']),
    agent && `agent ${agent}${isEmpty(facts['agent_version']) ? '' : ` v${String(facts['agent_version'])}`}`,
    timeOf(facts['created_at']),
    count(length, 'entry'),
    goneAt === null ? undefined : `gone upstream since ${goneAt.slice(0, 10)}`,
  ]
  return lines(
    colors.bold(defuseLine(stringOf(facts['name']) ?? id)),
    colors.dim(summary.filter(isText).join(' · ')),
    stringOf(facts['description']),
    instructions && colors.dim(`instructions: ${instructions}`),
    isEmpty(facts['metadata']) ? undefined : colors.dim(`metadata: ${jsonLine(facts['metadata'])}`),
    '',
  )
}

function titleOf(entry: Entry, colors: Colors): string {
  const title =
    byType(titles, entry.type)?.(entry) ?? `${wordOf(entry.type ?? 'entry')} (unknown to this hansard)`
  const facts = [timeOf(entry['created_at']), stringOf(entry['model'])].filter(isText)
  return `${colors.bold(colors.cyan(defuseLine(title)))}  ${colors.dim(defuseLine(facts.join(' · ')))}`
}

const titles: Readonly<Record<string, (entry: Entry) => string>> = {
  'message.input': (entry) => stringOf(entry['role']) ?? 'user',
  'message.output': (entry) => stringOf(entry['role']) ?? 'assistant',
  'tool.execution': (entry) => `tool ${stringOf(entry['name']) ?? ''}`,
  'function.call': (entry) =>
    `call ${stringOf(entry['name']) ?? ''} ${stringOf(entry['tool_call_id']) ?? ''}`,
  'function.result': (entry) => `result ${stringOf(entry['tool_call_id']) ?? ''}`,
  'agent.handoff': () => 'handoff',
}

const bodies: Readonly<Record<string, (entry: Entry, colors: Colors) => string>> = {
  'message.input': messageBody,
  'message.output': messageBody,
  'tool.execution': toolBody,
  'function.call': (entry) => opaque(entry['arguments']) ?? '',
  'function.result': (entry) => opaque(entry['result']) ?? '',
  'agent.handoff': (entry) => `${agentOf(entry, 'previous')} → ${agentOf(entry, 'next')}`,
}

function messageBody({ content }: Entry, colors: Colors): string {
  const chunks = chunksOf(content)
  if (chunks.length === 0) return colors.dim(content === undefined ? '(no content)' : jsonLine(content))
  return chunks.map((chunk) => (byType(chunkForms, chunk.type) ?? json)(chunk, colors)).join('')
}

const chunkForms: Readonly<Record<string, (chunk: Chunk, colors: Colors) => string>> = {
  text: (chunk) => stringOf(chunk['text']) ?? '',
  image_url: (chunk, colors) => aside(`image: ${briefUrl(imageUrl(chunk))}`, colors),
  document_url: (chunk, colors) =>
    aside(
      `document: ${words(chunk['document_name'], briefUrl(stringOf(chunk['document_url']) ?? ''))}`,
      colors,
    ),
  tool_file: (chunk, colors) =>
    aside(`file: ${words(chunk['file_name'], chunk['file_type'], chunk['file_id'])}`, colors),
  tool_reference: (chunk, colors) => aside(`source: ${words(chunk['title'], chunk['url'])}`, colors),
  reference: (chunk, colors) => colors.dim(` [${words(...asArray(chunk['reference_ids']))}]`),
  thinking: (chunk, colors) => {
    const thought = chunksOf(chunk['thinking']).map((part) =>
      (byType(chunkForms, part.type) ?? json)(part, colors),
    )
    return colors.dim(`(thinking) ${thought.join('')}\n`)
  },
}

function toolBody(entry: Entry): string {
  const { code, code_output, ...rest } = (entry['info'] ?? {}) as Record<string, unknown>
  const output = stringOf(code_output)
  return lines(
    opaque(entry['arguments']),
    opaque(entry['function']),
    opaque(code),
    output && `→ ${output.trimEnd()}`,
    isEmpty(rest) ? undefined : json(rest),
  )
}

/** Arguments and results are whatever somebody sent: a string as it is, anything else as JSON. */
function opaque(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : json(value)
}

function agentOf(entry: Entry, which: 'previous' | 'next'): string {
  return words(entry[`${which}_agent_name`], `(${words(entry[`${which}_agent_id`])})`)
}

function aside(text: string, colors: Colors): string {
  return colors.dim(`\n[${defuseLine(text)}]\n`)
}

function words(...values: readonly unknown[]): string {
  return values
    .filter((value) => !isEmpty(value))
    .map(String)
    .join(' ')
}

function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n')
}

function json(value: unknown): string {
  return defuse(JSON.stringify(value, null, 2))
}

function jsonLine(value: unknown): string {
  return defuseLine(JSON.stringify(value))
}

function timeOf(value: unknown): string | undefined {
  return stringOf(value)?.slice(0, 19).replace('T', ' ')
}

function indent(text: string): string {
  return text.trim().replaceAll(/^(?=.)/gm, '  ')
}

function isText(part: string | undefined): part is string {
  return part !== undefined
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  )
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
