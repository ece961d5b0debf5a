import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'

import { describe, expect, it, onTestFinished } from 'vitest'

import { callOperation, type ApiOptions } from '../../../src/cli/commands/api.ts'
import { clientOf, json, serve, type Handler, type Seen } from '../../support/client-server.ts'
import { testIo } from '../../support/test-io.ts'

const ROW = '{"id":"c1","n":1e400,"tools":[{"authorization":{"value":"secret"}}]}'
const REDACTED = ROW.replace('"secret"', '"[redacted by hansard]"')

interface Outcome {
  readonly code: number
  readonly out: string
  readonly seen: readonly Seen[]
}

async function run(options: ApiOptions, handler: Handler, stdin = ''): Promise<Outcome> {
  const { url, seen } = await serve(handler)
  const stdout = new PassThrough()
  const io = testIo({ stdin: Readable.from([stdin]), stdout })
  const chunks: Buffer[] = []
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await callOperation(clientOf(url), options, io)
  return { code, out: Buffer.concat(chunks).toString('latin1'), seen }
}

const answer =
  (text: string): Handler =>
  (_request, response) =>
    json(response, text)

describe('hansard api', () => {
  it('prints the JSON unchanged, with secrets redacted', async () => {
    const { code, out } = await run({ operation: 'get', id: 'c1' }, answer(` ${ROW}`))
    expect({ code, out }).toEqual({ code: 0, out: ` ${REDACTED}\n` })
  })

  it('redacts each row of a list', async () => {
    const { out, seen } = await run(
      { operation: 'list', query: ['page=0', 'page_size=2'] },
      answer(`[${ROW}, ${ROW}]`),
    )
    expect(out).toBe(`[${REDACTED}, ${REDACTED}]\n`)
    expect(seen[0]?.url).toBe('/v1/conversations?page=0&page_size=2')
  })

  it('prints one event per line, however the API formats its JSON', async () => {
    const started = '{"type":"conversation.response.started","conversation_id":"c1","n":1.10}'
    const done = '{"type":"conversation.response.done","usage":{}}'
    const indented = (text: string) =>
      JSON.stringify(JSON.parse(text), null, 2)
        .replace('1.1', '1.10')
        .split('\n')
        .map((line) => `data: ${line}\n`)
        .join('')
    const { out } = await run({ operation: 'appendStream', id: 'c1', data: '{}' }, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(`${indented(started)}\n${indented(done)}\n`)
    })
    expect(out).toBe(`${started}\n${done}\n`)
  })

  it('shows secrets with --show-secrets', async () => {
    const { out } = await run({ operation: 'getAgent', id: 'ag', showSecrets: true }, answer(ROW))
    expect(out).toBe(`${ROW}\n`)
  })

  it('prints nothing after a delete, and the bytes of a file unchanged', async () => {
    const deleted = await run({ operation: 'delete', id: 'c1' }, (_request, response) =>
      response.writeHead(204).end(),
    )
    expect(deleted.out).toBe('')
    const file = await run({ operation: 'getFileContent', id: 'f' }, (_request, response) =>
      response.end(Buffer.from([0, 255, 10])),
    )
    expect(file.out).toBe('\u0000\u00ff\n')
  })

  it('reads the body from the argument, a file or stdin', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hansard-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'body.json')
    writeFileSync(file, '{"from":"file"}')
    for (const [data, sent] of [
      ['{"from":"arguments"}', '{"stream":false,"from":"arguments"}'],
      [`@${file}`, '{"stream":false,"from":"file"}'],
      ['-', '{"stream":false,"from":"stdin"}'],
    ] as const) {
      const { seen } = await run({ operation: 'start', data }, answer('{}'), '{"from":"stdin"}')
      expect(seen[0]?.body).toBe(sent)
    }
  })

  it.each([{ operation: 'start', stream: true }, { operation: 'startStream' }])(
    'prints a stream as one event per line: %j',
    async (options) => {
      const events = ['{"type":"x", "n":1e400}', '{"type":"conversation.response.done"}']
      const { out, seen } = await run({ ...options, data: '{}' }, (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(events.map((data) => `data: ${data}\n\n`).join(''))
      })
      expect(out).toBe(`${events.join('\n')}\n`)
      expect(seen[0]?.body).toBe('{"stream":true}')
    },
  )

  it.each([
    ['an unknown operation', { operation: 'steal' }, /list, get, delete/],
    ['an operation that every object has', { operation: 'toString' }, /list, get, delete/],
    ['a missing id', { operation: 'get' }, /id/],
    ['an unneeded id', { operation: 'list', id: 'c1' }, /Leave the id out/],
    ['an unneeded body', { operation: 'get', id: 'c1', data: '{}' }, /Leave --data out/],
    ['a missing body', { operation: 'start' }, /--data/],
    ['a body that is not JSON', { operation: 'start', data: '{' }, /object/],
    ['a stream from an operation that cannot stream', { operation: 'list', stream: true }, /--stream/],
    ['a query parameter without a value', { operation: 'list', query: ['page'] }, /name=value/],
  ])('refuses %s with a hint, and sends nothing', async (_, options, hint) => {
    await expect(run(options, () => expect.unreachable())).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringMatching(hint) as string,
    })
  })

  it('reports a missing body file', async () => {
    await expect(run({ operation: 'start', data: '@/nowhere.json' }, answer('{}'))).rejects.toMatchObject({
      code: 'file',
      message: expect.stringContaining('/nowhere.json') as string,
    })
  })
})
