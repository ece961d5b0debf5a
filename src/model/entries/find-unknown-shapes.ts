import { isObject, lookUp } from '../json/parse-json.ts'

/** Something that the API sent and that is not in its specification. */
export interface UnknownShape {
  readonly kind: 'entry' | 'chunk' | 'field' | 'value'
  /** `memory.recall`, `hologram`, `tool.execution.function`, `message.input.role=system`. */
  readonly name: string
}

/**
 * Compares the row (if given) and the entries of a conversation, as JSON.parse reads them, with the specification. Lists each
 * unknown shape as often as it occurs.
 */
export function findUnknownShapes(row: unknown, entries: Iterable<unknown>): UnknownShape[] {
  const ofRow = isObject(row) ? unknownMembers('conversation', row, rowFields) : []
  return [...ofRow, ...[...entries].flatMap(ofEntry)]
}

function ofEntry(entry: unknown): UnknownShape[] {
  if (!isObject(entry)) return []
  const type = nameOf(entry['type']) ?? 'message.input'
  const known = lookUp(entryFields, type)
  if (known === undefined) return [{ kind: 'entry', name: brief(type) }]
  const ofChunks = chunksIn(entry['content']).flatMap((chunk) => ofChunk(chunk, true))
  return [...unknownMembers(type, entry, known), ...ofChunks]
}

/** Thinking inside thinking is not examined, because it may be nested to any depth. */
function ofChunk(chunk: JsonObject, isOutermost: boolean): UnknownShape[] {
  const type = nameOf(chunk['type']) ?? 'text'
  const known = lookUp(chunkFields, type)
  if (known === undefined) return [{ kind: 'chunk', name: brief(type) }]
  const thoughts = isOutermost ? chunksIn(chunk['thinking']) : []
  return [...unknownMembers(type, chunk, known), ...thoughts.flatMap((thought) => ofChunk(thought, false))]
}

function chunksIn(content: unknown): JsonObject[] {
  return Array.isArray(content) ? content.filter(isObject) : []
}

function unknownMembers(owner: string, object: JsonObject, known: readonly string[]): UnknownShape[] {
  const found: UnknownShape[] = []
  for (const [key, value] of Object.entries(object)) {
    if (!known.includes(key)) found.push({ kind: 'field', name: `${owner}.${brief(key)}` })
    const values = known.includes(key) ? lookUp(fieldValues, key) : undefined
    const isKnown = value === null || (typeof value === 'string' && values?.includes(value) === true)
    if (values === undefined || isKnown) continue
    found.push({ kind: 'value', name: `${owner}.${key}=${brief(nameOf(value) ?? '')}` })
  }
  return found
}

/** A value as a name; an object or array may be megabytes of JSON. */
function nameOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? 'an object' : String(value as string | number | boolean)
}

type JsonObject = Readonly<Record<string, unknown>>

/** Shortens a name, which a sender may make as long as it likes. */
function brief(name: string): string {
  return name.slice(0, 80)
}

type NameLists = Readonly<Record<string, readonly string[]>>

/** The tables below repeat the specification (fixtures/openapi.json). A test compares the two. */
export const rowFields = [
  ...['object', 'id', 'created_at', 'updated_at', 'name', 'description', 'metadata'],
  ...['model', 'instructions', 'tools', 'completion_args', 'guardrails'],
  ...['agent_id', 'agent_version'],
]

const common = ['object', 'type', 'created_at', 'completed_at', 'id']

export const entryFields: NameLists = withFields(common, {
  'message.input': ['role', 'content', 'prefix'],
  'message.output': ['role', 'content', 'agent_id', 'model'],
  'tool.execution': ['name', 'arguments', 'info', 'agent_id', 'model'],
  'function.call': ['tool_call_id', 'name', 'arguments', 'confirmation_status', 'agent_id', 'model'],
  'function.result': ['tool_call_id', 'result'],
  'agent.handoff': ['previous_agent_id', 'previous_agent_name', 'next_agent_id', 'next_agent_name'],
})

export const chunkFields: NameLists = withFields(['type'], {
  text: ['text'],
  image_url: ['image_url'],
  document_url: ['document_url', 'document_name'],
  tool_file: ['tool', 'file_id', 'file_name', 'file_type'],
  thinking: ['thinking', 'signature', 'closed'],
  tool_reference: ['tool', 'title', 'url', 'favicon', 'description'],
  reference: ['reference_ids'],
})

export const fieldValues: NameLists = {
  role: ['user', 'assistant'],
  confirmation_status: ['pending', 'allowed', 'denied'],
}

function withFields(shared: readonly string[], own: NameLists): NameLists {
  return Object.fromEntries(Object.entries(own).map(([type, fields]) => [type, [...shared, ...fields]]))
}
