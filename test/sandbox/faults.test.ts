import { request, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { cannedResponses, type CannedResponse } from '../../src/sandbox/faults/canned-responses.ts'
import type { Effect, Fault } from '../../src/sandbox/faults/fault.ts'
import { readEvents, testClock, visit } from '../support/sandbox.ts'

const start = '/v1/conversations'
const question = { model: 'mistral-small-latest', inputs: 'Hi' }

/** A sandbox with one conversation and a fault for getHistory. */
async function troubled(then: Effect, operation: Fault['operation'] = 'getHistory') {
  const visitor = await visit({ faults: [{ operation, then }] })
  const id = visitor.sandbox.account('key').create({ entries: ['{"type":"message.input","content":"silt"}'] })
  const whole = `{"conversation_id":"${id}","entries":[{"type":"message.input","content":"silt"}],"object":"conversation.history"}`
  return { ...visitor, id, whole, path: `${start}/${id}/history`, account: visitor.sandbox.account('key') }
}

describe('a fault', () => {
  it('applies to the requests that match its conditions', async () => {
    const then = { kind: 'answer', status: 500 } as const
    const { sandbox, get } = await visit({ accounts: [{ key: 'key' }, { key: 'other' }] })
    const statuses = async (fault: Partial<Fault>, path = start) => {
      sandbox.faults.clear()
      sandbox.faults.add({ ...fault, then })
      const seen = []
      for (let i = 0; i < 5; i++) seen.push((await get(path)).status === 500 ? 'x' : '.')
      return seen.join('')
    }
    expect(await statuses({})).toBe('xxxxx')
    expect(await statuses({ operation: 'list' })).toBe('xxxxx')
    expect(await statuses({ operation: 'get' })).toBe('.....')
    expect(await statuses({ nth: 2 })).toBe('.x...')
    expect(await statuses({ every: 2 })).toBe('.x.x.')
    expect(await statuses({ every: 2, times: 1 })).toBe('.x...')
    expect(await statuses({ times: 3 })).toBe('xxx..')
    expect(await statuses({ account: 'other' })).toBe('.....')
    expect(await statuses({ id: 'conv_1' }, `${start}/conv_1`)).toBe('xxxxx')
    expect(await statuses({ id: 'conv_2' }, `${start}/conv_1`)).toBe('.....')
  })

  it.each(Object.keys(cannedResponses) as CannedResponse[])('responds like %s', async (like) => {
    const { get, path } = await troubled({ kind: 'answer', like })
    const { status, headers, text } = await get(path)
    const expected = cannedResponses[like]
    expect([status, text, headers.get('content-type')]).toEqual([
      expected.status,
      expected.body,
      expected.type,
    ])
    const { headers: more = {} } = expected as { headers?: Record<string, string> }
    for (const [name, value] of Object.entries(more)) expect(headers.get(name)).toBe(value)
  })

  it('responds with any status, body and headers', async () => {
    const headers = { 'content-type': 'text/plain', 'retry-after': '7' }
    const { get, path } = await troubled({ kind: 'answer', status: 418, body: 'tea', headers })
    const answer = await get(path)
    expect([answer.status, answer.text, answer.headers.get('retry-after')]).toEqual([418, 'tea', '7'])
  })

  it('delays, and cancels the operation if the client disconnects', async () => {
    const { sandbox, path, account } = await troubled({ kind: 'latency', ms: 60 })
    const began = performance.now()
    expect((await raw(sandbox.url + path)).status).toBe(200)
    expect(performance.now() - began).toBeGreaterThan(55)
    sandbox.faults.add({ operation: 'start', then: { kind: 'latency', ms: 200 } })
    await postAndHangUp(sandbox.url)
    await sleep(300)
    expect(account.ids).toHaveLength(1)
  })

  it('finishes the operation although the client has disconnected', async () => {
    const { sandbox, account } = await troubled({ kind: 'finish-anyway', ms: 200 }, 'start')
    await postAndHangUp(sandbox.url)
    expect(account.ids).toHaveLength(1)
    await expect.poll(() => account.ids).toHaveLength(2)
    expect(account.entries(account.ids[0] ?? '')).toHaveLength(2)
  })

  it('resets the connection before the operation, after it, or long before it', async () => {
    for (const [then, atOnce, later] of [
      [{ kind: 'reset', when: 'before' }, 1, 1],
      [{ kind: 'reset', when: 'after' }, 2, 2],
      [{ kind: 'finish-later', ms: 150 }, 1, 2],
    ] as const) {
      const { sandbox, post, account } = await troubled(then, 'start')
      await expect(post(start, question)).rejects.toThrow()
      expect(account.ids).toHaveLength(atOnce)
      await expect.poll(() => account.ids).toHaveLength(later)
      expect(sandbox.requests.at(-1)).toMatchObject({ operation: 'start', status: 0 })
    }
  })

  it('limits requests per second and account', async () => {
    const clock = testClock()
    const { sandbox, get } = await visit({ clock, faults: [{ then: { kind: 'rps', limit: 2 } }] })
    const statuses = async () => [
      (await get(start)).status,
      (await get(start)).status,
      (await get(start)).status,
    ]
    expect(await statuses()).toEqual([200, 200, 429])
    clock.advance(0.5)
    expect(await statuses()).toEqual([200, 429, 429])
    expect(sandbox.requests.filter(({ status }) => status === 429)).toHaveLength(3)
    sandbox.faults.clear()
    sandbox.faults.add({ then: { kind: 'rps', limit: 0.5 } })
    expect(await statuses()).toEqual([200, 429, 429])
    clock.advance(2)
    expect(await statuses()).toEqual([200, 429, 429])
  })

  it('limits how many requests may come at once, and leaves out Retry-After', async () => {
    const clock = testClock()
    const then = { kind: 'rps', limit: 2, burst: 1, like: 'too-many' } as const
    const { get } = await visit({ clock, faults: [{ then }] })
    expect((await get(start)).status).toBe(200)
    const refused = await get(start)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null])
    clock.advance(60)
    expect([(await get(start)).status, (await get(start)).status]).toEqual([200, 429])
  })

  it('counts requests anew in each period, and states the limit if it should', async () => {
    const clock = testClock()
    const then = { kind: 'quota', limit: 2, seconds: 60, stated: true } as const
    const { get } = await visit({ clock, faults: [{ then }] })
    const statuses = async () => [
      (await get(start)).status,
      (await get(start)).status,
      (await get(start)).status,
    ]
    expect(await statuses()).toEqual([200, 200, 429])
    clock.advance(60)
    expect((await get(start)).headers.get('x-ratelimit-limit-req-minute')).toBe('2')
    expect(await statuses()).toEqual([200, 429, 429])
  })

  it('redirects to the same or to another host, where a leaked key would show', async () => {
    const here = await troubled({ kind: 'redirect', to: 'same-host' })
    expect((await here.get(here.path)).headers.get('location')).toBe(`${here.path}?moved=1`)
    const { sandbox, get, path } = await troubled({ kind: 'redirect', to: 'other-host', status: 302 })
    const { status, headers } = await get(`${path}?a=1`)
    const { port } = new URL(sandbox.url)
    expect([status, headers.get('location')]).toEqual([302, `http://localhost:${port}${path}?a=1&moved=1`])
    await raw(`${sandbox.url}${path}?moved=1`, undefined, {})
    expect(sandbox.requests.at(-1)).toMatchObject({ query: 'moved=1', account: '', status: 401 })
  })

  it('truncates the body, with a stated length or chunked', async () => {
    for (const framing of ['length', 'chunked'] as const) {
      const { sandbox, path, whole } = await troubled({ kind: 'truncate', keep: 20, framing })
      const { bytes, complete, headers } = await raw(sandbox.url + path)
      expect([bytes.toString(), complete]).toEqual([whole.slice(0, 20), false])
      expect(headers['content-length']).toBe(framing === 'length' ? String(whole.length) : undefined)
    }
  })

  it('makes the body too long', async () => {
    const within = await troubled({ kind: 'overlong', bytes: 1000, where: 'within' })
    const { text } = await within.get(within.path)
    expect([text.length, text.trimEnd()]).toEqual([within.whole.length + 1000, within.whole])
    const beyond = await troubled({ kind: 'overlong', bytes: 50, where: 'beyond' })
    const { headers, rest } = await raw(beyond.sandbox.url + beyond.path)
    expect([headers['content-length'], rest]).toEqual([String(beyond.whole.length), 'HPE_INVALID_CONSTANT'])
  })

  it('corrupts the JSON, its UTF-8 or its content type', async () => {
    const broken = await troubled({ kind: 'garble', how: 'json' })
    expect(await broken.get(broken.path)).toMatchObject({ status: 200, json: undefined })
    const latin = await troubled({ kind: 'garble', how: 'utf8' })
    const { bytes } = await raw(latin.sandbox.url + latin.path)
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow()
    const typed = await troubled({ kind: 'content-type', value: 'text/html' })
    const answer = await typed.get(typed.path)
    expect([answer.headers.get('content-type'), answer.text]).toEqual(['text/html', typed.whole])
  })

  it('stalls before the head or in the body, for a while or forever', async () => {
    for (const at of ['head', 'body'] as const) {
      const { sandbox, path, whole } = await troubled({ kind: 'stall', at, ms: 50 })
      const began = performance.now()
      expect((await raw(sandbox.url + path)).bytes.toString()).toBe(whole)
      expect(performance.now() - began).toBeGreaterThan(45)
    }
    const stuck = await troubled({ kind: 'stall', at: 'head' })
    await expect(fetch(stuck.sandbox.url + stuck.path, inTime(300))).rejects.toThrow('timeout')
    const halfway = await troubled({ kind: 'stall', at: 'body' })
    const response = await fetch(halfway.sandbox.url + halfway.path, inTime(300))
    await expect(response.text()).rejects.toThrow('timeout')
  })

  it('sends the body slowly', async () => {
    const { sandbox, path, whole } = await troubled({ kind: 'trickle', bytes: 30, ms: 10 })
    const { bytes, pieces } = await raw(sandbox.url + path)
    expect(bytes.toString()).toBe(whole)
    expect(pieces).toBeGreaterThan(2)
  })

  it('cuts a stream after or inside an event, and stores the outputs all the same', async () => {
    for (const inside of [false, true]) {
      const { sandbox, account } = await troubled({ kind: 'cut-stream', events: 2, inside }, 'startStream')
      const { bytes, complete } = await raw(sandbox.url + start, { ...question, stream: true })
      const text = bytes.toString()
      expect([text.split('\n\n').length - 1, text.endsWith('\n\n'), complete]).toEqual([2, !inside, false])
      expect(account.entries(account.ids[0] ?? '')).toHaveLength(2)
    }
  })

  it('ends a stream with an error', async () => {
    const { post } = await troubled({ kind: 'stream-error', events: 1 }, 'startStream')
    const events = readEvents((await post(start, { ...question, stream: true })).text)
    expect(events.map(({ event }) => event)).toEqual([
      'conversation.response.started',
      'conversation.response.error',
    ])
  })

  it('stores the outputs of a stream whose reader disconnects', async () => {
    const { sandbox, account } = await troubled({ kind: 'stall', at: 'body' }, 'startStream')
    const body = JSON.stringify({ ...question, stream: true })
    const response = await fetch(sandbox.url + start, { method: 'POST', body, ...inTime(300) })
    const id = account.ids[0] ?? ''
    expect(account.entries(id)).toHaveLength(1)
    await expect(response.text()).rejects.toThrow('timeout')
    await expect.poll(() => account.entries(id)).toHaveLength(2)
  })

  it('repeats and leaves out listed rows', async () => {
    const { sandbox, get, account } = await troubled({ kind: 'rows', repeat: 0, drop: 1 }, 'list')
    account.create({ entries: [] })
    account.create({ entries: [] })
    const [c, , a] = account.ids
    expect((await get(start)).json.map((row: { id: string }) => row.id)).toEqual([c, c, a])
    sandbox.faults.clear()
    expect((await get(start)).json).toHaveLength(3)
  })

  it('lists an earlier state of the account', async () => {
    const clock = testClock()
    const { sandbox, get } = await visit({ clock })
    const account = sandbox.account('key')
    const [kept, removed] = [account.create({ entries: [] }), account.create({ entries: [] })]
    const before = (await get(start)).text
    clock.advance(10)
    account.create({ entries: [] })
    account.appendTo(kept, ['{}'])
    account.remove(removed)
    sandbox.faults.add({ then: { kind: 'stale', seconds: 5 } })
    expect((await get(start)).text).toBe(before)
    clock.advance(6)
    expect((await get(start)).json).toMatchObject([{}, { id: kept }])
  })
})

const authorized: Readonly<Record<string, string>> = { authorization: 'Bearer key' }

interface RawAnswer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly pieces: number
  readonly complete: boolean
  /** The parser's error about bytes after the body, if there are any. */
  readonly rest: string | undefined
}

function raw(url: string, body?: object, headers = authorized): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let answered = false
    const sent = request(url, { method: body ? 'POST' : 'GET', headers })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (!answered) reject(error)
      else rest = error.code
    })
    let rest: string | undefined
    sent.on('response', (response) => {
      answered = true
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', () => undefined)
      response.on('close', () => {
        const { statusCode: status, headers, complete } = response
        resolve({ status, headers, bytes: Buffer.concat(parts), pieces: parts.length, complete, rest })
      })
    })
    sent.end(body && JSON.stringify(body))
  })
}

async function postAndHangUp(url: string): Promise<void> {
  const sent = request(url + start, { method: 'POST', headers: authorized })
  sent.on('error', () => undefined)
  sent.end(JSON.stringify(question))
  await sleep(15)
  sent.destroy()
}

function inTime(ms: number): RequestInit {
  return { headers: authorized, signal: AbortSignal.timeout(ms) }
}
