import { byType, chunksOf, wordOf, type Entry } from './entry.ts'

/** Something that the API sent and its specification does not know. */
export interface UnknownShape {
  readonly kind: 'entry' | 'chunk' | 'field' | 'value'
  /** `memory.recall`, `hologram`, `tool.execution.function`, `message.input.role=system`. */
  readonly name: string
}

/** Compares a conversation's row and entries with the specification; each unknown shape as often as it occurs. */
export function unknownShapes(row: unknown, entries: readonly unknown[]): UnknownShape[] {
  return [...unknownMembers('conversation', row, rowFields), ...entries.flatMap(ofEntry)]
}

function ofEntry(entry: unknown): UnknownShape[] {
  if (!isRecord(entry)) return []
  const type = wordOf(entry.type ?? 'message.input')
  const known = byType(entryFields, type)
  if (known === undefined) return [{ kind: 'entry', name: type }]
  return [
    ...unknownMembers(type, entry, [...common, ...known]),
    ...chunksOf(entry['content']).flatMap(ofChunk),
  ]
}

function ofChunk(chunk: Entry): UnknownShape[] {
  const type = wordOf(chunk.type ?? 'text')
  const known = byType(chunkFields, type)
  if (known === undefined) return [{ kind: 'chunk', name: type }]
  return [...unknownMembers(type, chunk, known), ...chunksOf(chunk['thinking']).flatMap(ofChunk)]
}

function unknownMembers(owner: string, value: unknown, known: readonly string[]): UnknownShape[] {
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, member]): UnknownShape[] => {
    if (!known.includes(key)) return [{ kind: 'field', name: `${owner}.${key}` }]
    const values = byType(fieldValues, key)
    if (values === undefined || member === null || values.includes(wordOf(member))) return []
    return [{ kind: 'value', name: `${owner}.${key}=${wordOf(member).slice(0, 80)}` }]
  })
}

function isRecord(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null
}

/** What follows is the specification (fixtures/openapi.json), and a test holds the two together. */
export const rowFields = [
  ...['object', 'id', 'created_at', 'updated_at', 'name', 'description', 'metadata'],
  ...['model', 'instructions', 'tools', 'completion_args', 'guardrails'],
  ...['agent_id', 'agent_version'],
]

const common = ['object', 'type', 'created_at', 'completed_at', 'id']

export const entryFields: Readonly<Record<string, readonly string[]>> = withFields(common, {
  'message.input': ['role', 'content', 'prefix'],
  'message.output': ['role', 'content', 'agent_id', 'model'],
  'tool.execution': ['name', 'arguments', 'info', 'agent_id', 'model'],
  'function.call': ['tool_call_id', 'name', 'arguments', 'confirmation_status', 'agent_id', 'model'],
  'function.result': ['tool_call_id', 'result'],
  'agent.handoff': ['previous_agent_id', 'previous_agent_name', 'next_agent_id', 'next_agent_name'],
})

export const chunkFields: Readonly<Record<string, readonly string[]>> = withFields(['type'], {
  text: ['text'],
  image_url: ['image_url'],
  document_url: ['document_url', 'document_name'],
  tool_file: ['tool', 'file_id', 'file_name', 'file_type'],
  thinking: ['thinking', 'signature', 'closed'],
  tool_reference: ['tool', 'title', 'url', 'favicon', 'description'],
  reference: ['reference_ids'],
})

export const fieldValues: Readonly<Record<string, readonly string[]>> = {
  role: ['user', 'assistant'],
  confirmation_status: ['pending', 'allowed', 'denied'],
}

function withFields(
  shared: readonly string[],
  own: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(own).map(([type, fields]) => [type, [...shared, ...fields]]))
}
