import type { IncomingMessage, ServerResponse } from 'node:http'

import { isObject, parseJson } from '../../model/json/parse-json.ts'
import type { Account } from '../account/account.ts'
import type { RequestContext, SandboxContext } from '../account/request-context.ts'
import { cannedResponses } from '../faults/canned-responses.ts'
import type { FaultBook } from '../faults/fault-book.ts'
import type { TokenBuckets } from '../faults/token-buckets.ts'
import type { Route } from '../operations/routes.ts'
import { ErrorResponse, unauthorized } from '../responses/error-responses.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { applyFaults } from './apply-faults.ts'
import type { RequestLog } from './request-log.ts'
import { writeResponse } from './write-response.ts'

/** What all requests to one server share. */
export interface ServerState {
  readonly sandbox: SandboxContext
  readonly accounts: ReadonlyMap<string, Account>
  readonly faults: FaultBook
  readonly buckets: TokenBuckets
  readonly log: RequestLog
}

/** Handles one request: authenticates it, applies the faults, and sends the response. */
export async function handleRequest(
  { sandbox, accounts, faults, buckets, log }: ServerState,
  route: Route,
  names: Pick<RequestContext, 'id' | 'version'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const account = accounts.get(incoming.headers.authorization?.replace(/^Bearer /i, '') ?? '')
  const body = route.method === 'GET' ? '' : await readText(incoming)
  if (body === undefined) return
  const parsed = parse(body)
  const operation = asksForStream(parsed) ? route.streaming : route.name
  const [path = '', query = ''] = (incoming.url ?? '').split('?')
  const record = log.add({
    method: route.method,
    path,
    query,
    operation,
    account: account?.key ?? '',
    status: account ? 0 : 401,
    ...(body !== '' && { body }),
  })
  if (account === undefined) return writeResponse(outgoing, unauthorized(sandbox.ids.uuid()).response, [])
  const effects = faults.takeEffects({ operation, account: account.key, id: names.id })
  const request = { sandbox, account, ...names, query: new URLSearchParams(query), body, parsed, effects }
  const response =
    effects.length > 0
      ? await applyFaults(request, (each) => respond(route, each), buckets, incoming, outgoing)
      : respond(route, request)
  if (response === undefined) return
  record.status = response.status
  await writeResponse(outgoing, response, effects)
}

function respond(route: Route, request: RequestContext): SandboxResponse {
  try {
    return route.handle(request)
  } catch (thrown) {
    if (thrown instanceof ErrorResponse) return thrown.response
    return { ...cannedResponses['internal-error'], body: JSON.stringify({ detail: String(thrown) }) }
  }
}

/** Reads the whole body; returns undefined if the client disconnects before its end. */
async function readText(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  try {
    for await (const part of incoming) parts.push(part as Buffer)
  } catch {
    return undefined
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Parses a body; undefined if it is not JSON. A read has no body, and need not pay for a SyntaxError. */
function parse(body: string): unknown {
  return body === '' ? undefined : parseJson(body)
}

function asksForStream(parsed: unknown): boolean {
  return isObject(parsed) && parsed['stream'] === true
}
