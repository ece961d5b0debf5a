import { isDeepStrictEqual } from 'node:util'

import { stringMember } from '../../model/entries/fields.ts'
import { member, withoutMembers } from '../../model/json/json-text.ts'
import { isObject, parseJson } from '../../model/json/parse-json.ts'
import type { Conversation } from '../account/conversation.ts'
import type { RequestContext } from '../account/request-context.ts'
import { findEffect } from '../faults/fault.ts'
import { parseTimestamp } from '../id-generator.ts'
import { invalidAt } from '../responses/error-responses.ts'
import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'
import { takePage } from './paging.ts'

/** `GET /v1/conversations`: a page of rows as a bare array. */
export function listConversations(request: RequestContext): SandboxResponse {
  const { maxPageSize, pageSizeOverMax, listMetadata } = request.sandbox.behaviour
  const listed = sortListed(request, findListed(request))
  const page = takePage(listed, request.query, 100, maxPageSize, pageSizeOverMax)
  const rows = page.map(({ row }) => (listMetadata === 'absent' ? withoutMembers(row, ['metadata']) : row))
  return jsonResponse(`[${applyRowFault(request, rows).join(',')}]`)
}

function findListed(request: RequestContext): readonly Conversation[] {
  const { metadataFilter, listDelaySeconds, filterDelaySeconds, playgroundListed } = request.sandbox.behaviour
  const filter = readFilter(request)
  const delay = filter === undefined ? listDelaySeconds : Math.max(listDelaySeconds, filterDelaySeconds)
  const now = request.sandbox.clock().getTime()
  const stale = findEffect(request.effects, 'stale')
  let listed = stale ? accountAt(request, now - stale.seconds * 1000) : request.account.newestFirst
  if (delay > 0) listed = listed.filter(({ bornAt }) => bornAt + delay * 1000 <= now)
  if (playgroundListed === 'no') listed = listed.filter(({ playground }) => !playground)
  if (filter === undefined || metadataFilter === 'ignored') return listed
  return metadataFilter === 'works' ? listed.filter(({ row }) => matches(row, filter)) : []
}

/** Returns the account as it was: without later conversations, with deleted ones, with earlier rows. */
function accountAt({ account }: RequestContext, moment: number): readonly Conversation[] {
  const deleted = account.removed.filter(({ at }) => at > moment).map(({ conversation }) => conversation)
  return [...account.newestFirst, ...deleted]
    .filter(({ bornAt }) => bornAt <= moment)
    .map((each) => ({ ...each, row: each.pastRows.find(({ until }) => until > moment)?.row ?? each.row }))
    .sort((a, b) => b.created - a.created)
}

function sortListed(request: RequestContext, listed: readonly Conversation[]): readonly Conversation[] {
  const { order } = request.sandbox.behaviour
  if (order === 'newest-first') return listed
  if (order === 'oldest-first') return listed.toReversed()
  return listed.toSorted((a, b) => updated(b) - updated(a))
}

function updated({ row }: Conversation): number {
  return parseTimestamp(stringMember(row, 'updated_at'))
}

function readFilter({ query }: RequestContext): Record<string, unknown> | undefined {
  const text = query.get('metadata')
  if (text === null) return undefined
  const filter = parseJson(text)
  if (filter === null) return undefined
  if (isObject(filter)) return filter
  throw invalidAt(['query', 'metadata'], 'Input should be a valid JSON object', 'dict_type')
}

function matches(row: string, filter: Record<string, unknown>): boolean {
  const metadata: unknown = JSON.parse(member(row, 'metadata')?.value ?? 'null')
  if (!isObject(metadata)) return false
  return Object.entries(filter).every(([key, value]) => isDeepStrictEqual(metadata[key], value))
}

function applyRowFault({ effects }: RequestContext, rows: string[]): string[] {
  const effect = findEffect(effects, 'rows')
  return rows.flatMap((row, i) => {
    if (i === effect?.drop) return []
    return i === effect?.repeat ? [row, row] : [row]
  })
}
