import type { IncomingMessage, ServerResponse } from 'node:http'

import type { RequestContext } from '../account/request-context.ts'
import { cannedResponses } from '../faults/canned-responses.ts'
import { findEffect, type Effect } from '../faults/fault.ts'
import type { CountRequest } from '../faults/request-limits.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { pause } from './write-response.ts'

/** Does the operation unless a fault prevents it. Returns undefined if the connection is closed. */
export async function applyFaults(
  request: RequestContext,
  operate: () => SandboxResponse,
  countRequest: CountRequest,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<SandboxResponse | undefined> {
  const { effects } = request
  const finish = findEffect(effects, 'finish-anyway')
  const latency = finish ?? findEffect(effects, 'latency')
  if (latency) await pause(outgoing, latency.ms)
  if (outgoing.destroyed) {
    if (finish) operate().done?.()
    return undefined
  }
  const refusal = refuse(request, countRequest, incoming)
  if (refusal) return refusal
  const answer = findEffect(effects, 'answer')
  if (answer) return faultResponse(answer)
  const redirect = findEffect(effects, 'redirect')
  if (redirect) return redirectTo(redirect, incoming)
  const reset = findEffect(effects, 'reset')
  const later = findEffect(effects, 'finish-later')
  if (!reset && !later) return stateLimit(operate(), effects)
  if (reset?.when === 'after') operate().done?.()
  outgoing.socket?.resetAndDestroy()
  if (later) setTimeout(() => operate().done?.(), later.ms).unref()
  return undefined
}

/** Counts the request for each limit, and returns the response of the first one that is reached. */
function refuse(
  request: RequestContext,
  countRequest: CountRequest,
  { method }: IncomingMessage,
): SandboxResponse | undefined {
  if (method === 'GET' && request.sandbox.behaviour.readsCount === 'no') return undefined
  const limits = request.effects.filter((effect) => effect.kind === 'rps' || effect.kind === 'quota')
  const [reached] = limits.filter((limit) => !countRequest(limit, request.account.key))
  return reached && cannedResponses[reached.like ?? 'too-many-retry-after']
}

/** Adds the header that states a limit, always for a minute (seen in the field). */
function stateLimit(response: SandboxResponse, effects: readonly Effect[]): SandboxResponse {
  const quota = findEffect(effects, 'quota')
  if (quota?.stated !== true) return response
  const perMinute = Math.round((quota.limit / quota.seconds) * 60)
  return { ...response, headers: { ...response.headers, 'x-ratelimit-limit-req-minute': String(perMinute) } }
}

/** The canned response that the fault names, with the fields that it overrides. */
function faultResponse(answer: Extract<Effect, { kind: 'answer' }>): SandboxResponse {
  const like: SandboxResponse = cannedResponses[answer.like ?? 'internal-error']
  return {
    status: answer.status ?? like.status,
    type: answer.headers?.['content-type'] ?? like.type,
    body: answer.body ?? like.body,
    headers: { ...like.headers, ...answer.headers },
  }
}

/** The other host is the sandbox under another name, so that tests see what is sent there. */
function redirectTo(
  { to, status = 307 }: Extract<Effect, { kind: 'redirect' }>,
  { url = '', headers }: IncomingMessage,
): SandboxResponse {
  const moved = `${url}${url.includes('?') ? '&' : '?'}moved=1`
  const port = headers.host?.split(':')[1] ?? ''
  const location = to === 'same-host' ? moved : `http://localhost:${port}${moved}`
  return { status, type: 'text/plain', body: '', headers: { location } }
}
