import type { IncomingMessage, ServerResponse } from 'node:http'

import type { RequestContext } from '../account/request-context.ts'
import { faultResponse } from '../faults/canned-responses.ts'
import { findEffect } from '../faults/fault.ts'
import type { TokenBuckets } from '../faults/token-buckets.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { pause } from './write-response.ts'

/** Does the operation unless a fault prevents it. Returns undefined if the connection is closed. */
export async function applyFaults(
  request: RequestContext,
  operate: (request: RequestContext) => SandboxResponse,
  buckets: TokenBuckets,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<SandboxResponse | undefined> {
  const { effects } = request
  const finish = findEffect(effects, 'finish-anyway')
  const latency = finish ?? findEffect(effects, 'latency')
  if (latency) await pause(outgoing, latency.ms)
  if (outgoing.destroyed) {
    if (finish) operate(request).done?.()
    return undefined
  }
  const instead =
    rateLimited(request, buckets, incoming) ?? replaced(request) ?? redirected(request, incoming)
  if (instead) return instead
  const reset = findEffect(effects, 'reset')
  const later = findEffect(effects, 'finish-later')
  if (!reset && !later) return operate(request)
  if (reset?.when === 'after') operate(request).done?.()
  outgoing.socket?.resetAndDestroy()
  if (later) setTimeout(() => operate(request).done?.(), later.ms).unref()
  return undefined
}

function rateLimited(
  { sandbox, account, effects }: RequestContext,
  buckets: TokenBuckets,
  { method }: IncomingMessage,
) {
  if (method === 'GET' && sandbox.behaviour.readsCount === 'no') return undefined
  const limits = effects.filter((effect) => effect.kind === 'rps')
  return limits.map((limit) => buckets.take(limit, account.key)).find((response) => response !== undefined)
}

function replaced({ effects }: RequestContext): SandboxResponse | undefined {
  const answer = findEffect(effects, 'answer')
  return answer && faultResponse(answer)
}

/** The other host is the sandbox under another name, so that tests see what is sent there. */
function redirected(
  { effects }: RequestContext,
  { url = '', headers }: IncomingMessage,
): SandboxResponse | undefined {
  const redirect = findEffect(effects, 'redirect')
  if (redirect === undefined) return undefined
  const moved = `${url}${url.includes('?') ? '&' : '?'}moved=1`
  const port = headers.host?.split(':')[1] ?? ''
  const location = redirect.to === 'same-host' ? moved : `http://localhost:${port}${moved}`
  return { status: redirect.status ?? 307, type: 'text/plain', body: '', headers: { location } }
}
