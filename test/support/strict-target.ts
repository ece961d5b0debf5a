import { compact, elements, member, members } from '../../src/model/json/json-text.ts'
import { isObject } from '../../src/model/json/parse-json.ts'
import type { Request } from '../../src/replay/plan/render.ts'
import type { FetchedCopy } from '../../src/replay/verify/certificate.ts'
import { defaultBehaviour, profiles } from '../../src/sandbox/behaviour.ts'
import { needsResponse, checkCalls } from '../../src/sandbox/check/call-sequence.ts'
import { parseEntry } from '../../src/sandbox/check/parsed-entry.ts'
import { bodyValidators } from '../../src/sandbox/check/request-bodies.ts'
import { checkInputs, checkTools } from '../../src/sandbox/check/strict-checks.ts'
import { ErrorResponse } from '../../src/sandbox/responses/error-responses.ts'

const behaviour = { ...defaultBehaviour, ...profiles.strict }
const shapes = bodyValidators(behaviour)

/**
 * What a target with the strict profile has after these requests, or why it refused one. Uses no HTTP, so that many
 * can be tried.
 */
export function sendToStrictTarget(requests: readonly Request[]): FetchedCopy | { readonly refused: string } {
  const entries: string[] = []
  for (const { operation, body } of requests) {
    const inputs = elements(member(body, 'inputs')?.value ?? '[]')
    const refused = refusalOf(operation, JSON.parse(body), entries, inputs)
    if (refused !== undefined) return { refused }
    entries.push(...inputs.map((input, i) => withId(compact(input), `in_${entries.length + i}`)))
    entries.push(withId('{"type":"message.output","content":"Noted."}', `out_${entries.length}`))
  }
  const row = members(requests[0]?.body ?? '{}').filter(({ key }) => key !== 'inputs')
  return { row: `{${row.map(({ key, value }) => `${JSON.stringify(key)}:${value}`).join(',')}}`, entries }
}

function refusalOf(
  operation: Request['operation'],
  body: unknown,
  stored: readonly string[],
  inputs: readonly string[],
): string | undefined {
  const complaints = shapes[operation](body, ['body'])
  if (complaints.length > 0 || !isObject(body)) return JSON.stringify(complaints)
  const added = inputs.map(parseEntry)
  try {
    checkInputs(body['inputs'], behaviour)
    checkTools(body['tools'], behaviour)
    checkCalls(stored.map(parseEntry), added, behaviour)
    needsResponse(added.at(-1), behaviour.trailingAssistant)
    return undefined
  } catch (thrown) {
    if (thrown instanceof ErrorResponse) return String(thrown.response.body)
    throw thrown
  }
}

function withId(text: string, id: string): string {
  return `${text.slice(0, -1)},"id":"${id}"}`
}
