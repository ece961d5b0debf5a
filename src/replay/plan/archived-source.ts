import { hash } from 'node:crypto'

import type { Archive } from '../../archive/archive.ts'
import type { StoredConversation } from '../../archive/content/conversations.ts'
import { fieldsOf, stringIn } from '../../model/entries/fields.ts'
import type { Source } from './source.ts'

/** Reads what the replay of a conversation depends on. */
export function sourceOf(archive: Archive, { id, row, entries }: StoredConversation): Source {
  return { id, row, entries: [...entries()], agent: archivedAgent(archive, row) }
}

/**
 * Identifies an archive by its first run, so that a plan for another archive is refused. A copy of the file is the
 * same archive.
 */
export function archiveIdentity(archive: Archive): string {
  const { startedAt, baseUrl } = archive.runs.first() ?? { startedAt: '', baseUrl: '' }
  return hash('sha256', JSON.stringify([startedAt, baseUrl]), 'hex').slice(0, 32)
}

/** A conversation without an agent version has the version that was current when it was backed up. */
function archivedAgent(archive: Archive, row: string): string | undefined {
  const fields = fieldsOf(row)
  const id = stringIn(fields.get('agent_id'))
  if (id === null) return undefined
  const given = fields.get('agent_version') ?? 'null'
  const version = given === 'null' ? '' : (stringIn(given) ?? given)
  return archive.dependencies.read({ kind: 'agent', id, version })?.json ?? undefined
}
