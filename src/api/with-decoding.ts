import { pipeline, Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

import { HansardError, isHansardError, messageOf } from '../errors.ts'
import type { ApiResponse, Headers, Send } from './transport.ts'

/** The limit of curl and undici: with each encoding a small body can become a larger one. */
const MAX_ENCODINGS = 5

/** This many bytes are enough to tell text from compressed data. */
const SAMPLE_BYTES = 16

const CHUNK = { chunkSize: 64 * 1024 }

/**
 * Decodes compressed bodies piece by piece, so that the reader limits their size by not reading on. The compressed bytes
 * have the same limit, because a body may decode to nothing for ever.
 */
export function withDecoding(send: Send, maxBodyBytes: number): Send {
  return (request, read) => send(request, (response) => read(decodeResponse(response, maxBodyBytes)))
}

function decodeResponse(response: ApiResponse, maxBytes: number): ApiResponse {
  const names = (response.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length === 0) return response
  return {
    ...response,
    headers: withoutEncoding(response.headers),
    body: decodeBody(response, names, maxBytes),
  }
}

/** Removes the headers that describe the compressed body. */
function withoutEncoding(headers: Headers): Headers {
  const describesCompressed = (name: string) => name === 'content-encoding' || name === 'content-length'
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !describesCompressed(name)))
}

async function* decodeBody(
  response: ApiResponse,
  names: readonly string[],
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  try {
    if (names.length > MAX_ENCODINGS) throw undecodable(names.join(', '), 'encoded too many times')
    let body = limit(response.body, maxBytes)
    for (const name of names.toReversed()) body = decodeOne(body, name)
    yield* body
  } finally {
    response.discard()
  }
}

async function* limit(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new HansardError(
        'too-large',
        `The compressed body is larger than ${Math.floor(maxBytes / 2 ** 20)} MiB`,
        { hint: 'It was not read, because larger bodies are not kept in memory.' },
      )
    }
    yield chunk
  }
}

/** Makes the decoder of a body that begins with these bytes. */
type Decoder = (beginning: Uint8Array) => Transform

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: () => createGunzip(CHUNK),
  'x-gzip': () => createGunzip(CHUNK),
  br: () => createBrotliDecompress(CHUNK),
  // "deflate" means the zlib format, but some servers send raw deflate.
  deflate: ([first = 0, second = 0]) =>
    (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
      ? createInflate(CHUNK)
      : createInflateRaw(CHUNK),
}

/** Undoes one encoding. A body that is plain text in spite of its header stays as it is. */
async function* decodeOne(body: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoderOf = decoders[encoding]
  if (decoderOf === undefined) throw undecodable(encoding, 'the encoding is not supported')
  const rest = body[Symbol.asyncIterator]()
  const start = await readSample(rest)
  if (start.length === 0) return
  const whole = concat(start, rest)
  if (isText(start)) return yield* whole
  try {
    yield* pipe(whole, decoderOf(start))
  } catch (thrown) {
    throw isHansardError(thrown) ? thrown : undecodable(encoding, messageOf(thrown))
  }
}

async function readSample(body: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array()
  while (start.length < SAMPLE_BYTES) {
    const { value, done } = await body.next()
    if (done === true) break
    start = start.length === 0 ? value : Buffer.concat([start, value])
  }
  return start
}

async function* concat(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start
  yield* { [Symbol.asyncIterator]: () => rest }
}

/** Compressed data has control characters, or is not UTF-8, within its first bytes. */
function isText(start: Uint8Array): boolean {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const text = decoder.decode(start.subarray(0, SAMPLE_BYTES), { stream: true })
    return !/[^\P{Cc}\t\n\r]/u.test(text)
  } catch {
    return false
  }
}

async function* pipe(body: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  const source = Readable.from(body)
  pipeline(source, decoder, () => undefined) // an error of the source reaches the loop below through the decoder
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array
  } finally {
    source.destroy()
    decoder.destroy()
  }
}

function undecodable(encoding: string, reason: string): HansardError {
  return new HansardError('not-json', `The compressed body (${encoding}) cannot be decoded: ${reason}`, {
    hint: 'Try again later. If it happens again, check the proxy.',
  })
}
