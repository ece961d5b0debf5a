import type { IncomingMessage, ServerResponse } from 'node:http'

import { isObject, parseJson } from '../../model/json/parse-json.ts'
import type { Account } from '../account/account.ts'
import type { RequestContext, SandboxContext } from '../account/request-context.ts'
import { cannedResponses } from '../faults/canned-responses.ts'
import type { FaultBook } from '../faults/fault-book.ts'
import type { CountRequest } from '../faults/request-limits.ts'
import type { Route } from '../operations/routes.ts'
import { ErrorResponse, unauthorized } from '../responses/error-responses.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import type { RouteName } from '../route-names.ts'
import { applyFaults } from './apply-faults.ts'
import { writeResponse } from './write-response.ts'

/** A received request. */
export interface RequestRecord {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly operation: RouteName
  /** The key of the account; empty if no account has this key. */
  readonly account: string
  /** The status of the response; 0 until it is known, and if the connection was reset. */
  status: number
  readonly body?: string
}

/** What all requests to one server share. */
export interface ServerState {
  readonly sandbox: SandboxContext
  readonly accounts: ReadonlyMap<string, Account>
  readonly faults: FaultBook
  readonly countRequest: CountRequest
  readonly log: RequestRecord[]
}

/** The log keeps at least this many requests, at most twice as many. */
const KEPT = 10_000

/** Handles one request: authenticates it, applies the faults, and sends the response. */
export async function handleRequest(
  { sandbox, accounts, faults, countRequest, log }: ServerState,
  route: Route,
  names: Pick<RequestContext, 'id' | 'version'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method } = route
  const account = accounts.get(incoming.headers.authorization?.replace(/^Bearer /i, '') ?? '')
  const body = method === 'GET' ? '' : await readText(incoming)
  if (body === undefined) return
  // A read has no body, and need not pay for a SyntaxError.
  const parsed = body === '' ? undefined : parseJson(body)
  const operation = isObject(parsed) && parsed['stream'] === true ? route.streaming : route.name
  const [path = '', query = ''] = (incoming.url ?? '').split('?')
  const key = account?.key ?? ''
  const status = account ? 0 : 401
  const record = { method, path, query, operation, account: key, status, ...(body !== '' && { body }) }
  if (log.length >= 2 * KEPT) log.splice(0, KEPT)
  log.push(record)
  if (account === undefined) return writeResponse(outgoing, unauthorized(sandbox.ids.uuid()).response, [])
  const effects = faults.takeEffects({ operation, account: key, id: names.id })
  const request = { sandbox, account, ...names, query: new URLSearchParams(query), body, parsed, effects }
  const operate = (): SandboxResponse => respond(route, request)
  const response =
    effects.length > 0 ? await applyFaults(request, operate, countRequest, incoming, outgoing) : operate()
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
