import { setTimeout as delay } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import type { StreamEvent } from '../../src/api/client.ts'
import { clientOf, json, KEY, serve, type Handler } from '../support/client-server.ts'

const STARTED = '{"type":"conversation.response.started","conversation_id":"c1"}'
const DELTA = '{"type":"message.output.delta","content":"é","n":12345678901234567890}'
const DONE = '{"type":"conversation.response.done","usage":{}}'
const event = (data: string) => `data: ${data}\n\n`

const streaming =
  (...pieces: string[]): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    for (const piece of pieces) response.write(piece)
    response.end()
  }

async function collect(events: AsyncIterable<StreamEvent>, into: StreamEvent[] = []): Promise<StreamEvent[]> {
  for await (const one of events) into.push(one)
  return into
}

describe('A stream', () => {
  it('returns every event, raw and parsed, for each of the three operations', async () => {
    const { url, seen } = await serve(streaming(`event: x\n${event(STARTED)}`, event(DELTA), event(DONE)))
    const client = clientOf(url)
    for (const events of [
      client.startStream({ model: 'm' }),
      client.appendStream('c1', '{"inputs": ""}'),
      client.restartStream('c1', {}),
    ]) {
      const all = await collect(events)
      expect(all.map(({ text }) => text)).toEqual([STARTED, DELTA, DONE])
      expect(all[1]).toMatchObject({ type: 'message.output.delta', json: { content: 'é' } })
    }
    expect(seen.map(({ url, body }) => `${url} ${body}`)).toEqual([
      '/v1/conversations {"model":"m","stream":true}',
      '/v1/conversations/c1 {"stream":true,"inputs": ""}',
      '/v1/conversations/c1/restart {"stream":true}',
    ])
    expect(seen[0]?.headers.accept).toBe('text/event-stream')
  })

  it('that ends before it is done fails, after its events', async () => {
    const { url } = await serve(streaming(event(STARTED), event(DELTA)))
    const events: StreamEvent[] = []
    await expect(collect(clientOf(url).startStream({}), events)).rejects.toMatchObject({
      code: 'stream-failed',
      hint: expect.any(String) as string,
    })
    expect(events.length).toBe(2)
  })

  it('that reports a failure fails with its message, without the key', async () => {
    const error = `{"type":"conversation.response.error","message":"Model is away, ${KEY}","code":3000}`
    const { url } = await serve(streaming(event(STARTED), event(error)))
    await expect(collect(clientOf(url).startStream({}))).rejects.toMatchObject({
      code: 'stream-failed',
      message: 'The stream failed (startStream): the API says: Model is away, [the API key] [code 3000]',
    })
  })

  const said = 'Model is away'
  const bodies: [string, string][] = [
    ['object error', `{"object":"error","message":"${said}","type":"service_unavailable","code":3000}`],
    ['detail', `{"detail":"${said}"}`],
    ['details', `{"detail":[{"loc":["body","inputs"],"msg":"${said}","type":"missing"}]}`],
    ['message', `{"message":"${said}","request_id":"r"}`],
    ['nested error', `{"error":{"message":"${said}","type":"server_error"}}`],
    ['error type', `{"type":"invalid_request_error","message":"${said}"}`],
    ['indented', `{\n  "object": "error",\n  "message": "${said}",\n  "detail": {\n  }\n}`],
  ]
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => `data: ${line}\n`)
      .join('')
  const waysToFail: [string, (body: string) => readonly string[]][] = [
    ['as event: error', (body) => [event(STARTED), `event: error\n${lines(body)}\n`]],
    ['as an event without a name', (body) => [event(STARTED), `${lines(body)}\n`]],
    ['as bare JSON in between', (body) => [event(STARTED), `${body}\n`, event(DELTA)]],
    ['as bare JSON at the end, without a line end', (body) => [event(STARTED), body]],
    ['as bare JSON alone', (body) => [body]],
    ['as an event that was not ended', (body) => [event(STARTED), lines(body)]],
  ]
  it.each(
    waysToFail.flatMap(([way, pieces]) => bodies.map(([of, body]) => [way, of, pieces(body)] as const)),
  )('that brings an error fails with the message of the service: %s (%s)', async (_way, _of, pieces) => {
    const { url } = await serve(streaming(...pieces))
    const events: StreamEvent[] = []
    await expect(collect(clientOf(url).startStream({}), events)).rejects.toMatchObject({
      code: 'stream-failed',
      message: expect.stringContaining(said) as string,
    })
    expect(events.map(({ type }) => type)).not.toContain('conversation.response.done')
  })

  it.each([
    ['event: error with plain words', [event(STARTED), `event: error\ndata: ${said}\n\n`]],
    ['a line of plain words', [event(STARTED), `upstream error: ${said}\n`]],
    ['plain words as an event', [event(STARTED), event(said)]],
  ])('that breaks off with %s fails with its message', async (_, pieces) => {
    const { url } = await serve(streaming(...pieces))
    await expect(collect(clientOf(url).startStream({}))).rejects.toThrow(said)
  })

  it.each(bodies)(
    'that was asked for and is answered with an error and 200 says its words (%s)',
    async (_, body) => {
      for (const type of ['application/json', 'text/event-stream', 'text/plain']) {
        const { url } = await serve((_request, response) => {
          response.writeHead(200, { 'content-type': type }).end(body)
        })
        await expect(collect(clientOf(url).startStream({}))).rejects.toMatchObject({
          code: 'stream-failed',
          message: expect.stringContaining(said) as string,
        })
      }
    },
  )

  it('may bring events of unknown types, and null', async () => {
    const unknown = ['{"type":"tool.execution.error","message":"m"}', '{"type":"new.thing"}', 'null']
    const { url } = await serve(streaming(...unknown.map(event), event(DONE)))
    expect((await collect(clientOf(url).startStream({}))).map(({ text }) => text)).toEqual([...unknown, DONE])
  })

  it('whose connection breaks fails', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event(STARTED), () => response.destroy())
    })
    await expect(collect(clientOf(url).startStream({}))).rejects.toMatchObject({ code: 'network' })
  })

  it('that falls silent times out, but not while its reader is busy', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event(STARTED))
      setTimeout(() => response.write(event(DELTA)), 150)
    })
    const events: StreamEvent[] = []
    const read = async () => {
      for await (const one of clientOf(url, { timeouts: { completionMs: 100 } }).startStream({})) {
        events.push(one)
        await delay(200)
      }
    }
    await expect(read()).rejects.toMatchObject({ code: 'timeout' })
    expect(events.length).toBe(2)
  })

  it('ends with its last event, though the connection stays open', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event(DONE))
    })
    expect((await collect(clientOf(url).startStream({}))).length).toBe(1)
  })

  it('that is left early ends the request', async () => {
    let closed = false
    const { url } = await serve((_request, response) => {
      response.on('close', () => (closed = true))
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event(STARTED) + event(DELTA))
    })
    for await (const { type } of clientOf(url).startStream({})) {
      expect(type).toBe('conversation.response.started')
      break
    }
    await expect.poll(() => closed).toBe(true)
  })

  it('ends when its signal fires', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event(STARTED))
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    await expect(collect(clientOf(url).startStream({}, { signal: stop.signal }))).rejects.toMatchObject({
      code: 'interrupted',
    })
  })

  it.each([
    [
      'JSON instead of a stream',
      (...[, response]: Parameters<Handler>) => json(response, {}),
      'stream-failed',
    ],
    [
      'an error',
      (...[, response]: Parameters<Handler>) => json(response, { detail: 'No' }, 422),
      'request-refused',
    ],
    ['an event that is not JSON', streaming(event('oh')), 'not-json'],
  ])('fails if the response is %s', async (_, handler, code) => {
    const { url } = await serve(handler)
    await expect(collect(clientOf(url).startStream({}))).rejects.toMatchObject({ code })
  })

  it('is retried after a 429, but never once it has begun', async () => {
    const { url, seen } = await serve((request, response, n) =>
      n === 1 ? json(response, {}, 429) : streaming(event(STARTED))(request, response, n),
    )
    await expect(collect(clientOf(url).startStream({}))).rejects.toMatchObject({ code: 'stream-failed' })
    expect(seen.length).toBe(2)
  })
})
