import type { IncomingMessage, ServerResponse } from 'node:http'

import { parseJson } from '../../model/json/parse-json.ts'
import type { Account } from '../account/account.ts'
import type { RequestContext, SandboxContext } from '../account/request-context.ts'
import type { Allowances } from '../faults/allowances.ts'
import type { FaultBook } from '../faults/fault-book.ts'
import { likeAnswers } from '../faults/fault-responses.ts'
import type { Route } from '../operations/routes.ts'
import { ErrorResponse, unauthorized } from '../replies/error-responses.ts'
import type { Reply } from '../replies/reply.ts'
import { applyFaults } from './apply-faults.ts'
import type { RequestLog } from './request-log.ts'
import { writeResponse } from './write-response.ts'

/** What the server has to answer with. */
export interface ServerState {
  readonly world: SandboxContext
  readonly accounts: ReadonlyMap<string, Account>
  readonly faults: FaultBook
  readonly allowances: Allowances
  readonly log: RequestLog
}

/** Answers one request, or fails to, as the faults will have it. */
export async function handleRequest(
  { world, accounts, faults, allowances, log }: ServerState,
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
  if (account === undefined) return writeResponse(outgoing, unauthorized(world.mint.uuid()).reply, [])
  const effects = faults.strike({ operation, account: account.key, id: names.id })
  const call = { world, account, ...names, query: new URLSearchParams(query), body, parsed, effects }
  const reply =
    effects.length > 0
      ? await applyFaults(call, (each) => answer(route, each), allowances, incoming, outgoing)
      : answer(route, call)
  if (reply === undefined) return
  record.status = reply.status
  await writeResponse(outgoing, reply, effects)
}

function answer(route: Route, call: RequestContext): Reply {
  try {
    return route.handle(call)
  } catch (thrown) {
    if (thrown instanceof ErrorResponse) return thrown.reply
    return { ...likeAnswers['internal-error'], body: JSON.stringify({ detail: String(thrown) }) }
  }
}

/** The whole body, or nothing when the client has gone before its end. */
async function readText(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  try {
    for await (const part of incoming) parts.push(part as Buffer)
  } catch {
    return undefined
  }
  return Buffer.concat(parts).toString('utf8')
}

/** What is not JSON is undefined; so is the body of a read, without the cost of a SyntaxError. */
function parse(body: string): unknown {
  return body === '' ? undefined : parseJson(body)
}

function asksForStream(parsed: unknown): boolean {
  return typeof parsed === 'object' && parsed !== null && 'stream' in parsed && parsed.stream === true
}
