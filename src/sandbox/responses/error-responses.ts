import { jsonResponse, type SandboxResponse } from './sandbox-response.ts'

/** One reason why a request is invalid, in the API's format. */
export interface ValidationIssue {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
}

/** An error response, to be thrown. */
export class ErrorResponse extends Error {
  override readonly name = 'ErrorResponse'
  readonly response: SandboxResponse

  constructor(response: SandboxResponse) {
    super(String(response.body))
    this.response = response
  }
}

/** 422 in the format of the specification. */
export function invalid(issues: readonly ValidationIssue[]): ErrorResponse {
  return refuse(422, { detail: issues })
}

/** 422 for one field of the request. */
export function invalidAt(loc: ValidationIssue['loc'], msg: string, type = 'value_error'): ErrorResponse {
  return invalid([{ type, loc, msg }])
}

/** 404 for a conversation, entry or agent that does not exist, or not for this key (code 3000). */
export function missing(what: string, id: string): ErrorResponse {
  return refuse(404, errorObject(`${what} with id ${id} not found`, 'not_found', 3000))
}

/** 404 in the format of the files endpoints. */
export function missingDetail(detail: string): ErrorResponse {
  return refuse(404, { detail })
}

/** 409 shortly after a stream (code 3000, as for a 404). */
export function busy(): ErrorResponse {
  return refuse(409, errorObject('The conversation is being updated', 'conflict', 3000))
}

/** 400; the API sends its code as an integer, as a string or not at all. */
export function badRequest(
  message: unknown,
  code: number | string | null,
  type = 'invalid_request_error',
): ErrorResponse {
  return refuse(400, errorObject(message, type, code))
}

/** 401 for an unknown key. */
export function unauthorized(requestId: string): ErrorResponse {
  return refuse(401, { message: 'Unauthorized', request_id: requestId })
}

function refuse(status: number, body: unknown): ErrorResponse {
  return new ErrorResponse(jsonResponse(JSON.stringify(body), status))
}

/** The body of most errors. */
export function errorObject(message: unknown, type: string, code: number | string | null): object {
  return { object: 'error', message, type, param: null, code }
}
