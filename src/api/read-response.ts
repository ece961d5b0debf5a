import { HansardError, isHansardError } from '../errors.ts'
import { hasTooManyValues } from '../model/json/value-limit.ts'
import { redactBody } from '../model/secrets/redact-json.ts'
import type { Scrub } from './key-scrubber.ts'
import { errorOfResponse } from './response-error.ts'
import { dateOf } from './retry-timing.ts'
import type { ApiResponse, CallName } from './transport.ts'

/** An answer in JSON, raw and parsed. */
export interface JsonReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body exactly as it came, but for a byte order mark and the API key. */
  readonly text: string
  /** What JSON.parse makes of the text. */
  readonly json: unknown
  /** The service's own time, from the Date header. */
  readonly servedAt: Date | undefined
}

/** An answer of bytes: the content of a file. */
export interface BytesReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

/** What readers need besides the answer. */
export interface Reading {
  readonly name: CallName
  readonly scrub: Scrub
}

/** Of the body of an error, this many bytes are read. */
const MOST_OF_AN_ERROR = 64 * 1024

/** Reads JSON, or fails with what the answer says instead. */
export async function readJson(answer: ApiResponse, reading: Reading): Promise<JsonReply> {
  await refuseFailure(answer, reading)
  const bytes = await readAll(answer)
  const { status, headers } = answer
  const text = reading.scrub(decoded(bytes, status, reading))
  return {
    status,
    headers,
    text,
    json: parsed(text, status, reading),
    servedAt: dateOf(headers['date'] ?? ''),
  }
}

/** Reads bytes, or fails with what the answer says instead. */
export async function readBytes(answer: ApiResponse, reading: Reading): Promise<BytesReply> {
  await refuseFailure(answer, reading)
  const { status, headers } = answer
  const bytes = await readAll(answer)
  if (!reading.scrub.isIn(bytes)) return { status, headers, bytes }
  throw new HansardError(
    'unexpected-shape',
    `The API key is in these bytes, which are not kept (${reading.name})`,
    {
      status,
      hint: 'Whoever reads the file can use the key: replace the key in the console of the service.',
    },
  )
}

/** Fails with what the answer says unless it is a success. */
export async function refuseFailure(answer: ApiResponse, { name, scrub }: Reading): Promise<void> {
  const { status, headers } = answer
  if (status >= 200 && status < 300) return
  throw errorOfResponse({ name, status, headers, text: await readBeginning(answer) }, scrub)
}

/** The error of a body that could not be used. It carries the body, without its secrets. */
export function unusable(
  message: string,
  body: string | Uint8Array,
  scrub: Scrub,
  status?: number,
): HansardError {
  return new HansardError('not-json', message, {
    status,
    hint: 'Try again later; if it stays so, check the base URL and the proxy.',
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

/** Reads as much of a body as an error may need to say. */
export async function readBeginning({ body }: ApiResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= MOST_OF_AN_ERROR) break
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MOST_OF_AN_ERROR))
}

/** Refuses JSON that would take many times its size in memory. */
export function refuseTooManyValues(text: string, name: CallName): void {
  if (!hasTooManyValues(text)) return
  const megabytes = (text.length / 1e6).toFixed(1)
  throw new HansardError('too-large', `The body has too many tiny values in ${megabytes} MB (${name})`, {
    hint: 'It was not parsed, because its values would take many times that size in memory.',
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decoded(bytes: Uint8Array, status: number, reading: Reading): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw unusable(`The body is not UTF-8 (${reading.name})`, bytes, reading.scrub, status)
  }
}

function parsed(text: string, status: number, reading: Reading): unknown {
  try {
    refuseTooManyValues(text, reading.name)
    return JSON.parse(text)
  } catch (thrown) {
    if (isHansardError(thrown)) throw thrown
    // The SyntaxError quotes the text, which may hold a secret: it is not passed on.
    const what = text.trim() === '' ? 'empty' : 'not JSON'
    throw unusable(`The body is ${what} (${reading.name})`, text, reading.scrub, status)
  }
}
