import { HansardError } from '../errors.ts'
import { isObjectText, members, replaceAt } from '../model/json/json-text.ts'
import { isJson } from '../model/json/parse-json.ts'
import { allOperations, type Operation } from './operations.ts'
import type { ApiRequest, CallName } from './transport.ts'

/** Parameters of the query; undefined leaves one out. */
export type Query = Readonly<Record<string, string | number | undefined>>

/** The arguments of a call by name. */
export interface CallArguments {
  /** The id of the conversation, agent or file, if the path has one. */
  readonly id?: string | undefined
  readonly query?: Query | undefined
  /** An object, or JSON text that is sent token for token. The operation sets `stream` in either. */
  readonly body?: object | string | undefined
}

/**
 * Builds the request of a call.
 *
 * @throws HansardError `usage` if the id or the body is invalid
 */
export function buildRequest(
  name: CallName,
  basePath: string,
  { id, query, body }: CallArguments,
): ApiRequest {
  const operation = allOperations[name]
  return {
    name,
    operation,
    path: basePath + pathOf(name, operation, id) + queryOf(query),
    body: operation.method === 'POST' ? bodyText(name, body ?? {}, operation.streams) : undefined,
  }
}

function pathOf(name: CallName, { path }: Operation, id: string | undefined): string {
  if (!path.includes('{id}')) return path
  if (id === undefined || id === '' || id === '.' || id === '..' || /\p{Surrogate}/u.test(id))
    throw new HansardError(
      'usage',
      id === undefined ? `${name} needs an id` : `${JSON.stringify(id)} is not a valid id (${name})`,
      { hint: 'Pass the id as the API lists it, such as conv_0684fe18cbc57ba6800065acdd2b6c85.' },
    )
  return path.replace('{id}', () => encodeURIComponent(id))
}

function queryOf(query: Query = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value ?? '')}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** Sets `stream` as the operation requires, and leaves everything else in a text as it is. */
function bodyText(name: CallName, body: object | string, stream: boolean): string {
  if (typeof body !== 'string') return JSON.stringify({ ...body, stream })
  if (!(isJson(body) && isObjectText(body)))
    throw new HansardError('usage', `The body of ${name} is not a JSON object`, {
      hint: 'Pass an object such as {"model": "…", "inputs": "…"}.',
    })
  const replaced = replaceAt(body, ['stream'], () => String(stream))
  const fields = members(replaced)
  if (fields.some(({ key }) => key === 'stream')) return replaced
  const open = body.indexOf('{') + 1
  return `${body.slice(0, open)}"stream":${stream}${fields.length === 0 ? '' : ','}${body.slice(open)}`
}
