import { HansardError } from '../errors.ts'
import { hasTooManyValues } from '../model/json/value-limit.ts'
import { formatMegabytes } from '../model/plural.ts'
import { redactBody } from '../model/secrets/redact-json.ts'
import type { Scrub } from './key-scrubber.ts'
import { errorOfResponse } from './response-error.ts'
import { dateOf } from './retry-timing.ts'
import { isSuccess, type ApiResponse, type CallName } from './transport.ts'

/** A JSON response, raw and parsed. */
export interface JsonReply<Json = unknown> extends Pick<ApiResponse, 'status' | 'headers'> {
  /** The body exactly as it came, without a byte order mark and the API key. Digits, escapes and order are kept. */
  readonly text: string
  /** The text as JSON.parse reads it. Its type is not checked at run time. */
  readonly json: Json
  /** The time of the server, from its Date header. */
  readonly servedAt: Date | undefined
}

/** A response of bytes: the content of a file. */
export interface BytesReply extends Pick<ApiResponse, 'status' | 'headers'> {
  readonly bytes: Uint8Array
}

/** What the readers of a response need besides it. */
export interface ResponseContext {
  readonly name: CallName
  readonly scrub: Scrub
}

/** The number of bytes read of the body of an error response. */
const ERROR_BYTES = 64 * 1024

/**
 * Reads a JSON response.
 *
 * @throws HansardError the error that the response reports, or `not-json`, or `too-large`
 */
export async function readJson<Json>(
  response: ApiResponse,
  context: ResponseContext,
): Promise<JsonReply<Json>> {
  await refuseFailure(response, context)
  const bytes = await readAll(response)
  const { status, headers } = response
  const text = context.scrub(decodeText(bytes, status, context))
  refuseTooManyValues(text, context.name)
  const json = parseBody(text, status, context) as Json
  return { status, headers, text, json, servedAt: dateOf(headers['date'] ?? '') }
}

/**
 * Reads a response of bytes.
 *
 * @throws HansardError the error that the response reports, or `unexpected-shape` if the bytes contain the API key
 */
export async function readBytes(response: ApiResponse, context: ResponseContext): Promise<BytesReply> {
  await refuseFailure(response, context)
  const { status, headers } = response
  const bytes = await readAll(response)
  if (!context.scrub.isIn(bytes)) return { status, headers, bytes }
  throw new HansardError(
    'unexpected-shape',
    `The response contains the API key and is not kept (${context.name})`,
    {
      status,
      hint: 'Whoever can read the file can use the key: replace the key in the console of the service.',
    },
  )
}

/** Throws the error that a response reports; returns if it is a success (2xx). */
export async function refuseFailure(response: ApiResponse, { name, scrub }: ResponseContext): Promise<void> {
  if (isSuccess(response)) return
  const { status, headers } = response
  throw errorOfResponse({ name, status, headers, text: await readStart(response) }, scrub)
}

/** Makes the error of a body that cannot be used. It carries the body, without secrets. */
export function unusable(
  message: string,
  body: string | Uint8Array,
  scrub: Scrub,
  status?: number,
): HansardError {
  return new HansardError('not-json', message, {
    status,
    hint: 'Try again later. If it happens again, check the base URL and the proxy.',
    body: redactBody(scrub(body)),
  })
}

async function readAll({ headers, body }: ApiResponse): Promise<Uint8Array> {
  const announced = Number(headers['content-length'] ?? 0)
  const chunks: Uint8Array[] = []
  let whole: Uint8Array | undefined
  let length = 0
  for await (const chunk of body) {
    if (chunk.length < announced) whole ??= Buffer.allocUnsafe(announced)
    if (whole === undefined) chunks.push(chunk)
    else whole.set(chunk, length)
    length += chunk.length
  }
  if (whole !== undefined) return whole.subarray(0, length)
  const [first] = chunks
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length)
}

/** Reads the first 64 KiB of a body: enough for an error message. */
export async function readStart({ body }: ApiResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= ERROR_BYTES) break
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, ERROR_BYTES))
}

/** Refuses JSON whose parsed values would take many times its size in memory. */
export function refuseTooManyValues(text: string, name: CallName): void {
  if (!hasTooManyValues(text)) return
  throw new HansardError(
    'too-large',
    `The body has too many small values to parse: ${formatMegabytes(text.length)} (${name})`,
    { hint: 'It was not parsed, because its values would take many times its size in memory.' },
  )
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decodeText(bytes: Uint8Array, status: number, context: ResponseContext): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw unusable(`The body is not UTF-8 (${context.name})`, bytes, context.scrub, status)
  }
}

function parseBody(text: string, status: number, context: ResponseContext): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The SyntaxError quotes the text, which may contain a secret, so it is not the cause.
    const what = text.trim() === '' ? 'empty' : 'not JSON'
    throw unusable(`The body is ${what} (${context.name})`, text, context.scrub, status)
  }
}
