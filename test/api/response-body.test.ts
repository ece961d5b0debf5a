import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ResponseBody } from '../../src/api/response-body.ts'

const KIB = 1024
const IDLE_MS = 1000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** Makes a body with a connection that records its calls, and fails the body when it is aborted. */
function bodyOf(idleMs = IDLE_MS) {
  const asked: string[] = []
  const body: ResponseBody = new ResponseBody(
    {
      pause: () => void asked.push('pause'),
      resume: () => void asked.push('resume'),
      abort: (reason) => {
        asked.push('abort')
        body.fail(reason)
      },
    },
    idleMs,
  )
  return { body, asked }
}

/** Reads to the end. Returns the number of bytes, or the error that the body fails with. */
async function readAll(body: ResponseBody): Promise<unknown> {
  let bytes = 0
  try {
    for await (const chunk of body) bytes += chunk.length
    return bytes
  } catch (error) {
    return error
  }
}

/** Sends a chunk at regular intervals. */
async function trickle(body: ResponseBody, chunk: Uint8Array, everyMs: number, forMs: number): Promise<void> {
  for (let ms = 0; ms < forMs; ms += everyMs) {
    body.push(chunk)
    await vi.advanceTimersByTimeAsync(everyMs)
  }
}

describe('The body of a response', () => {
  it('returns what came, in order, and then ends', async () => {
    const { body } = bodyOf()
    body.push(Buffer.from('ab'))
    body.push(Buffer.from('c'))
    body.end()
    const chunks: string[] = []
    for await (const chunk of body) chunks.push(Buffer.from(chunk).toString())
    expect(chunks).toEqual(['ab', 'c'])
  })

  it('pauses its connection at 64 KiB that nobody reads, and resumes it when they are read', async () => {
    const { body, asked } = bodyOf()
    body.push(Buffer.alloc(63 * KIB))
    expect(asked).toEqual([])
    body.push(Buffer.alloc(KIB))
    body.push(Buffer.alloc(KIB))
    expect(asked).toEqual(['pause'])
    for (let i = 0; i < 3; i++) await body.next()
    expect(asked).toEqual(['pause'])
    const next = body.next()
    expect(asked).toEqual(['pause', 'resume'])
    body.push(Buffer.from('x'))
    expect(await next).toMatchObject({ done: false })
  })

  it('fails when nothing comes for the idle timeout', async () => {
    const { body } = bodyOf()
    const result = readAll(body)
    await trickle(body, Buffer.from('x'), IDLE_MS - 1, 3 * (IDLE_MS - 1))
    await vi.advanceTimersByTimeAsync(1)
    expect(await result).toMatchObject({
      code: 'timeout',
      message: 'The response stopped: no data for 1 s',
      hint: expect.any(String) as string,
    })
  })

  it('is waited for as long as something comes within each idle timeout', async () => {
    const { body } = bodyOf()
    const result = readAll(body)
    await trickle(body, Buffer.from('x'), IDLE_MS - 1, 5 * (IDLE_MS - 1))
    body.end()
    expect(await result).toBe(5)
  })

  it('fails when it trickles on for more than ten idle timeouts', async () => {
    const { body } = bodyOf()
    const result = readAll(body)
    let isOver = false
    void result.then(() => (isOver = true))
    await trickle(body, Buffer.from(' '), 5, 10 * IDLE_MS - 100)
    expect(isOver).toBe(false)
    await trickle(body, Buffer.from(' '), 5, 200)
    expect(await result).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/^The response is too slow: 2,\d{3} bytes in 10\.0 s$/) as string,
    })
  })

  it('is granted one more idle timeout for every 64 KiB', async () => {
    const { body } = bodyOf()
    const result = readAll(body)
    await trickle(body, Buffer.alloc(KIB), 10, 30 * IDLE_MS)
    body.end()
    expect(await result).toBe(3000 * KIB)
  })

  it('is not timed while its reader is busy', async () => {
    const { body } = bodyOf()
    body.push(Buffer.from('a'))
    await body.next()
    await vi.advanceTimersByTimeAsync(100 * IDLE_MS)
    body.push(Buffer.from('b'))
    body.end()
    expect(await readAll(body)).toBe(1)
  })

  it('closes its connection when a loop is left early, and then fails', async () => {
    const { body, asked } = bodyOf()
    body.push(Buffer.from('a'))
    body.push(Buffer.from('b'))
    for await (const chunk of body) {
      expect(chunk.length).toBe(1)
      break
    }
    expect(asked).toEqual(['abort'])
    await expect(body.next()).rejects.toMatchObject({ code: 'interrupted' })
  })
})
