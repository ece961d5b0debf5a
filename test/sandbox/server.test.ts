import { describe, expect, it } from 'vitest'

import { startSandbox } from '../../src/sandbox/http/server.ts'
import { readEvents, testClock, visit } from '../support/sandbox.ts'

const question = { model: 'mistral-small-latest', inputs: 'Why do rivers bend?' }

describe('a sandbox', () => {
  it('refuses an unknown key in the format of the service', async () => {
    const { sandbox } = await visit()
    const response = await fetch(`${sandbox.url}/v1/conversations`, {
      headers: { authorization: 'Bearer no' },
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ message: 'Unauthorized', request_id: expect.any(String) })
  })

  it('responds with 404 for an unknown path', async () => {
    const { get } = await visit()
    expect(await get('/v1/nowhere')).toMatchObject({ status: 404, json: { detail: 'Not Found' } })
  })

  it('shows an account only its own conversations', async () => {
    const { sandbox, post, get } = await visit({ accounts: [{ key: 'key' }, { key: 'other' }] })
    const { json } = await post('/v1/conversations', question)
    const foreign = sandbox.account('other').create({ entries: [] })
    expect((await get('/v1/conversations')).json).toHaveLength(1)
    expect((await get(`/v1/conversations/${foreign}`)).json).toMatchObject({ object: 'error', code: 3000 })
    expect(sandbox.account('key').ids).toEqual([json.conversation_id])
    expect(() => sandbox.account('nobody')).toThrow('no account')
  })

  it('sends stories token for token', async () => {
    const row =
      '{"id":"conv_1","created_at":"2025-01-01T00:00:00.000001Z","n":12345678901234567890,"n":1e400}'
    const entries = ['{"type":"message.input","content":"\\u0041\\/"}', '{"type":"new.kind","x":-0.0}']
    const { get } = await visit({
      accounts: [{ key: 'key', stories: [{ conversations: [{ row, entries }], agents: [], files: [] }] }],
    })
    expect((await get('/v1/conversations')).text).toBe(`[${row}]`)
    expect((await get('/v1/conversations/conv_1')).text).toBe(row)
    expect((await get('/v1/conversations/conv_1/history')).text).toBe(
      `{"conversation_id":"conv_1","entries":[${entries.join(',')}],"object":"conversation.history"}`,
    )
    expect((await get('/v1/conversations/conv_1/messages')).text).toBe(
      `{"conversation_id":"conv_1","messages":[${entries[0]}],"object":"conversation.messages"}`,
    )
  })

  it('keeps a record of requests', async () => {
    const { sandbox, post, get } = await visit()
    await post('/v1/conversations', { ...question, stream: true })
    await get('/v1/conversations?page=1')
    expect(sandbox.requests).toMatchObject([
      {
        method: 'POST',
        operation: 'startStream',
        account: 'key',
        status: 200,
        body: expect.stringContaining('bend'),
      },
      { method: 'GET', path: '/v1/conversations', query: 'page=1', operation: 'list' },
    ])
  })

  it('responds the same for the same seed and clock', async () => {
    const told = await Promise.all(
      [1, 2].map(async () => {
        const { post, get } = await visit({ seed: 7, clock: testClock() })
        const { json } = await post('/v1/conversations', question)
        return (await get(`/v1/conversations/${json.conversation_id}/history`)).text
      }),
    )
    expect(told[0]).toBe(told[1])
  })

  it('lets tests change an account without a request', async () => {
    const { sandbox, get } = await visit()
    const account = sandbox.account('key')
    const old = account.create({ entries: ['{"n":1}'], createdAt: new Date('2025-02-03T04:05:06.007Z') })
    const id = account.create({ entries: [] })
    expect(account.ids).toEqual([id, old])
    account.appendTo(old, ['{"n":2}'])
    expect(account.entries(old)).toEqual(['{"n":1}', '{"n":2}'])
    account.replaceEntries(old, ['{"n":3}'])
    account.replaceRow(id, `{"id":"${id}","created_at":"2026-01-01T00:00:00Z"}`)
    expect((await get(`/v1/conversations/${old}/history`)).json.entries).toEqual([{ n: 3 }])
    expect((await get(`/v1/conversations/${id}`)).text).toBe(account.row(id))
    account.remove(old)
    expect((await get(`/v1/conversations/${old}`)).status).toBe(404)
  })

  it('listens on the given port, and fails if it is taken', async () => {
    const { sandbox } = await visit()
    const port = Number(new URL(sandbox.url).port)
    await expect(startSandbox({ accounts: [], port })).rejects.toThrow('EADDRINUSE')
  })
})

describe('conversations in a sandbox', () => {
  it('start with a question; completed_at is null only in the history', async () => {
    const { post, get } = await visit()
    const { json } = await post('/v1/conversations', question)
    expect(json).toMatchObject({ object: 'conversation.response', outputs: [{ type: 'message.output' }] })
    expect(json.outputs[0].completed_at).toMatch(/\.\d{6}Z$/)
    const { entries } = (await get(`/v1/conversations/${json.conversation_id}/history`)).json
    expect(entries).toMatchObject([
      { type: 'message.input', role: 'user', content: question.inputs },
      { ...json.outputs[0], completed_at: null },
    ])
  })

  it('update updated_at by a microsecond at start, and again when appended to', async () => {
    const { post, get } = await visit({ clock: testClock() })
    const { json } = await post('/v1/conversations', question)
    const row = (await get(`/v1/conversations/${json.conversation_id}`)).json
    expect(json.outputs[0].created_at > row.updated_at).toBe(true)
    expect(microseconds(row.updated_at) - microseconds(row.created_at)).toBe(1)
    const appended = await post(`/v1/conversations/${json.conversation_id}`, { inputs: 'Go on' })
    expect(appended.json.conversation_id).toBe(json.conversation_id)
    const later = (await get(`/v1/conversations/${json.conversation_id}`)).json
    expect(later.updated_at > row.updated_at).toBe(true)
    expect((await get(`/v1/conversations/${json.conversation_id}/history`)).json.entries).toHaveLength(4)
  })

  it('restart from an entry; the original does not change', async () => {
    const { post, get } = await visit()
    const { json } = await post('/v1/conversations', question)
    const path = `/v1/conversations/${json.conversation_id}`
    const [first] = (await get(`${path}/history`)).json.entries
    const restarted = await post(`${path}/restart`, { from_entry_id: first.id, inputs: '' })
    expect(restarted.json.conversation_id).not.toBe(json.conversation_id)
    const copy = (await get(`/v1/conversations/${restarted.json.conversation_id}/history`)).json.entries
    expect(copy).toMatchObject([first, { type: 'message.output' }])
    expect((await get(`${path}/history`)).json.entries).toHaveLength(2)
    expect(await post(`${path}/restart`, { from_entry_id: 'msg_no', inputs: '' })).toMatchObject({
      status: 404,
    })
  })

  it('are gone when deleted', async () => {
    const { post, send, get } = await visit()
    const { json } = await post('/v1/conversations', question)
    const path = `/v1/conversations/${json.conversation_id}`
    expect(await send('DELETE', path)).toMatchObject({ status: 204, text: '' })
    for (const gone of [path, `${path}/history`, `${path}/messages`])
      expect((await get(gone)).status).toBe(404)
    expect((await send('DELETE', path)).status).toBe(404)
    expect((await post(path, { inputs: 'hello?' })).status).toBe(404)
  })

  it('are not stored with store: false', async () => {
    const { sandbox, post } = await visit()
    const { json } = await post('/v1/conversations', { ...question, store: false })
    expect(json.outputs).toHaveLength(1)
    expect(sandbox.account('key').ids).toEqual([])
  })

  it('keep what was sent token for token', async () => {
    const { sandbox, send } = await visit()
    const metadata = '{"n":12345678901234567890,"e":1e400,"n":"\\u0041"}'
    const call = '{"type":"function.call","tool_call_id":"a","name":"f","arguments":{"x":1E+2,"x":0.10}}'
    const result = '{"type":"function.result","tool_call_id":"a","result":"1"}'
    const inputs = `[{"role":"user","content":"\\u00e9"},${call},${result}]`
    const body = `{"model":"mistral-small-latest","metadata":${metadata},"inputs":${inputs}}`
    expect((await send('POST', '/v1/conversations', body)).status).toBe(200)
    const [id = ''] = sandbox.account('key').ids
    expect(sandbox.account('key').row(id)).toContain(`"metadata":${metadata}`)
    expect(sandbox.account('key').entries(id)?.join()).toContain('"arguments":{"x":1E+2,"x":0.10}')
    expect(sandbox.account('key').entries(id)?.join()).toContain('"content":"\\u00e9"')
  })
})

describe('a stream', () => {
  it('sends the response event by event, and is in the history when it ends', async () => {
    const { post, get } = await visit()
    const { text, headers } = await post('/v1/conversations', {
      ...question,
      tools: [{ type: 'web_search' }],
      stream: true,
    })
    expect(headers.get('content-type')).toContain('text/event-stream')
    const events = readEvents(text)
    expect(events.every(({ event, data }) => data['type'] === event)).toBe(true)
    const kinds = events.map(({ event }) => event).filter((kind, i, all) => kind !== all[i - 1])
    expect(kinds).toEqual([
      'conversation.response.started',
      'tool.execution.started',
      'tool.execution.done',
      'message.output.delta',
      'conversation.response.done',
    ])
    const id = String(events[0]?.data['conversation_id'])
    const [, , message] = (await get(`/v1/conversations/${id}/history`)).json.entries
    const said = events.filter(({ data }) => data['content_index'] === 0).map(({ data }) => data['content'])
    expect(said.join('')).toBe(message.content[0].text)
  })

  it('works for append and restart too', async () => {
    const { post, get } = await visit()
    const { json } = await post('/v1/conversations', question)
    const path = `/v1/conversations/${json.conversation_id}`
    expect(readEvents((await post(path, { inputs: 'on', stream: true })).text).at(-1)?.event).toContain(
      'done',
    )
    const [first] = (await get(`${path}/history`)).json.entries
    const restarted = await post(`${path}/restart`, { from_entry_id: first.id, inputs: '', stream: true })
    expect(readEvents(restarted.text)[0]?.data['conversation_id']).not.toBe(json.conversation_id)
  })
})

function microseconds(time: string): number {
  return Date.parse(time) * 1000 + Number(time.slice(-4, -1))
}
