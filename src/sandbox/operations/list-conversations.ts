import { isDeepStrictEqual } from 'node:util'

import { stringMember } from '../../model/entries/fields.ts'
import { member, withoutMembers } from '../../model/json/json-text.ts'
import { isObject } from '../../model/json/parse-json.ts'
import type { Conversation } from '../account/conversation.ts'
import type { RequestContext } from '../account/request-context.ts'
import { effectOf } from '../faults/fault-book.ts'
import { microsecondsOf } from '../id-generator.ts'
import { invalidAt } from '../replies/error-responses.ts'
import { jsonReply, type Reply } from '../replies/reply.ts'
import { readPage } from './paging.ts'

/** A conversation as the listing shows it. */
type Listed = Pick<Conversation, 'row' | 'created'>

/** `GET /v1/conversations`: one page of rows, a bare array. */
export function listConversations(call: RequestContext): Reply {
  const { maxPageSize, pageSizeOverMax, listMetadata } = call.world.behaviour
  const { from, size } = readPage(call.query, 100, maxPageSize, pageSizeOverMax)
  const page = ordered(call, shown(call)).slice(from, from + size)
  const rows = page.map(({ row }) => (listMetadata === 'absent' ? withoutMembers(row, ['metadata']) : row))
  return jsonReply(`[${tampered(call, rows).join(',')}]`)
}

function shown(call: RequestContext): readonly Listed[] {
  const { metadataFilter, listDelaySeconds, filterDelaySeconds, playgroundListed } = call.world.behaviour
  const filter = readFilter(call)
  const delay = filter === undefined ? listDelaySeconds : Math.max(listDelaySeconds, filterDelaySeconds)
  const now = call.world.clock().getTime()
  const stale = effectOf(call.effects, 'stale')
  let listed = stale ? asOf(call, now - stale.seconds * 1000) : call.account.newestFirst
  if (delay > 0) listed = listed.filter(({ bornAt }) => bornAt + delay * 1000 <= now)
  if (playgroundListed === 'no') listed = listed.filter(({ playground }) => !playground)
  if (filter === undefined || metadataFilter === 'ignored') return listed
  return metadataFilter === 'works' ? listed.filter(({ row }) => matches(row, filter)) : []
}

/** The account as it was at a moment: later ones missing, deleted ones still there, rows as they were. */
function asOf({ account }: RequestContext, moment: number): readonly Conversation[] {
  const deleted = account.removed.filter(({ at }) => at > moment).map(({ conversation }) => conversation)
  return [...account.newestFirst, ...deleted]
    .filter(({ bornAt }) => bornAt <= moment)
    .map((each) => ({ ...each, row: each.pastRows.find(({ until }) => until > moment)?.row ?? each.row }))
    .sort((a, b) => b.created - a.created)
}

function ordered(call: RequestContext, listed: readonly Listed[]): readonly Listed[] {
  const { order } = call.world.behaviour
  if (order === 'newest-first') return listed
  if (order === 'oldest-first') return listed.toReversed()
  return listed.toSorted((a, b) => updated(b) - updated(a))
}

function updated({ row }: Listed): number {
  return microsecondsOf(stringMember(row, 'updated_at'))
}

function readFilter({ query }: RequestContext): Record<string, unknown> | undefined {
  const text = query.get('metadata')
  if (text === null) return undefined
  try {
    const filter: unknown = JSON.parse(text)
    if (filter === null) return undefined
    if (isObject(filter)) return filter
  } catch {
    // Refused below like everything that is not an object.
  }
  throw invalidAt(['query', 'metadata'], 'Input should be a valid JSON object', 'dict_type')
}

function matches(row: string, filter: Record<string, unknown>): boolean {
  const metadata: unknown = JSON.parse(member(row, 'metadata')?.value ?? 'null')
  return (
    isObject(metadata) &&
    Object.entries(filter).every(([key, value]) => isDeepStrictEqual(metadata[key], value))
  )
}

function tampered({ effects }: RequestContext, rows: string[]): string[] {
  const effect = effectOf(effects, 'rows')
  if (effect === undefined) return rows
  return rows.flatMap((row, i) => {
    if (i === effect.drop) return []
    return i === effect.repeat ? [row, row] : [row]
  })
}
