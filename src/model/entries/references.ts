import { chunkViews } from './chunk-view.ts'
import { fieldsOf, stringIn, type Fields } from './fields.ts'

/** An agent or a file that a conversation refers to. */
export interface Reference {
  readonly kind: 'agent' | 'file'
  readonly id: string
  /** The version of an agent; '' for the current one, and for files. */
  readonly version: string
}

/** Finds the agents and files that a conversation refers to, from the JSON of its row and entries, each once. */
export function findReferences(row: string, entries: Iterable<string>): Reference[] {
  const found = agentOfRow(fieldsOf(row))
  for (const entry of entries) {
    if (!MENTIONS.some((each) => entry.includes(each))) continue
    const fields = fieldsOf(entry)
    found.push(...agentsOf(fields), ...filesOf(fields))
  }
  return [...new Map(found.map((reference) => [JSON.stringify(reference), reference])).values()]
}

/** An entry without white space that has none of these refers to nothing. Most have none, and need not be taken apart. */
const MENTIONS = ['agent_id":"', 'file_id":"', '\\u']

function agentOfRow(fields: Fields): Reference[] {
  const version = fields.get('agent_version') ?? 'null'
  const isVersion = /^["\d-]/.test(version)
  return agent(fields.get('agent_id'), isVersion ? (stringIn(version) ?? version) : '')
}

function agentsOf(fields: Fields): Reference[] {
  return ['agent_id', 'previous_agent_id', 'next_agent_id'].flatMap((key) => agent(fields.get(key), ''))
}

function filesOf(fields: Fields): Reference[] {
  return chunkViews(fields.get('content')).flatMap((chunk): Reference[] => {
    const id = chunk.kind === 'file' ? stringIn(chunk.fields.get('file_id')) : null
    return id === null || id === '' ? [] : [{ kind: 'file', id, version: '' }]
  })
}

function agent(json: string | undefined, version: string): Reference[] {
  const id = stringIn(json)
  return id === null || id === '' ? [] : [{ kind: 'agent', id, version }]
}
