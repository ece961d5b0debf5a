import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import type { ClientEvent } from '../../src/api/client-events.ts'
import { clientOf, failureOf, json, serve, type Handler } from '../support/client-server.ts'
import { SkippingClock } from '../support/skipping-clock.ts'
import { manualClock } from '../support/manual-clock.ts'

const failTwice =
  (status: number, headers = {}): Handler =>
  (_request, response, n) =>
    json(response, { detail: 'x' }, n <= 2 ? status : 200, n <= 2 ? headers : {})

const always =
  (status: number, body: unknown = { detail: 'x' }, headers = {}): Handler =>
  (_request, response) =>
    json(response, body, status, headers)

describe('A read', () => {
  it.each([408, 409, 425, 429, 500, 502, 503, 504, 529])('is retried after a %i', async (status) => {
    const { url, seen } = await serve(failTwice(status))
    const client = clientOf(url)
    await client.getHistory('c1')
    expect(seen.length).toBe(3)
    expect(client.counters).toMatchObject({ requests: 3, retries: 2 })
  })

  it.each([400, 401, 402, 403, 404, 422])('is not retried after a %i', async (status) => {
    const { url, seen } = await serve(always(status))
    await expect(clientOf(url).getHistory('c1')).rejects.toMatchObject({ status })
    expect(seen.length).toBe(1)
  })

  it.each([401, 403])(
    'is retried after a %i with an HTML page, which is not from the API',
    async (status) => {
      const { url, seen } = await serve((_request, response) => void response.writeHead(status).end('<html>'))
      await expect(clientOf(url).getHistory('c1')).rejects.toMatchObject({
        code: 'service-failed',
        hint: expect.stringContaining('proxy') as string,
      })
      expect(seen.length).toBe(6)
    },
  )

  it('is retried after a broken connection, before or inside the response', async () => {
    const { url, seen } = await serve((_request, response, n) => {
      if (n === 1) response.destroy()
      else if (n === 2)
        response.writeHead(200, { 'content-length': 100 }).write('{"a"', () => response.destroy())
      else json(response, {})
    })
    await clientOf(url).getHistory('c1')
    expect(seen.length).toBe(3)
  })

  it('fails after the last attempt with the error and the number of attempts', async () => {
    const { url } = await serve(always(503))
    await expect(clientOf(url, { retry: { attempts: 3 } }).get('c1')).rejects.toMatchObject({
      code: 'service-failed',
      status: 503,
      message: 'The service failed (get, 503): x (sent 3 times)',
    })
  })

  it('waits longer from attempt to attempt', async () => {
    const { url } = await serve(always(500))
    const clock = new SkippingClock()
    await failureOf(clientOf(url, { clock, retry: { random: () => 1 } }).get('c1'))
    expect(clock.sleeps).toEqual([500, 1000, 2000, 4000, 8000])
  })
})

describe('A write', () => {
  it.each([408, 409, 425, 500, 503])(
    'is not retried after a %i: it may have been executed',
    async (status) => {
      const { url, seen } = await serve(always(status))
      await expect(clientOf(url).start({})).rejects.toMatchObject({ status })
      expect(seen.length).toBe(1)
    },
  )

  it('is not retried after a broken connection, nor after a response that is not JSON', async () => {
    const { url, seen } = await serve((_request, response, n) => {
      if (n === 1) response.destroy()
      else response.end('{"conversation_id":')
    })
    const client = clientOf(url)
    await expect(client.start({})).rejects.toMatchObject({ code: 'network' })
    await expect(client.start({})).rejects.toMatchObject({ code: 'not-json' })
    expect(seen.length).toBe(2)
  })

  it('is retried after a 429: it was not executed', async () => {
    const { url, seen } = await serve(failTwice(429))
    await clientOf(url).append('c1', {})
    expect(seen.length).toBe(3)
  })

  it.each([
    ['nobody listens', 'http://127.0.0.1:1', 'network'],
    ['the name is unknown', 'http://nowhere.invalid', 'network'],
  ])('is retried when %s: it did not arrive', async (_, url, code) => {
    const client = clientOf(url, { retry: { attempts: 2 } })
    await expect(client.start({})).rejects.toMatchObject({ code, hint: expect.any(String) as string })
    expect(client.counters.retries).toBe(1)
  })

  it.each([
    ['is not TLS', true, 'network'],
    ['never responds', false, 'timeout'],
  ])('is retried when the server %s: it did not arrive', async (_, speaks, code) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      if (speaks) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = clientOf(url, { timeouts: { connectMs: 300 }, retry: { attempts: 2 } })
    onTestFinished(() => void server.close())
    await expect(client.start({})).rejects.toMatchObject({ code })
    expect(client.counters.retries).toBe(1)
  })
})

describe('Retry-After', () => {
  it('makes all callers of a client wait', async () => {
    const { url, seen } = await serve((_request, response, n) => {
      if (n === 1) json(response, {}, 429, { 'retry-after': '1' })
      else json(response, {})
    })
    const events: ClientEvent[] = []
    const clock = manualClock()
    const client = clientOf(url, {
      clock,
      retry: { random: () => 0 },
      onEvent: (event) => {
        events.push(event)
        if (event.type === 'pause') others = Promise.all([client.get('c2'), client.get('c3')])
      },
    })
    let others: Promise<unknown> | undefined
    const call = client.get('c1')
    await expect.poll(() => clock.sleeping).toBe(1)
    await clock.advance(999)
    expect(seen.length).toBe(1)
    await clock.advance(1)
    await expect.poll(() => seen.length).toBe(2)
    // One request has found out that the service accepts requests again. The others follow at the rate of the first second.
    for (const count of [3, 4]) {
      await expect.poll(() => clock.sleeping).toBe(1)
      await clock.advance(1100)
      await expect.poll(() => seen.length).toBe(count)
    }
    await Promise.all([call, others])
    expect(events).toContainEqual({ type: 'pause', name: 'get', waitMs: 1000, isAsked: true })
  })

  it('beyond the time for retries fails at once and names the wait', async () => {
    const { url, seen } = await serve(always(429, {}, { 'retry-after': '7200' }))
    await expect(clientOf(url).get('c1')).rejects.toMatchObject({
      code: 'rate-limited',
      message: expect.stringContaining('2 h') as string,
      hint: expect.stringContaining('2 h') as string,
    })
    expect(seen.length).toBe(1)
  })

  it('is obeyed again and again: a 429 does not count as an attempt', async () => {
    const { url } = await serve((_request, response, n) =>
      json(response, {}, n <= 20 ? 429 : 200, { 'retry-after': '2' }),
    )
    const clock = new SkippingClock()
    await clientOf(url, { clock, retry: { random: () => 0 } }).get('c1')
    expect(clock.sleeps).toEqual(Array<number>(20).fill(2000))
  })
})

it('A rate limit of zero fails at once', async () => {
  const { url, seen } = await serve(always(429, {}, { 'x-ratelimit-limit-req-minute': '0' }))
  await expect(clientOf(url).get('c1')).rejects.toMatchObject({ code: 'no-allowance' })
  expect(seen.length).toBe(1)
})
