import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { SseParser, type SseEvent } from '../../src/api/sse-parser.ts'

const MIB = 2 ** 20
const bytesOf = (text: string) => new TextEncoder().encode(text)

function parse(pieces: Iterable<Uint8Array>, longest = 16 * MIB): SseEvent[] {
  const parser = new SseParser(longest)
  const events = [...pieces].flatMap((piece) => parser.push(piece))
  return [...events, ...parser.end()]
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

const line = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
  fc.constantFrom('', 'é', '日本語', '👩‍👩‍👧‍👦', '\u202eالعربية', '\ufeff', ':', ' x'),
)
const block = fc.record({
  name: fc.option(line),
  data: fc.array(line, { minLength: 1, maxLength: 3 }),
  comment: line,
})

describe('An event stream', () => {
  it('has the same events however its bytes are cut, whatever its line ends', () => {
    const sizes = fc.array(fc.oneof(fc.constant(1), fc.nat(40)))
    fc.assert(
      fc.property(
        fc.array(block),
        fc.constantFrom('\n', '\r', '\r\n'),
        fc.boolean(),
        sizes,
        (blocks, eol, bom, cuts) => {
          const lines = blocks.flatMap(({ name, data, comment }) => [
            `:${comment}`,
            ...(name === null ? [] : [`event: ${name}`]),
            ...data.map((text) => `data: ${text}`),
            '',
          ])
          const bytes = bytesOf((bom ? '\ufeff' : '') + lines.map((one) => one + eol).join(''))
          const expected = blocks.map(({ name, data }) => ({
            name: name || undefined,
            data: data.join('\n'),
          }))
          expect(parse([bytes])).toEqual(expected)
          expect(parse(cut(bytes, cuts))).toEqual(expected)
        },
      ),
      { seed: 1, numRuns: 500 },
    )
  })

  it('returns each event with its last byte', () => {
    const parser = new SseParser(100)
    expect(parser.push(bytesOf('data: 1\n\ndata: 2\n'))).toEqual([{ name: undefined, data: '1' }])
    expect(parser.push(bytesOf('\n'))).toEqual([{ name: undefined, data: '2' }])
  })

  it('that ends inside an event omits that event', () => {
    expect(parse([bytesOf('data: 1\r\rdata: 2\r')])).toEqual([{ name: undefined, data: '1' }])
    expect(parse([bytesOf('data: 1\n\ndata: 2')])).toEqual([{ name: undefined, data: '1' }])
  })

  it('may bring an event of 10 MB in small pieces', () => {
    const data = 'é'.repeat(5 * MIB)
    const bytes = bytesOf(`data: ${data}\n\n`)
    const pieces = Array.from({ length: Math.ceil(bytes.length / 16_383) }, (_, i) =>
      bytes.subarray(i * 16_383, (i + 1) * 16_383),
    )
    expect(parse(pieces)).toEqual([{ name: undefined, data }])
  })

  it.each([
    ['one long line', `data: ${'x'.repeat(200)}`],
    ['one long line, whole', `data: ${'x'.repeat(200)}\n\n`],
    ['many lines', 'data: xxxxxxxx\n'.repeat(30)],
  ])('over the maximum is an error: %s', (_, text) => {
    expect(() => parse([bytesOf(text)], 100)).toThrow(expect.objectContaining({ code: 'too-large' }))
    expect(() => parse(cut(bytesOf(text), Array<number>(400).fill(1)), 100)).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    )
  })

  it('that is not UTF-8 is an error, even at its very end', () => {
    const failed = expect.objectContaining({ code: 'stream-failed' })
    expect(() => parse([new Uint8Array([0x64, 0xff, 0xfe])])).toThrow(failed)
    expect(() => parse([new Uint8Array([0xe2, 0x82])])).toThrow(failed)
  })
})
