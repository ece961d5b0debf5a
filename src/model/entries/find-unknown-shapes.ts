import { elements, isObjectText } from '../json/json-text.ts'
import { lookUp } from '../json/parse-json.ts'
import { fieldsOf, stringIn, typeName, type Fields } from './fields.ts'

/** Something that the API sent and that is not in its specification. */
export interface UnknownShape {
  readonly kind: 'entry' | 'chunk' | 'field' | 'value'
  /** `memory.recall`, `hologram`, `tool.execution.function`, `message.input.role=system`. */
  readonly name: string
}

/**
 * Compares the row (if given) and the entries of a conversation, as JSON, with the specification. Lists each unknown
 * shape as often as it occurs.
 */
export function findUnknownShapes(row: string | undefined, entries: Iterable<string>): UnknownShape[] {
  const ofRow = unknownMembers('conversation', fieldsOf(row ?? ''), rowFields)
  return [...ofRow, ...[...entries].flatMap(ofEntry)]
}

function ofEntry(json: string): UnknownShape[] {
  if (!isObjectText(json)) return []
  const fields = fieldsOf(json)
  const type = typeName(fields.get('type')) ?? 'message.input'
  const known = lookUp(entryFields, type)
  if (known === undefined) return [{ kind: 'entry', name: brief(type) }]
  const ofChunks = chunksIn(fields.get('content')).flatMap((chunk) => ofChunk(chunk, true))
  return [...unknownMembers(type, fields, known), ...ofChunks]
}

/** Thinking inside thinking is not examined, because it may be nested to any depth. */
function ofChunk(json: string, isOutermost: boolean): UnknownShape[] {
  const fields = fieldsOf(json)
  const type = typeName(fields.get('type')) ?? 'text'
  const known = lookUp(chunkFields, type)
  if (known === undefined) return [{ kind: 'chunk', name: brief(type) }]
  const thoughts = isOutermost ? chunksIn(fields.get('thinking')) : []
  return [...unknownMembers(type, fields, known), ...thoughts.flatMap((thought) => ofChunk(thought, false))]
}

function chunksIn(content: string | undefined): string[] {
  return elements(content ?? '').filter(isObjectText)
}

function unknownMembers(owner: string, fields: Fields, known: readonly string[]): UnknownShape[] {
  return [...fields].flatMap(([key, value]): UnknownShape[] => {
    if (!known.includes(key)) return [{ kind: 'field', name: `${owner}.${brief(key)}` }]
    const values = lookUp(fieldValues, key)
    if (values === undefined || value === 'null' || values.includes(stringIn(value) ?? '')) return []
    return [{ kind: 'value', name: `${owner}.${key}=${brief(typeName(value) ?? '')}` }]
  })
}

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
