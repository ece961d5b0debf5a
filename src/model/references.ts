import { chunksOf, stringOf, type Entry } from './entry.ts'

/** Something outside the conversation that it can't be understood without. */
export interface Reference {
  readonly kind: 'agent' | 'file'
  readonly id: string
  /** Of an agent; '' for the one in force. Files have none. */
  readonly version: string
}

/** Collects the agents and files that a conversation refers to, each once. */
export function referencesOf(row: unknown, entries: readonly unknown[]): Reference[] {
  const found = [...agentOfRow(row), ...entries.flatMap((entry) => [...agentsOf(entry), ...filesOf(entry)])]
  return [...new Map(found.map((reference) => [JSON.stringify(reference), reference])).values()]
}

function agentOfRow(row: unknown): Reference[] {
  const { agent_id, agent_version } = asEntry(row)
  const isVersion = typeof agent_version === 'string' || typeof agent_version === 'number'
  return agent(agent_id, isVersion ? String(agent_version) : '')
}

function agentsOf(entry: unknown): Reference[] {
  const { agent_id, previous_agent_id, next_agent_id } = asEntry(entry)
  return [agent_id, previous_agent_id, next_agent_id].flatMap((id) => agent(id, ''))
}

function filesOf(entry: unknown): Reference[] {
  return chunksOf(asEntry(entry)['content']).flatMap((chunk): Reference[] => {
    const id = chunk.type === 'tool_file' ? stringOf(chunk['file_id']) : undefined
    return id === undefined ? [] : [{ kind: 'file', id, version: '' }]
  })
}

function agent(id: unknown, version: string): Reference[] {
  const known = stringOf(id)
  return known === undefined ? [] : [{ kind: 'agent', id: known, version }]
}

function asEntry(value: unknown): Entry {
  return typeof value === 'object' && value !== null ? (value as Entry) : {}
}
