import { expect, it } from 'vitest'

import { clientOf, json, serve } from '../support/client-server.ts'

it('A redirect of a read within the origin is followed', async () => {
  const { url, seen } = await serve((request, response, n) => {
    if (n <= 2) response.writeHead(n === 1 ? 301 : 308, { location: `${request.url}/` }).end('<a>moved</a>')
    else json(response, '{"a":1}')
  })
  expect((await clientOf(url).get('c1')).text).toBe('{"a":1}')
  expect(seen.map((request) => request.url)).toEqual(
    ['', '/', '//'].map((end) => `/v1/conversations/c1${end}`),
  )
})

it('A redirect to another host is not followed, so that it never gets the key', async () => {
  const other = await serve((_request, response) => json(response, {}))
  const { url } = await serve((_request, response) =>
    response.writeHead(307, { location: `${other.url}/v1/conversations/c1` }).end(),
  )
  await expect(clientOf(url).get('c1')).rejects.toMatchObject({
    code: 'redirected',
    status: 307,
    message: expect.stringContaining(other.url) as string,
    hint: expect.stringContaining('base URL') as string,
  })
  expect(other.seen).toEqual([])
})

it('A redirect to another host that happens once does not fail a read', async () => {
  const { url } = await serve((_request, response, n) => {
    if (n === 1) response.writeHead(302, { location: 'http://login.example/' }).end()
    else json(response, '{"a":1}')
  })
  expect((await clientOf(url).get('c1')).text).toBe('{"a":1}')
})

it.each([
  ['a write', (url: string) => clientOf(url).start({}), '/v1/elsewhere', 1],
  ['a delete', (url: string) => clientOf(url).delete('c1'), '/v1/elsewhere', 3],
  ['a read that goes in circles', (url: string) => clientOf(url).get('c1'), '/v1/elsewhere', 3 * 6],
  ['a read that goes nowhere', (url: string) => clientOf(url).get('c1'), 'http://', 3],
])('The redirect of %s is refused', async (_, call, location, times) => {
  const { url, seen } = await serve((_request, response) => response.writeHead(302, { location }).end())
  await expect(call(url)).rejects.toMatchObject({ code: 'redirected' })
  expect(seen.length).toBe(times)
})
