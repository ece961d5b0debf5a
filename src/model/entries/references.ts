import { isObject } from '../json/parse-json.ts'
import { fieldsOf, stringIn, type Fields } from './fields.ts'

/** An agent or a file that a conversation refers to. */
export interface Reference {
  readonly kind: 'agent' | 'file'
  readonly id: string
  /** The version of an agent; '' for the current one, and for files. */
  readonly version: string
}

/**
 * Finds the agents and files that a conversation refers to, each once: from the JSON of its row, whose numbers keep their digits
 * in this way, and from its entries as JSON.parse reads them.
 */
export function findReferences(row: string, entries: Iterable<unknown>): Reference[] {
  const found = agentOfRow(fieldsOf(row))
  for (const entry of entries)
    if (isObject(entry)) found.push(...agentsOf(entry), ...filesOf(entry['content']))
  return [...new Map(found.map((reference) => [JSON.stringify(reference), reference])).values()]
}

function agentOfRow(fields: Fields): Reference[] {
  const version = fields.get('agent_version') ?? 'null'
  const isVersion = /^["\d-]/.test(version)
  return reference('agent', stringIn(fields.get('agent_id')), isVersion ? (stringIn(version) ?? version) : '')
}

function agentsOf(entry: Readonly<Record<string, unknown>>): Reference[] {
  return AGENT_MEMBERS.flatMap((key) => reference('agent', entry[key]))
}

const AGENT_MEMBERS = ['agent_id', 'previous_agent_id', 'next_agent_id']

/** A single object is one chunk, as in every view of a message. */
function filesOf(content: unknown): Reference[] {
  const chunks: readonly unknown[] = Array.isArray(content) ? content : [content]
  return chunks.flatMap((chunk) =>
    isObject(chunk) && chunk['type'] === 'tool_file' ? reference('file', chunk['file_id']) : [],
  )
}

function reference(kind: Reference['kind'], id: unknown, version = ''): Reference[] {
  return typeof id === 'string' && id !== '' ? [{ kind, id, version }] : []
}
