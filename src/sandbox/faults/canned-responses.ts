import { errorObject } from '../responses/error-responses.ts'
import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'

const error = (status: number, message: string, type: string, code: number | string | null) =>
  jsonResponse(JSON.stringify(errorObject(message, type, code)), status)
const limited = error(429, 'Rate limit exceeded', 'rate_limited', '1300')
const page = (status: number, title: string): SandboxResponse => ({
  status,
  type: 'text/html; charset=utf-8',
  body:
    `<html>\r\n<head><title>${title}</title></head>\r\n` +
    `<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`,
})

/** Error responses that the service, or a proxy in front of it, was seen to send. */
export const cannedResponses = {
  'too-many': limited,
  'too-many-retry-after': { ...limited, headers: { 'retry-after': '1' } },
  'zero-allowance': {
    ...limited,
    headers: { 'x-ratelimit-limit-req-minute': '0', 'x-ratelimit-remaining-req-minute': '0' },
  },
  'key-refused': jsonResponse('{"message":"Unauthorized","request_id":"5a9d1c"}', 401),
  'payment-required': jsonResponse('{"detail":"Payment required: no active subscription."}', 402),
  guardrail: error(403, 'Blocked by guardrails', 'guardrail_violation', null),
  conflict: error(409, 'The conversation is being updated', 'conflict', 3000),
  'internal-error': error(500, 'Internal error', 'internal_server_error', 3000),
  unavailable: jsonResponse('{"detail":"Service unavailable."}', 503),
  'bad-gateway': page(502, '502 Bad Gateway'),
  'forbidden-page': page(403, '403 Forbidden'),
} satisfies Record<string, SandboxResponse>

export type CannedResponse = keyof typeof cannedResponses
