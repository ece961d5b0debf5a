import { describe, expect, it } from 'vitest'

import { change } from '../support/damaged-archives.ts'
import { hansard } from '../support/hansard.ts'
import { serve } from '../support/http-server.ts'
import { query as queryArchive } from '../support/query.ts'
import { expectToEndSoon } from '../support/stop.ts'
import { world, type World } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = (n: number) => `{"type":"message.input","id":"msg_${n}","content":"say ${n}"}`
const answer = (status: number, body: string) => ({ kind: 'answer', status, body }) as const

const query = ({ archive }: World, sql: string) => queryArchive(archive, sql)

/** Backs up an account with one conversation, `c`, for which the service returns these texts. */
async function backUp(texts: { history: string[]; messages: string[]; row?: string; date?: string }) {
  const { url } = await serve(({ url: path = '' }, response) => {
    if (texts.date !== undefined) response.setHeader('date', texts.date)
    const row = texts.row ?? '{"id":"c","metadata":null,"created_at":"2026-01-01T00:00:00Z"}'
    if (path.endsWith('history')) response.end(`{"conversation_id":"c","entries":[${texts.history.join()}]}`)
    else if (path.endsWith('messages'))
      response.end(`{"conversation_id":"c","messages":[${texts.messages.join()}]}`)
    else response.end(path.includes('page=0') ? `[${row}]` : '[]')
  })
  const here = await world()
  const env = { MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: url, HANSARD_ARCHIVE: here.archive }
  const again = async (...args: string[]) => {
    const { stdout } = await hansard(['backup', '--json', ...args], { env })
    return JSON.parse(stdout) as Record<string, unknown>
  }
  return { here, again, result: await again() }
}

describe('A conversation whose row must be fetched', () => {
  it('is a failure if the response is about another conversation', async () => {
    const here = await world({ behaviour: { listMetadata: 'absent' } })
    const account = here.sandbox.account('source')
    const [asked, other] = [1, 2].map((n) => account.create({ entries: [entry(n)], createdAt: long }))
    const body = account.row(other ?? '') ?? ''
    here.sandbox.faults.add({ operation: 'get', id: asked ?? '', then: answer(200, body) })
    expect(await here.backup()).toMatchObject({ exitCode: 3, listed: 2, new: 1, failed: 1 })
    expect(query(here, 'select id from conversation')).toEqual([{ id: other }])
    expect(query(here, 'select conversation, step, code, cast(body as text) as body from failure')).toEqual([
      { conversation: asked, step: 'get', code: 'unexpected-shape', body },
    ])
  })

  it('is a failure if the response is not a row', async () => {
    const here = await world({ behaviour: { listMetadata: 'absent' } })
    const id = here.sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
    for (const body of ['[]', 'null', '{}']) {
      here.sandbox.faults.add({ operation: 'get', id, times: 1, then: answer(200, body) })
      expect(await here.backup()).toMatchObject({ failed: 1 })
      expect(query(here, 'select step, code from failure')).toEqual([
        { step: 'get', code: 'unexpected-shape' },
      ])
    }
    expect(await here.backup()).toMatchObject({ exitCode: 0, new: 1 })
  })
})

describe('A failure', () => {
  it('is stored with its step', async () => {
    for (const [operation, step] of [
      ['get', 'get'],
      ['getHistory', 'history'],
      ['getMessages', 'messages'],
    ] as const) {
      const here = await world({ behaviour: { listMetadata: 'absent' } })
      here.sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
      here.sandbox.faults.add({ operation, then: answer(400, '{"detail":"no"}') })
      expect(await here.backup()).toMatchObject({ failed: 1 })
      expect(query(here, 'select step from failure')).toEqual([{ step }])
    }
  })

  it('of the history is stored with that step, even if the row was not fetched', async () => {
    const { here, result } = await backUp({ history: ['7'], messages: [] })
    expect(result).toMatchObject({ failed: 1 })
    expect(query(here, 'select step from failure')).toEqual([{ step: 'history' }])
  })
})

describe('Messages', () => {
  it('with the same texts as the history are not stored twice', async () => {
    const tool = '{"type":"tool.execution","name":"web_search"}'
    const { here } = await backUp({ history: [entry(1), tool, '{"n":1}'], messages: [entry(1), '{"n":1}'] })
    expect(query(here, 'select messages from revision')).toEqual([{ messages: null }])
    expect(query(here, 'select kind from event')).toEqual([])
  })

  it('with the same content in another form are stored without an event', async () => {
    const { here } = await backUp({
      history: ['{"type":"message.input","content":"é"}'],
      messages: ['{"content":"\\u00e9","type":"message.input"}'],
    })
    expect(query(here, 'select messages from revision')).toEqual([
      { messages: '{"conversation_id":"c","messages":[]}' },
    ])
    expect(query(here, 'select kind from event')).toEqual([])
  })

  it('with other content or another number are stored with an event', async () => {
    for (const messages of [[entry(2)], [entry(1), entry(2)], []]) {
      const { here } = await backUp({ history: [entry(1)], messages })
      expect(query(here, 'select messages is not null as areKept from revision')).toEqual([{ areKept: 1 }])
      expect(query(here, 'select kind from event')).toEqual([{ kind: 'messages-differ' }])
    }
  })
})

describe('Stored messages', () => {
  const history = ['{"type":"message.input","content":"é"}']
  const kept = ['{"content":"\\u00e9","type":"message.input"}']

  it('are not a change if they have the same content in another form', async () => {
    const texts = { history, messages: kept }
    const { here, again } = await backUp(texts)
    texts.messages = ['{"content":"\\u00E9","type":"message.input"}']
    expect(await again('--full')).toMatchObject({ updated: 0, unchanged: 1 })
    expect(query(here, 'select count(*) as revisions from revision')).toEqual([{ revisions: 1 }])
    expect(await again('--full', '--messages', 'none')).toMatchObject({ unchanged: 1, failed: 0 })
  })

  it('are a change if their content differs, or if they were not needed before', async () => {
    for (const [before, after] of [
      [history, []],
      [kept, []],
      [kept, history],
      [[entry(1)], [entry(2)]],
      [history, [entry(1)]],
    ] as const) {
      const texts = { history, messages: [...before] }
      const { here, again } = await backUp(texts)
      texts.messages = [...after]
      expect(await again('--full')).toMatchObject({ updated: 1 })
      expect(query(here, 'select messages is not null as areKept from revision order by id desc')[0]).toEqual(
        {
          areKept: after === history ? 0 : 1,
        },
      )
    }
  })
})

describe('The time of a fetch', () => {
  it('is that of the server, whose clock sets the times of the rows', async () => {
    const { here } = await backUp({ history: [], messages: [], date: 'Thu, 05 Mar 2020 10:00:00 GMT' })
    expect(query(here, 'select fetched_at as at from conversation')).toEqual([
      { at: '2020-03-05T10:00:00.000Z' },
    ])
  })

  it('is that of this machine if the server sends none', async () => {
    const before = new Date().toISOString()
    const { here } = await backUp({ history: [], messages: [], date: 'no date' })
    const [{ at } = { at: '' }] = query(here, 'select fetched_at as at from conversation') as { at: string }[]
    expect(at >= before && at <= new Date().toISOString()).toBe(true)
  })
})

describe('A conversation that is read while a reply is generated', () => {
  const hours = (n: number) => new Date(Date.now() + n * 3_600_000)

  it.each([
    ['right', 0, 0],
    ['an hour ahead', 1, 0],
    ['an hour behind', -1, 0],
    ['right, with the last change in the future', 0, 5],
  ])('is read again if the clock of the server is %s', async (_, ahead, future) => {
    const now = hours(future).toISOString()
    const texts = {
      ...{ history: [entry(1)], messages: [entry(1)], date: hours(ahead).toUTCString() },
      row: `{"id":"c","metadata":null,"created_at":"${now}","updated_at":"${now}"}`,
    }
    const { again } = await backUp(texts)
    texts.history.push(entry(2))
    texts.messages.push(entry(2))
    expect(await again()).toMatchObject({ updated: 1, complete: true })
  })
})

describe('Metadata', () => {
  it('that changed is fetched if the listing omits it', async () => {
    const here = await world({ behaviour: { listMetadata: 'absent' } })
    const account = here.sandbox.account('source')
    const row = (hour: number, n: number) =>
      `{"id":"c","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T0${hour}:00:00Z","metadata":{"n":${n}}}`
    account.create({ row: row(1, 1), entries: [entry(1)] })
    expect(await here.backup()).toMatchObject({ new: 1 })
    account.replaceRow('c', row(2, 2))
    expect(await here.backup()).toMatchObject({ updated: 1 })
    expect(query(here, 'select json from conversations')).toEqual([{ json: row(2, 2) }])

    change(here.archive, `update revision set row = '{"id'`)
    expect(await here.backup('--full')).toMatchObject({ updated: 1, failed: 0 })
    expect(query(here, 'select json from conversations')).toEqual([{ json: row(2, 2) }])
  })
})

describe('A backup that is interrupted', () => {
  it.each(['get', 'getHistory', 'getMessages', 'list'] as const)(
    'stops soon even if %s never responds',
    async (operation) => {
      const here = await world({ behaviour: { listMetadata: 'absent' } })
      here.sandbox.account('source').create({ entries: [entry(1)], createdAt: long })
      await expectToEndSoon(here, operation)
      if (operation !== 'list') expect(query(here, 'select * from failure')).toEqual([])
    },
  )
})
