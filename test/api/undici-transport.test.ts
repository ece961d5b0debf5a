import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { systemClock } from '../../src/api/clock.ts'
import { clientOf, json, serve } from '../support/client-server.ts'

describe('A call whose signal fires', () => {
  it.each([
    ['before it begins', 0],
    ['while it waits for a response', 50],
  ])('ends at once: %s', async (_, after) => {
    const { url } = await serve(() => {})
    const stop = new AbortController()
    const call = clientOf(url).get('c1', { signal: stop.signal })
    if (after > 0) await delay(after)
    stop.abort()
    await expect(call).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('inside the response ends at once, and closes the connection', async () => {
    let closed = false
    const { url } = await serve((_request, response) => {
      response.on('close', () => (closed = true))
      response.writeHead(200).write('{"a":')
    })
    const stop = new AbortController()
    const call = clientOf(url).get('c1', { signal: stop.signal })
    setTimeout(() => stop.abort(), 50)
    await expect(call).rejects.toMatchObject({ code: 'interrupted' })
    await expect.poll(() => closed).toBe(true)
  })

  it('between two attempts ends at once', async () => {
    const { url } = await serve((_request, response) => json(response, {}, 429, { 'retry-after': '60' }))
    const stop = new AbortController()
    const client = clientOf(url, { clock: systemClock })
    const calls = [client.get('c1', { signal: stop.signal }), client.get('c2', { signal: stop.signal })]
    setTimeout(() => stop.abort(), 100)
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('was never sent if its signal had fired before', async () => {
    const { url, seen } = await serve((_request, response) => json(response, {}))
    await expect(clientOf(url).get('c1', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    })
    expect(seen).toEqual([])
  })
})

describe('A service that is slow', () => {
  const once = { retry: { attempts: 1 } }

  it('to send headers times out', async () => {
    const { url } = await serve(() => {})
    const call = clientOf(url, { ...once, timeouts: { firstByteMs: 50 } }).get('c1')
    await expect(call).rejects.toMatchObject({ code: 'timeout', hint: expect.any(String) as string })
  })

  it('inside its response times out', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(200).write('{'))
    const call = clientOf(url, { ...once, timeouts: { idleMs: 50 } }).get('c1')
    await expect(call).rejects.toMatchObject({ code: 'timeout' })
  })

  it('but keeps sending is waited for', async () => {
    const { url } = await serve(async (_request, response) => {
      for (const piece of ['{', '"a"', ':', '1', '}']) {
        response.write(piece)
        await delay(40)
      }
      response.end()
    })
    // response-body.test.ts has the limits; here the time is long enough for a busy machine.
    expect((await clientOf(url, { ...once, timeouts: { idleMs: 5000 } }).get('c1')).text).toBe('{"a":1}')
  })

  it('has more time for a completion', async () => {
    const { url } = await serve((_request, response) => void setTimeout(() => json(response, {}), 150))
    await clientOf(url, { ...once, timeouts: { firstByteMs: 50, idleMs: 50 } }).start({})
  })
})

describe('Proxies from the environment', () => {
  it('are used, but not for this machine', async () => {
    const asked: string[] = []
    const target = await serve((_request, response) => json(response, '{"a":1}'))
    const proxy = await startProxy(asked, new URL(target.url).port)
    useProxy(proxy)
    expect((await clientOf('http://api.example').get('c1')).text).toBe('{"a":1}')
    await clientOf(target.url).get('c1')
    expect(asked).toEqual(['CONNECT api.example:80'])
  })

  it('that never respond time out, and a write is retried: it did not arrive', async () => {
    const proxy = createServer().on('connect', () => {})
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void proxy.close())
    useProxy(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    const client = clientOf('http://api.example', { timeouts: { connectMs: 100 }, retry: { attempts: 2 } })
    await expect(client.start({})).rejects.toMatchObject({ code: 'network' })
    expect(client.counters.retries).toBe(1)
  })

  it('that are not a URL are refused, and their password is not shown', () => {
    useProxy('http://user:pw@x:99999')
    expect(() => clientOf('http://api.example')).toThrow(expect.objectContaining({ code: 'usage' }))
    expect(() => clientOf('http://api.example')).not.toThrow('pw')
  })
})

function useProxy(proxy: string): void {
  vi.stubEnv('http_proxy', proxy)
  vi.stubEnv('no_proxy', '')
  onTestFinished(() => void vi.unstubAllEnvs())
}

async function startProxy(asked: string[], port: string): Promise<string> {
  const proxy = createServer()
  const sockets = new Set<Socket>()
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(`${request.method} ${request.url}`)
    const onwards = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onwards.pipe(socket).pipe(onwards)
    })
    for (const one of [socket, onwards]) {
      one.on('error', () => one.destroy())
      sockets.add(one)
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}
