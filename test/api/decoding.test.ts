import { pipeline, Readable } from 'node:stream'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import * as zlib from 'node:zlib'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { clientOf, failureOf, serve } from '../support/client-server.ts'

const TEXT = `{"text":"${'é — a text that is said again and again. '.repeat(2000)}","n":1.10}`

type Encode = (bytes: string | Uint8Array) => Buffer
const encodings: Readonly<Record<string, Encode>> = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  br: zlib.brotliCompressSync,
  deflate: zlib.deflateSync,
}

/** Responds with these bytes, in pieces of a size, with a content-encoding. */
async function answering(encoding: string, body: Uint8Array, piece = 1000, status = 200): Promise<string> {
  const { url } = await serve((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-encoding': encoding })
    for (let at = 0; at < body.length; at += piece) response.write(body.subarray(at, at + piece))
    response.end()
  })
  return url
}

describe('A compressed body', () => {
  it('is asked for, except for streams', async () => {
    const { url, seen } = await serve((_request, response) => response.end('{}'))
    const client = clientOf(url)
    await client.get('c1')
    await failureOf(client.startStream({})[Symbol.asyncIterator]().next())
    expect(seen.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', 'identity'])
  })

  it.each(Object.entries(encodings))('is decoded (%s), whatever was asked for', async (name, encode) => {
    for (const piece of [1, 7, 1_000_000]) {
      const client = clientOf(await answering(name.toUpperCase(), encode(TEXT), piece))
      expect((await client.get('c1')).text).toBe(TEXT)
    }
  })

  it('may be raw deflate, against the meaning of the name', async () => {
    const client = clientOf(await answering('deflate', zlib.deflateRawSync(TEXT)))
    expect((await client.get('c1')).text).toBe(TEXT)
  })

  it('may be compressed twice, and in several members', async () => {
    const twice = zlib.brotliCompressSync(zlib.gzipSync(TEXT))
    expect((await clientOf(await answering('gzip, identity, br', twice)).get('c1')).text).toBe(TEXT)
    const members = Buffer.concat([zlib.gzipSync(TEXT.slice(0, 500)), zlib.gzipSync(TEXT.slice(500))])
    expect((await clientOf(await answering('gzip', members)).get('c1')).text).toBe(TEXT)
  })

  it('is counted as it came over the network', async () => {
    const body = zlib.gzipSync(TEXT)
    const client = clientOf(await answering('gzip', body))
    await client.get('c1')
    expect(client.counters.bytes).toBe(body.length)
  })

  it('of an error is decoded, too', async () => {
    const body = zlib.gzipSync('{"detail":"Model is away"}')
    const client = clientOf(await answering('gzip', body, 5, 422))
    await expect(client.get('c1')).rejects.toThrow('Model is away')
  })

  it('may be empty', async () => {
    await expect(clientOf(await answering('gzip', Buffer.alloc(0))).get('c1')).rejects.toThrow('empty')
  })

  it('that is cut off, garbled or of an unknown encoding fails, and is retried', async () => {
    const cut = zlib.gzipSync(TEXT).subarray(0, -9)
    const garbled = Buffer.concat([zlib.gzipSync(TEXT).subarray(0, 30), Buffer.alloc(500, 0xff)])
    const many = Array.from({ length: 6 }, () => 'gzip').join(', ')
    for (const [encoding, body] of [
      ['gzip', cut],
      ['gzip', garbled],
      ['br', Buffer.alloc(500, 0xff)],
      ['deflate', Buffer.alloc(500, 0xff)],
      ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
      [many, zlib.gzipSync('{}')],
    ] as const) {
      await expect(clientOf(await answering(encoding, body)).get('c1')).rejects.toMatchObject({
        code: 'not-json',
        message: expect.stringMatching(/compressed body .* cannot be decoded: .*\(sent 3 times\)/) as string,
      })
    }
  })

  it('that is not compressed at all is read as it is', () =>
    fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ noUnicodeString: false }),
        fc.constantFrom(...Object.keys(encodings)),
        fc.integer({ min: 1, max: 50 }),
        async (value, name, piece) => {
          const text = JSON.stringify(value)
          const client = clientOf(await answering(name, Buffer.from(text), piece))
          expect((await client.get('c1')).text).toBe(text)
        },
      ),
      { seed: 1, numRuns: 60 },
    ))

  it('of any text is decoded unchanged, whatever the encoding', () =>
    fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ noUnicodeString: false }),
        fc.array(fc.constantFrom('gzip', 'br', 'deflate'), { minLength: 1, maxLength: 3 }),
        async (value, names) => {
          const text = JSON.stringify(value)
          const body = names.reduce<Uint8Array>(
            (bytes, name) => encodings[name]?.(bytes) ?? bytes,
            Buffer.from(text),
          )
          const client = clientOf(await answering(names.join(','), body, 10))
          expect((await client.get('c1')).text).toBe(text)
        },
      ),
      { seed: 1, numRuns: 60 },
    ))
})

describe('A small body that decodes to a huge one', () => {
  const bombs: [string, () => zlib.Gzip | zlib.BrotliCompress][] = [
    ['gzip', () => createGzip({ level: 1 })],
    ['br', () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ]
  /** Ten gigabytes of zeros, as long as somebody reads. */
  function* zeros(): Generator<Uint8Array> {
    const some = Buffer.alloc(1e6)
    for (let i = 0; i < 10_000; i++) yield some
  }

  it.each(bombs)('is refused where it exceeds the limit, in little memory (%s)', async (name, compressor) => {
    const { url, seen } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': name })
      pipeline(Readable.from(zeros()), compressor(), response, () => undefined)
    })
    const before = process.memoryUsage().rss
    const began = performance.now()
    await expect(clientOf(url, { maxBodyBytes: 20e6 }).get('c1')).rejects.toMatchObject({ code: 'too-large' })
    expect(performance.now() - began).toBeLessThan(5000)
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6)
    expect(seen.length).toBe(1)
  })

  it('or that decodes to nothing for ever is refused at the same limit', async () => {
    const nothing = Buffer.concat(Array.from({ length: 2000 }, () => zlib.gzipSync('')))
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      const more = (): void => {
        if (!response.destroyed) response.write(nothing, more)
      }
      more()
    })
    await expect(clientOf(url, { maxBodyBytes: 5e6 }).get('c1')).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('A compressed stream', () => {
  it.each([
    ['gzip', () => createGzip()],
    ['br', () => createBrotliCompress()],
  ] as const)('brings each event as soon as it arrives (%s)', async (name, compressor) => {
    const started = '{"type":"conversation.response.started","conversation_id":"c1"}'
    const done = '{"type":"conversation.response.done","usage":{}}'
    let finish = (): void => undefined
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': name })
      const compress = compressor()
      compress.pipe(response)
      compress.write(`data: ${started}\n\n`)
      compress.flush()
      finish = () => compress.end(`data: ${done}\n\n`)
    })
    const texts: string[] = []
    for await (const { text } of clientOf(url).startStream({})) {
      texts.push(text)
      finish()
    }
    expect(texts).toEqual([started, done])
  })
})
