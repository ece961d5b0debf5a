import { setTimeout as delay } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { clientOf, failureOf, json, serve } from '../support/client-server.ts'

const KIB = 1024
const textOf = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`

describe('A body larger than the maximum', () => {
  it('with a content-length is refused before it is read, and not retried', async () => {
    let closed = false
    const { url, seen } = await serve((_request, response) => {
      response.on('close', () => (closed = true))
      response.writeHead(200, { 'content-length': 10_000_000 }).write('"')
    })
    await expect(clientOf(url, { maxBodyBytes: 1e6 }).get('c1')).rejects.toMatchObject({
      code: 'too-large',
      hint: expect.any(String) as string,
    })
    await expect.poll(() => closed).toBe(true)
    expect(seen.length).toBe(1)
  })

  it('without a content-length is refused where it exceeds the maximum', async () => {
    let sent = 0
    const { url } = await serve((_request, response) => {
      const more = (): void => {
        if (response.destroyed) return
        sent += 64 * KIB
        response.write('x'.repeat(64 * KIB), more)
      }
      more()
    })
    await expect(clientOf(url, { maxBodyBytes: 1e6 }).get('c1')).rejects.toMatchObject({ code: 'too-large' })
    await delay(50)
    expect(sent).toBeLessThan(20e6)
  })
})

describe('Bodies in flight', () => {
  it.each([
    ['of announced length', true],
    ['of unknown length', false],
  ])('share a budget, %s: all are read though each exceeds it', async (_, announced) => {
    const text = textOf(300 * KIB)
    const { url } = await serve((_request, response) =>
      json(response, text, 200, announced ? { 'content-length': text.length } : {}),
    )
    const client = clientOf(url, { bodyBudgetBytes: 100 * KIB })
    const replies = await Promise.all(Array.from({ length: 16 }, () => client.get('c1')))
    expect(replies.every((reply) => reply.text === text)).toBe(true)
    expect(client.counters.bytes).toBe(16 * text.length)
  })

  it('that are held make others wait until they are released', async () => {
    const { url } = await serve((_request, response) => json(response, textOf(80 * KIB)))
    const client = clientOf(url, { bodyBudgetBytes: 100 * KIB })
    const hold = client.holdBodies()
    await client.get('c1', { hold })
    let read = false
    const other = client.get('c2').then(() => (read = true))
    await delay(100)
    expect(read).toBe(false)
    hold.release()
    hold.release()
    await other
  })

  it('that wait for memory are neither read nor timed', async () => {
    let sent = 0
    const text = textOf(40e6) // made beforehand: it holds up this process, which is also the client
    const { url } = await serve(({ url }, response) => {
      if (url.endsWith('held')) return json(response, textOf(90 * KIB))
      response.writeHead(200, { 'content-length': text.length })
      const more = (): void => {
        if (sent >= text.length) return void response.end()
        const piece = text.slice(sent, sent + 64 * KIB)
        sent += piece.length
        response.write(piece, more)
      }
      more()
    })
    const client = clientOf(url, { bodyBudgetBytes: 100 * KIB, timeouts: { idleMs: 500 } })
    const hold = client.holdBodies()
    await client.get('held', { hold })
    const other = client.get('c2')
    await delay(1500)
    expect(sent).toBeLessThan(15e6)
    hold.release()
    expect((await other).text.length).toBe(40e6)
  })

  it('that fail give their memory back', async () => {
    const { url } = await serve((_request, response, n) =>
      json(response, n <= 3 ? 'x'.repeat(90 * KIB) : '{}'),
    )
    const client = clientOf(url, { bodyBudgetBytes: 100 * KIB })
    const hold = client.holdBodies()
    await failureOf(client.get('c1', { hold }))
    expect(hold.bytes).toBe(0)
  })
})
