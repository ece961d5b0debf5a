import type { IncomingMessage } from 'node:http'

import { foreignRequest } from '../../loopback/foreign-request.ts'
import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'

const rejections = {
  host: { status: 421, detail: 'Misdirected Request: the Host header does not name this sandbox' },
  target: { status: 421, detail: 'Misdirected Request: the request target does not name this sandbox' },
  origin: { status: 403, detail: 'Forbidden: the sandbox does not respond to pages of other origins' },
} as const

/** Rejects a request that was not meant for this server. */
export function rejectForeign(incoming: IncomingMessage): SandboxResponse | undefined {
  const reason = foreignRequest(incoming)
  if (reason === undefined) return undefined
  const { status, detail } = rejections[reason]
  return jsonResponse(JSON.stringify({ detail }), status)
}
