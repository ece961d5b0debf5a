import { pipeline, Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

import { HansardError, isHansardError, messageOf } from '../errors.ts'
import type { ApiResponse, Headers, Transport } from './transport.ts'

/** As curl and undici have it: each encoding is another chance for a small body to become a large one. */
const MOST_ENCODINGS = 5

/** So many bytes tell text from what is compressed. */
const BEGINNING = 16

const CHUNK = { chunkSize: 64 * 1024 }

/**
 * Decodes bodies that came compressed, piece by piece: whoever reads them sets the bound by reading no further. What
 * comes over the wire has the same bound, for a body may also decode to nothing for ever.
 */
export function withDecoding(inner: Transport, maxBodyBytes: number): Transport {
  return {
    send: (request, read) => inner.send(request, (answer) => read(decoded(answer, maxBodyBytes))),
    close: () => inner.close(),
  }
}

function decoded(answer: ApiResponse, maxBytes: number): ApiResponse {
  const names = (answer.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length === 0) return answer
  return { ...answer, headers: headersOfDecoded(answer.headers), body: decodedBody(answer, names, maxBytes) }
}

/** The length is that of the compressed body. */
function headersOfDecoded(headers: Headers): Headers {
  const isOfCompressed = (name: string) => name === 'content-encoding' || name === 'content-length'
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isOfCompressed(name)))
}

async function* decodedBody(
  answer: ApiResponse,
  names: readonly string[],
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  try {
    if (names.length > MOST_ENCODINGS) throw undecodable(names.join(', '), 'encoded too many times')
    let body = bounded(answer.body, maxBytes)
    for (const name of names.toReversed()) body = decodeOne(body, name)
    yield* body
  } finally {
    answer.discard()
  }
}

async function* bounded(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new HansardError(
        'too-large',
        `The compressed body is over ${Math.floor(maxBytes / 2 ** 20)} MiB`,
        {
          hint: 'It was not read: nothing larger is kept in memory.',
        },
      )
    }
    yield chunk
  }
}

/** A decoder for a body that begins so. */
type Decoder = (beginning: Uint8Array) => Transform

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: () => createGunzip(CHUNK),
  'x-gzip': () => createGunzip(CHUNK),
  br: () => createBrotliDecompress(CHUNK),
  // "deflate" means the zlib format, and some servers send bare deflate.
  deflate: ([first = 0, second = 0]) =>
    (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
      ? createInflate(CHUNK)
      : createInflateRaw(CHUNK),
}

/** Decodes a body. One that is plain text, whatever its header says, stays as it is. */
async function* decodeOne(body: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoderOf = decoders[encoding]
  if (decoderOf === undefined) throw undecodable(encoding, 'this encoding is not supported')
  const rest = body[Symbol.asyncIterator]()
  const beginning = await beginningOf(rest)
  if (beginning.length === 0) return
  const whole = joined(beginning, rest)
  if (isText(beginning)) return yield* whole
  try {
    yield* through(whole, decoderOf(beginning))
  } catch (thrown) {
    throw isHansardError(thrown) ? thrown : undecodable(encoding, messageOf(thrown))
  }
}

async function beginningOf(body: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let beginning: Uint8Array = new Uint8Array()
  while (beginning.length < BEGINNING) {
    const { value, done } = await body.next()
    if (done === true) break
    beginning = beginning.length === 0 ? value : Buffer.concat([beginning, value])
  }
  return beginning
}

async function* joined(beginning: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield beginning
  yield* { [Symbol.asyncIterator]: () => rest }
}

/** Compressed bytes hold control characters, or are no UTF-8, within a few bytes. */
function isText(beginning: Uint8Array): boolean {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const text = decoder.decode(beginning.subarray(0, BEGINNING), { stream: true })
    return !/[^\P{Cc}\t\n\r]/u.test(text)
  } catch {
    return false
  }
}

async function* through(body: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  const source = Readable.from(body)
  pipeline(source, decoder, () => undefined) // the decoder is destroyed with what the source fails with
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array
  } finally {
    source.destroy()
    decoder.destroy()
  }
}

function undecodable(encoding: string, why: string): HansardError {
  return new HansardError('not-json', `The compressed body (${encoding}) cannot be decoded: ${why}`, {
    hint: 'Try again later; if it stays so, check the proxy.',
  })
}
