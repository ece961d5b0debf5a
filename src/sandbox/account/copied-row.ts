import { withMember } from '../../model/json/json-text.ts'
import { timestamp } from '../id-generator.ts'
import type { Conversation } from './conversation.ts'
import type { RequestContext } from './request-context.ts'

/** The row of a conversation that continues another one: with a new id and new times. */
export function copiedRow({ world: { mint } }: RequestContext, { row }: Conversation): string {
  const created = mint.now()
  const renamed = withMember(row, 'id', `"${mint.id('conv')}"`)
  const reborn = withMember(renamed, 'created_at', `"${timestamp(created)}"`)
  return withMember(reborn, 'updated_at', `"${timestamp(created + 1)}"`)
}
