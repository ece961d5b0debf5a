import type { SandboxResponse } from '../responses/sandbox-response.ts'

const json = 'application/json'
const html = 'text/html; charset=utf-8'
const page = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`
const limited =
  '{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}'
const allowance = (limit: string): Record<string, string> => ({
  'x-ratelimit-limit-req-minute': limit,
  'x-ratelimit-remaining-req-minute': '0',
})

/** Error responses that the service, or a proxy in front of it, was seen to send. */
export const cannedResponses = {
  'too-many': { status: 429, type: json, body: limited },
  'too-many-retry-after': { status: 429, type: json, body: limited, headers: { 'retry-after': '1' } },
  'zero-allowance': { status: 429, type: json, body: limited, headers: allowance('0') },
  'key-refused': { status: 401, type: json, body: '{"message":"Unauthorized","request_id":"5a9d1c"}' },
  'payment-required': {
    status: 402,
    type: json,
    body: '{"detail":"Payment required: no active subscription."}',
  },
  guardrail: {
    status: 403,
    type: json,
    body: '{"object":"error","message":"Blocked by guardrails","type":"guardrail_violation","param":null,"code":null}',
  },
  conflict: {
    status: 409,
    type: json,
    body: '{"object":"error","message":"The conversation is being updated","type":"conflict","param":null,"code":3000}',
  },
  'internal-error': {
    status: 500,
    type: json,
    body: '{"object":"error","message":"Internal error","type":"internal_server_error","param":null,"code":3000}',
  },
  unavailable: { status: 503, type: json, body: '{"detail":"Service unavailable."}' },
  'bad-gateway': { status: 502, type: html, body: page('502 Bad Gateway') },
  'forbidden-page': { status: 403, type: html, body: page('403 Forbidden') },
} as const satisfies Record<string, SandboxResponse>

export type CannedResponse = keyof typeof cannedResponses

/** The response of an `answer` fault: the canned one it names, with the fields that it overrides. */
export function faultResponse(effect: {
  readonly like?: CannedResponse
  readonly status?: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}): SandboxResponse {
  const like: SandboxResponse = cannedResponses[effect.like ?? 'internal-error']
  return {
    status: effect.status ?? like.status,
    type: effect.headers?.['content-type'] ?? like.type,
    body: effect.body ?? like.body,
    headers: { ...like.headers, ...effect.headers },
  }
}
