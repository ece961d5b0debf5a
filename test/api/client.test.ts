import { describe, expect, it } from 'vitest'

import type { ClientEvent } from '../../src/api/client-events.ts'
import { ConversationsClient } from '../../src/api/client.ts'
import { clientOf, failureOf, json, KEY, serve } from '../support/client-server.ts'

const echo = () => serve((_request, response) => json(response, '{"a":1}'))

describe('A call', () => {
  it('sends what its operation defines, whatever the id and the filter', async () => {
    const { url, seen } = await echo()
    const client = clientOf(url)
    await client.list({ page: 2, pageSize: 50 })
    await client.list({ page: 0, pageSize: 1, metadata: { 'k&=': 'ü "' } })
    await client.get('a/b?c#d %')
    await client.getHistory('c1')
    await client.getMessages('c1')
    await client.delete('c1')
    await client.listModels()
    await client.getAgent('ag')
    await client.getAgent('ag', 3)
    await client.listAgentVersions('ag', { page: 0, pageSize: 20 })
    await client.getFile('f')
    await client.getFileContent('f')
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/conversations?page=2&page_size=50',
      'GET /v1/conversations?page=0&page_size=1&metadata=%7B%22k%26%3D%22%3A%22%C3%BC%20%5C%22%22%7D',
      'GET /v1/conversations/a%2Fb%3Fc%23d%20%25',
      'GET /v1/conversations/c1/history',
      'GET /v1/conversations/c1/messages',
      'DELETE /v1/conversations/c1',
      'GET /v1/models',
      'GET /v1/agents/ag',
      'GET /v1/agents/ag?agent_version=3',
      'GET /v1/agents/ag/versions?page=0&page_size=20',
      'GET /v1/files/f',
      'GET /v1/files/f/content',
    ])
    expect(seen[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'accept-encoding': 'gzip' })
    expect(client.counters).toMatchObject({ requests: 12, retries: 0, bytes: 12 * 7 })
    expect(client.counters.requestsByKind.get('listAgentVersions')).toBe(1)
  })

  it('sends its body, a text token for token, and sets stream itself', async () => {
    const { url, seen } = await echo()
    const client = clientOf(url)
    await client.start({ model: 'm', inputs: 'hi', stream: true })
    await client.append('c1', '\n{ "n":1e400, "n":12345678901234567890}')
    await client.append('c1', '{"stream" : true, "inputs":"","stre\\u0061m":true}')
    await client.restart('c1', ' {} ')
    expect(seen.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      'POST /v1/conversations {"model":"m","inputs":"hi","stream":false}',
      'POST /v1/conversations/c1 \n{"stream":false, "n":1e400, "n":12345678901234567890}',
      'POST /v1/conversations/c1 {"stream" : false, "inputs":"","stre\\u0061m":false}',
      'POST /v1/conversations/c1/restart  {"stream":false} ',
    ])
    expect(seen[0]?.headers['content-type']).toBe('application/json')
  })

  it('returns the text exactly as it came, the parsed value, and the time of the service', async () => {
    const text = '\n{ "n": 12345678901234567890, "é": "\\u00e9👩‍👩‍👧‍👦" }\n'
    const { url } = await serve((_request, response) =>
      json(response, `\ufeff${text}`, 200, { date: 'Thu, 01 Jan 2026 00:00:05 GMT', 'X-Two': ['a', 'b'] }),
    )
    const reply = await clientOf(url).get('c1')
    expect(reply).toMatchObject({ status: 200, text, json: { é: 'é👩‍👩‍👧‍👦' } })
    expect(reply.headers).toMatchObject({ 'x-two': 'a, b' })
    expect(reply.servedAt).toEqual(new Date('2026-01-01T00:00:05Z'))
  })

  it('by its name returns JSON, bytes or nothing', async () => {
    const { url } = await serve(({ method, url }, response) => {
      if (method === 'DELETE') response.writeHead(204).end()
      else if (url.endsWith('/content')) response.end(Buffer.from([0, 255]))
      else json(response, '[]')
    })
    const client = clientOf(url)
    expect(await client.call('list', { query: { page: 0 } })).toMatchObject({ kind: 'json', text: '[]' })
    expect(await client.call('getFileContent', { id: 'f' })).toMatchObject({
      kind: 'bytes',
      bytes: Buffer.from([0, 255]),
    })
    expect(await client.call('delete', { id: 'c' })).toEqual({ kind: 'empty', status: 204 })
  })

  it.each(['', '.', '..', '\ud800'])('with %j as its id is refused', async (id) => {
    const { url, seen } = await echo()
    await expect(clientOf(url).get(id)).rejects.toMatchObject({ code: 'usage' })
    expect(seen).toEqual([])
  })

  it.each(['', '[]', '"x"', '{', '{"a":1}}'])(
    'with %j as its body is a mistake of the caller',
    async (body) => {
      const { url } = await echo()
      await expect(clientOf(url).start(body)).rejects.toMatchObject({ code: 'usage' })
    },
  )

  it('finds an API below a path', async () => {
    const { url, seen } = await echo()
    await clientOf(`${url}/mistral//`).get('c1')
    expect(seen[0]?.url).toBe('/mistral/v1/conversations/c1')
  })

  it('may run beside many others without a warning', async () => {
    const { url } = await echo()
    const warnings: unknown[] = []
    const note = (warning: unknown) => warnings.push(warning)
    process.on('warning', note)
    const client = clientOf(url, { bodyBudgetBytes: 20 })
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 60 }, () => client.get('c1', { signal })))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('emits events without the key', async () => {
    const { url } = await serve((_request, response, n) => json(response, {}, n === 1 ? 500 : 200))
    const events: ClientEvent[] = []
    await clientOf(url, { onEvent: (event) => events.push(event) }).get('c1')
    const common = { name: 'get', path: '/v1/conversations/c1' }
    expect(events).toMatchObject([
      { ...common, type: 'request', method: 'GET', status: 500, code: 'service-failed' },
      { ...common, type: 'retry', sent: 1 },
      { ...common, type: 'request', status: 200, code: undefined },
    ])
    expect(JSON.stringify(events)).not.toContain(KEY)
  })
})

describe('A key', () => {
  it.each(['', ' k3y', 'k3y\n', 'k3y\u00e9', 'k3y k3y'])(
    'that no header can carry is refused without being told: %j',
    async (apiKey) => {
      const error = await failureOf(Promise.resolve().then(() => new ConversationsClient({ apiKey })))
      expect(error).toMatchObject({ code: 'usage', hint: expect.any(String) as string })
      if (apiKey !== '') expect(String(error)).not.toContain('k3y')
    },
  )

  it('is never shown, however the server echoes it', async () => {
    const bodies = [
      [401, JSON.stringify({ message: `Bad key ${KEY}` })],
      [401, `<title>${KEY}</title>`],
      [200, `{"key":"${KEY}"`],
      [200, Buffer.concat([Buffer.from(`"${KEY}`), Buffer.from([0xff])])],
    ] as const
    for (const [status, body] of bodies) {
      const { url } = await serve((_request, response) => void response.writeHead(status).end(body))
      const error = (await failureOf(clientOf(url).get('c1'))) as Error & { hint: string; body: unknown }
      const told = [error.message, error.hint, String(error.cause), Buffer.from(String(error.body ?? ''))]
      expect(told.join(' ') + error.stack).not.toContain(KEY)
      if (error.body instanceof Uint8Array) expect(Buffer.from(error.body).toString()).not.toContain(KEY)
    }
  })

  it('is recognized by its salted hash', () => {
    const client = clientOf('http://127.0.0.1:1')
    expect(client.hashKey(Buffer.from('a'))).toEqual(clientOf('http://127.0.0.1:1').hashKey(Buffer.from('a')))
    expect(client.hashKey(Buffer.from('a'))).not.toEqual(client.hashKey(Buffer.from('b')))
  })
})

describe('A base URL', () => {
  it.each([
    '',
    'api.mistral.ai',
    'ftp://x',
    'https://user:pw@x',
    'https://x?y',
    'https://x#y',
    'http://us er:pw@x',
  ])('such as %j is refused, and no password is shown', async (baseUrl) => {
    const error = await failureOf(
      Promise.resolve().then(() => new ConversationsClient({ apiKey: KEY, baseUrl })),
    )
    expect(error).toMatchObject({ code: 'usage', hint: expect.any(String) as string })
    expect(String(error)).not.toContain('pw')
  })
})

describe('A body that is not JSON', () => {
  it.each([
    [
      'cut off',
      '{"tools":[{"authorization":{"value":"secret',
      '{"tools":[{"authorization":"[redacted by hansard]"',
    ],
    ['a page', '<html>Sign in</html>', '<html>Sign in</html>'],
    ['nothing', '', ''],
    ['JSON5', '{a:1}', '{a:1}'],
  ])('is kept in the error without secrets: %s', async (_, body, kept) => {
    const { url, seen } = await serve((_request, response) => void response.end(body))
    await expect(clientOf(url).get('c1')).rejects.toMatchObject({ code: 'not-json', body: kept, status: 200 })
    expect(seen.length).toBe(3)
  })

  it('is kept as bytes if it is not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"value":"secret","x":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ])
    const { url } = await serve((_request, response) => void response.end(bytes))
    const error = (await failureOf(clientOf(url).get('c1'))) as { body: Uint8Array }
    expect(Buffer.from(error.body)).toEqual(
      Buffer.concat([
        Buffer.from('{"value":"[redacted by hansard]","x":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]),
    )
  })

  it('is no failure if the second attempt brings it whole', async () => {
    const { url } = await serve((_request, response, n) => void response.end(n === 1 ? '{"a":' : '{"a":1}'))
    expect((await clientOf(url).get('c1')).text).toBe('{"a":1}')
  })
})
