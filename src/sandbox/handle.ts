import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Account } from './account.ts'
import type { Allowances } from './allowance.ts'
import type { Call, World } from './call.ts'
import { deliver, pause } from './deliver.ts'
import { faultAnswer, likeAnswers } from './fault-answers.ts'
import { effectOf, type Effect, type FaultBook } from './faults.ts'
import { Refusal, unauthorized } from './refusals.ts'
import type { Reply } from './reply.ts'
import type { RequestLog } from './requests.ts'
import type { Route } from './routes.ts'

/** What the server has to answer with. */
export interface Hall {
  readonly world: World
  readonly accounts: ReadonlyMap<string, Account>
  readonly faults: FaultBook
  readonly allowances: Allowances
  readonly log: RequestLog
}

/** What the path of a request names. */
export interface PathNames {
  readonly id: string
  readonly version: string
}

/** Answers one request, or fails to, as the faults will have it. */
export async function handle(
  hall: Hall,
  route: Route,
  names: PathNames,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const account = hall.accounts.get(incoming.headers.authorization?.replace(/^Bearer /i, '') ?? '')
  const body = route.method === 'GET' ? '' : await readText(incoming)
  if (body === undefined) return
  if (account === undefined) return deliver(outgoing, unauthorized(hall.world.mint.uuid()).reply, none)
  const parsed = parse(body)
  const operation = asksForStream(parsed) ? route.streaming : route.name
  const [path = '', query = ''] = (incoming.url ?? '').split('?')
  const record = hall.log.add({
    method: route.method,
    path,
    query,
    operation,
    account: account.key,
    status: 0,
    ...(body !== '' && { body }),
  })
  const effects = hall.faults.strike({ operation, account: account.key, id: names.id })
  const call = {
    world: hall.world,
    account,
    ...names,
    query: new URLSearchParams(query),
    body,
    parsed,
    effects,
  }
  const reply = effects.length === 0 ? work(route, call) : await meetFaults(hall, route, call, outgoing)
  if (reply === undefined) return
  record.status = reply.status
  await deliver(outgoing, reply, effects)
}

const none: readonly Effect[] = []

/** Does the work that the faults leave to do; answers with nothing where the connection was reset. */
async function meetFaults(
  hall: Hall,
  route: Route,
  call: Call,
  outgoing: ServerResponse,
): Promise<Reply | undefined> {
  const { effects } = call
  const finish = effectOf(effects, 'finish-anyway')
  const latency = finish ?? effectOf(effects, 'latency')
  if (latency) await pause(outgoing, latency.ms)
  if (outgoing.destroyed) {
    if (finish) work(route, call).done?.()
    return undefined
  }
  const instead = insteadOfWork(hall, route, call)
  if (instead) return instead
  const reset = effectOf(effects, 'reset')
  const later = effectOf(effects, 'finish-later')
  if (reset?.when !== 'before' && !later) {
    const reply = work(route, call)
    if (!reset) return reply
    reply.done?.()
  }
  outgoing.socket?.resetAndDestroy()
  if (later) setTimeout(() => work(route, call).done?.(), later.ms).unref()
  return undefined
}

function insteadOfWork(
  { world, allowances }: Hall,
  route: Route,
  { effects, account }: Call,
): Reply | undefined {
  const counts = route.method !== 'GET' || world.behaviour.readsCount === 'yes'
  const limits = effects.filter((effect) => effect.kind === 'rps')
  const limited = counts
    ? limits.map((limit) => allowances.take(limit, account.key)).find(Boolean)
    : undefined
  const answer = effectOf(effects, 'answer')
  const redirect = effectOf(effects, 'redirect')
  if (redirect === undefined) return limited ?? (answer && faultAnswer(answer))
  const location = redirect.to === 'same-host' ? '/v1/models' : 'http://other.invalid/v1/conversations'
  return { status: redirect.status ?? 307, type: 'text/plain', body: '', headers: { location } }
}

function work(route: Route, call: Call): Reply {
  try {
    return route.handle(call)
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.reply
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
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function asksForStream(parsed: unknown): boolean {
  return typeof parsed === 'object' && parsed !== null && 'stream' in parsed && parsed.stream === true
}
