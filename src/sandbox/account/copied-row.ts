import { withMember } from '../../model/json/json-text.ts'
import { formatTimestamp } from '../id-generator.ts'
import type { Conversation } from './conversation.ts'
import type { RequestContext } from './request-context.ts'

/** Copies the row of a conversation that is continued under a new id, with new times. */
export function copyRow({ sandbox: { ids } }: RequestContext, { row }: Conversation): string {
  const created = ids.now()
  const renamed = withMember(row, 'id', `"${ids.create('conv')}"`)
  const reborn = withMember(renamed, 'created_at', `"${formatTimestamp(created)}"`)
  return withMember(reborn, 'updated_at', `"${formatTimestamp(created + 1)}"`)
}
