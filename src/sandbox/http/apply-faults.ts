import type { IncomingMessage, ServerResponse } from 'node:http'

import type { RequestContext } from '../account/request-context.ts'
import type { Allowances } from '../faults/allowances.ts'
import { effectOf } from '../faults/fault-book.ts'
import { faultResponse } from '../faults/fault-responses.ts'
import type { Reply } from '../replies/reply.ts'
import { pause } from './write-response.ts'

/** Does the work that the faults leave to do; answers with nothing where the client is gone or was reset. */
export async function applyFaults(
  call: RequestContext,
  work: (call: RequestContext) => Reply,
  allowances: Allowances,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<Reply | undefined> {
  const { effects } = call
  const finish = effectOf(effects, 'finish-anyway')
  const latency = finish ?? effectOf(effects, 'latency')
  if (latency) await pause(outgoing, latency.ms)
  if (outgoing.destroyed) {
    if (finish) work(call).done?.()
    return undefined
  }
  const instead = limited(call, allowances, incoming) ?? answered(call) ?? redirected(call, incoming)
  if (instead) return instead
  const reset = effectOf(effects, 'reset')
  const later = effectOf(effects, 'finish-later')
  if (!reset && !later) return work(call)
  if (reset?.when === 'after') work(call).done?.()
  outgoing.socket?.resetAndDestroy()
  if (later) setTimeout(() => work(call).done?.(), later.ms).unref()
  return undefined
}

function limited(
  { world, account, effects }: RequestContext,
  allowances: Allowances,
  { method }: IncomingMessage,
) {
  if (method === 'GET' && world.behaviour.readsCount === 'no') return undefined
  const limits = effects.filter((effect) => effect.kind === 'rps')
  return limits.map((limit) => allowances.take(limit, account.key)).find((reply) => reply !== undefined)
}

function answered({ effects }: RequestContext): Reply | undefined {
  const answer = effectOf(effects, 'answer')
  return answer && faultResponse(answer)
}

/** The other host is the sandbox under another name, so that tests see what reaches it. */
function redirected({ effects }: RequestContext, { url = '', headers }: IncomingMessage): Reply | undefined {
  const redirect = effectOf(effects, 'redirect')
  if (redirect === undefined) return undefined
  const moved = `${url}${url.includes('?') ? '&' : '?'}moved=1`
  const port = headers.host?.split(':')[1] ?? ''
  const location = redirect.to === 'same-host' ? moved : `http://localhost:${port}${moved}`
  return { status: redirect.status ?? 307, type: 'text/plain', body: '', headers: { location } }
}
