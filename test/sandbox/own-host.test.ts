import { request } from 'node:http'

import { describe, expect, it } from 'vitest'

import { visit } from '../support/sandbox.ts'

/** Requests the conversations with the given headers; returns status and body. */
function ask(url: string, headers: Record<string, string>, path = '/v1/conversations') {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const asked = request(
      { hostname, port, path, headers: { authorization: 'Bearer key', ...headers } },
      (response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += String(chunk)))
        response.on('end', () => resolve({ status: response.statusCode, body }))
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

describe('The sandbox', () => {
  it('responds under every name of this machine, with its own port', async () => {
    const { sandbox, post } = await visit()
    await post('/v1/conversations', { model: 'mistral-small-latest', inputs: 'words' })
    const { port } = new URL(sandbox.url)
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`]) {
      expect(await ask(sandbox.url, { host })).toMatchObject({
        status: 200,
        body: expect.stringMatching(/^\[\{/) as string,
      })
      expect(await ask(sandbox.url, { host, origin: `http://${host}` })).toMatchObject({ status: 200 })
    }
  })

  it('refuses requests for another host (DNS rebinding)', async () => {
    const { sandbox } = await visit()
    const { port } = new URL(sandbox.url)
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      '127.0.0.1',
      'localhost',
      '127.0.0.1:1',
      `localhost.evil.example:${port}`,
      `127.0.0.1.nip.io:${port}`,
      `localhost.:${port}`,
      `user@localhost:${port}`,
      `0.0.0.0:${port}`,
    ]) {
      for (const path of ['/v1/conversations', '/v1/nowhere', '/']) {
        const { status, body } = await ask(sandbox.url, { host }, path)
        expect({ host, path, isRefused: status === 421 || status === 400 }).toEqual({
          host,
          path,
          isRefused: true,
        })
        expect(body).not.toContain('[')
      }
    }
    expect(sandbox.requests).toEqual([])
  })

  it('refuses a request target that names another host', async () => {
    const { sandbox } = await visit()
    const { host } = new URL(sandbox.url)
    const { status } = await ask(sandbox.url, { host }, 'http://evil.example/v1/conversations')
    expect([status, sandbox.requests]).toEqual([421, []])
    expect(await ask(sandbox.url, { host }, `${sandbox.url}/v1/conversations`)).toMatchObject({ status: 200 })
  })

  it('refuses pages of other origins', async () => {
    const { sandbox } = await visit()
    const { port } = new URL(sandbox.url)
    for (const origin of [
      'https://evil.example',
      'null',
      `https://localhost:${port}`,
      'http://localhost',
      `http://evil.example:${port}`,
    ]) {
      expect(await ask(sandbox.url, { origin })).toMatchObject({ status: 403 })
    }
  })
})
