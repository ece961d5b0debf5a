import { describe, expect, it } from 'vitest'

import { defaultBehaviour, parseBehaviour, switches } from '../../src/sandbox/behaviour.ts'
import { testClock, visit } from '../support/sandbox.ts'

const model = 'mistral-small-latest'
const user = { role: 'user', content: 'Hello' }
const assistant = { type: 'message.output', role: 'assistant', content: 'Good day.' }
const start = '/v1/conversations'

const agent = { model, name: 'helper' }

describe('the switches', () => {
  it('are parsed from name=value', () => {
    expect(parseBehaviour(['order=oldest-first', 'maxPageSize=7'])).toEqual({
      order: 'oldest-first',
      maxPageSize: 7,
    })
    expect(() => parseBehaviour(['odour=bad'])).toThrow('Unknown behavior switch "odour"')
    expect(() => parseBehaviour(['order=random'])).toThrow(
      'Invalid value "random" for the behavior switch order',
    )
    expect(() => parseBehaviour(['maxPageSize=many'])).toThrow(
      'Invalid value "many" for the behavior switch maxPageSize',
    )
  })

  it('each have a description', () => {
    for (const { about } of Object.values(switches)) expect(about).not.toBe('')
    expect(defaultBehaviour.order).toBe('newest-first')
  })
})

describe('the listing', () => {
  it('grants 100 rows, or as many as the switch says, and counts the offset in pages of that size', async () => {
    const { sandbox, get } = await visit({ behaviour: { maxPageSize: 3 } })
    const made = Array.from({ length: 7 }, () => sandbox.account('key').create({ entries: [] }))
    const newest = made.toReversed()
    expect(idsOf(await get(`${start}?page=1&page_size=50`))).toEqual(newest.slice(3, 6))
    expect(idsOf(await get(`${start}?page=3&page_size=2`))).toEqual(newest.slice(6))
    expect(idsOf(await get(`${start}?page=9`))).toEqual([])
  })

  it('refuses a page_size that is too large or invalid', async () => {
    const { get } = await visit({ behaviour: { pageSizeOverMax: 'refuse' } })
    const places = ['?page_size=101', '?page_size=0', '?page=-1', '?page=x', '?metadata=x', '?metadata=[]']
    for (const query of places) {
      const { status, json } = await get(start + query)
      expect([status, json.detail[0].loc[0]], query).toEqual([422, 'query'])
    }
  })

  it('has the chosen order', async () => {
    for (const [order, expected] of [
      ['newest-first', ['b', 'a']],
      ['oldest-first', ['a', 'b']],
      ['updated-first', ['a', 'b']],
    ] as const) {
      const { sandbox, get } = await visit({ behaviour: { order } })
      const account = sandbox.account('key')
      const ids = ['a', 'b'].map(() => account.create({ entries: [] }))
      account.appendTo(String(ids[0]), [])
      expect(idsOf(await get(start)).map((id) => 'ab'[ids.indexOf(id)])).toEqual(expected)
    }
  })

  it('shows new conversations late, and later still with a filter', async () => {
    const clock = testClock()
    const { post, get } = await visit({ clock, behaviour: { listDelaySeconds: 2, filterDelaySeconds: 5 } })
    await post(start, { model, inputs: 'Hi', metadata: { a: 1 } })
    const seen = async () => [idsOf(await get(start)).length, idsOf(await get(filter({ a: 1 }))).length]
    expect(await seen()).toEqual([0, 0])
    clock.advance(2)
    expect(await seen()).toEqual([1, 0])
    clock.advance(3)
    expect(await seen()).toEqual([1, 1])
  })

  it('filters by metadata, ignores the filter, or finds nothing', async () => {
    for (const [metadataFilter, found] of [
      ['works', 1],
      ['ignored', 2],
      ['finds-nothing', 0],
    ] as const) {
      const { post, get } = await visit({ behaviour: { metadataFilter } })
      await post(start, { model, inputs: 'Hi', metadata: { a: 1, b: { c: ['é'] } } })
      await post(start, { model, inputs: 'Hi' })
      expect((await get(filter({ b: { c: ['é'] } }))).json).toHaveLength(found)
    }
  })

  it('and get omit metadata, each by its own switch; the filter works all the same', async () => {
    const { post, get } = await visit({ behaviour: { listMetadata: 'absent' } })
    const { json } = await post(start, { model, inputs: 'Hi', name: 'n', metadata: { a: 1 } })
    expect((await get(filter({ a: 1 }))).json).toMatchObject([{ name: 'n' }])
    expect((await get(start)).json[0]).not.toHaveProperty('metadata')
    expect((await get(`${start}/${json.conversation_id}`)).json).toMatchObject({ metadata: { a: 1 } })
    const other = await visit({ behaviour: { getMetadata: 'absent' } })
    const made = await other.post(start, { model, inputs: 'Hi', metadata: { a: 1 } })
    expect((await other.get(`${start}/${made.json.conversation_id}`)).json).not.toHaveProperty('metadata')
    expect((await other.get(start)).json[0]).toHaveProperty('metadata')
  })

  it('hides playground conversations if told to, but get returns them', async () => {
    const { sandbox, get } = await visit({ behaviour: { playgroundListed: 'no' } })
    const id = sandbox.account('key').create({ entries: [], playground: true })
    expect((await get(start)).json).toEqual([])
    expect((await get(`${start}/${id}`)).status).toBe(200)
  })
})

describe('inputs', () => {
  it('that end with the assistant are refused, continued or stored', async () => {
    const body = { model, inputs: [user, assistant] }
    const refused = await (await visit()).post(start, body)
    expect(refused).toMatchObject({ status: 400, json: { code: '3230' } })
    const answered = await visit({ behaviour: { trailingAssistant: 'answer' } })
    expect((await answered.post(start, body)).json.outputs).toHaveLength(1)
    const kept = await visit({ behaviour: { trailingAssistant: 'accept' } })
    const { json } = await kept.post(start, body)
    expect(json.outputs).toEqual([])
    expect((await kept.get(`${start}/${json.conversation_id}/history`)).json.entries).toHaveLength(2)
  })

  it('that end with a prefix are continued', async () => {
    const { post } = await visit()
    const prefix = { role: 'assistant', content: 'Once upon', prefix: true }
    expect((await post(start, { model, inputs: [user, prefix] })).json.outputs[0].content).toMatch(
      /^Once upon /,
    )
  })

  it.each([
    ['handoffInputs', { type: 'agent.handoff', ...handoff() }],
    ['toolExecutionInputs', { type: 'tool.execution', name: 'web_search', arguments: '{}' }],
    ['toolReferenceInputs', { ...assistant, content: [{ type: 'tool_reference', tool: 't', title: 'x' }] }],
    ['inputIds', { ...assistant, id: 'msg_1' }],
  ] as const)('like %s are refused or accepted', async (name, entry) => {
    const body = { model, inputs: [user, entry, user] }
    expect(await (await visit()).post(start, body)).toMatchObject({ status: 422 })
    const accepting = await visit({ behaviour: { [name]: 'accept' } })
    expect(await accepting.post(start, body)).toMatchObject({ status: 200 })
  })

  it('with thinking are refused by a model that does not reason', async () => {
    const thought = {
      ...assistant,
      content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }],
    }
    const inputs = [user, thought, user]
    const { post } = await visit()
    expect((await post(start, { model, inputs })).json.message).toContain('Reasoning input is not enabled')
    expect((await post(start, { model: 'magistral-medium-latest', inputs })).status).toBe(200)
    const accepting = await visit({ behaviour: { thinkingInputs: 'accept' } })
    expect((await accepting.post(start, { model, inputs })).status).toBe(200)
  })
})

describe('where the service is disputed,', () => {
  it('max_tokens: 0 gives an empty response, or is refused', async () => {
    const body = { model, inputs: 'Hi', completion_args: { max_tokens: 0 } }
    expect((await (await visit()).post(start, body)).json.outputs[0].content).toBe('')
    const refusing = await visit({ behaviour: { maxTokensZero: 'refuse' } })
    expect((await refusing.post(start, body)).status).toBe(422)
  })

  it('append returns the same id, or that of a new conversation that extends the first', async () => {
    const { post, get } = await visit({ behaviour: { appendId: 'new' } })
    const { conversation_id: id } = (await post(start, { model, inputs: 'Hi' })).json
    const { conversation_id: next } = (await post(`${start}/${id}`, { inputs: 'On' })).json
    expect(next).not.toBe(id)
    const before = (await get(`${start}/${id}/history`)).json.entries
    const after = (await get(`${start}/${next}/history`)).json.entries
    expect([before.length, after.length, after.slice(0, 2)]).toEqual([2, 4, before])
  })

  it('restart without inputs is refused or accepted', async () => {
    for (const [restartWithoutInputs, status] of [
      ['refuse', 422],
      ['accept', 200],
    ] as const) {
      const { post, get } = await visit({ behaviour: { restartWithoutInputs } })
      const { conversation_id: id } = (await post(start, { model, inputs: 'Hi' })).json
      const [first] = (await get(`${start}/${id}/history`)).json.entries
      expect((await post(`${start}/${id}/restart`, { from_entry_id: first.id })).status).toBe(status)
    }
  })

  it('completion_args are returned with every field, or as null if none were sent', async () => {
    for (const [completionArgs, expected] of [
      ['full', { temperature: null, tool_choice: 'auto' }],
      ['null', null],
    ] as const) {
      const { post, get } = await visit({ behaviour: { completionArgs } })
      await post(start, { model, inputs: 'Hi' })
      expect((await get(start)).json).toMatchObject([{ completion_args: expected }])
    }
  })

  it('agent_version is absent, or has the chosen type', async () => {
    for (const [agentVersion, expected] of [
      ['absent', undefined],
      ['integer', 0],
      ['string', '0'],
      ['null', null],
    ] as const) {
      const { post, get } = await visit({ behaviour: { agentVersion } })
      const { id } = (await post('/v1/agents', agent)).json
      await post(start, { agent_id: id, inputs: 'Hi' })
      expect((await get(start)).json[0].agent_version).toBe(expected)
    }
  })

  it('updated_at at start is a microsecond after created_at, or the end of the response', async () => {
    const { post, get } = await visit({ clock: testClock(), behaviour: { updatedAtStart: 'after-answer' } })
    const { outputs } = (await post(start, { model, inputs: 'Hi' })).json
    expect((await get(start)).json[0].updated_at > outputs[0].completed_at).toBe(true)
  })

  it('tool executions and references are as captured, or as specified', async () => {
    const body = { model, inputs: 'Hi', tools: [{ type: 'web_search' }] }
    const captured = (await (await visit()).post(start, body)).json.outputs
    expect(captured[0]).not.toHaveProperty('arguments')
    expect(captured[1].content[1]).toMatchObject({ type: 'tool_reference', source: 'brave' })
    const specified = await visit({ behaviour: { toolShape: 'specified' } })
    const { outputs } = (await specified.post(start, body)).json
    expect(outputs[0].arguments).toContain('query')
    expect(outputs[1].content[1]).not.toHaveProperty('source')
  })

  it('ids have one layout or both, which sort wrongly against each other', async () => {
    for (const [idLayout, layouts] of [
      ['seconds', /^conv_0.{8}.{3}7.{3}8000/],
      ['milliseconds', /^conv_01.{10}7.{3}8/],
    ] as const) {
      const { sandbox } = await visit({ behaviour: { idLayout } })
      expect(sandbox.account('key').create({ entries: [] })).toMatch(layouts)
    }
    const { sandbox } = await visit()
    const ids = [1, 2, 3].map(() => sandbox.account('key').create({ entries: [] }))
    expect(ids.toSorted()).not.toEqual(ids)
  })

  it('a conversation is busy shortly after a stream', async () => {
    const clock = testClock()
    const { post, send } = await visit({ clock, behaviour: { busySeconds: 3 } })
    const { text } = await post(start, { model, inputs: 'Hi', stream: true })
    const [, id = ''] = /"conversation_id":"(\w+)"/.exec(text) ?? []
    expect((await post(`${start}/${id}`, { inputs: 'On' })).status).toBe(409)
    expect((await post(`${start}/${id}/restart`, { from_entry_id: 'x', inputs: '' })).status).toBe(409)
    expect((await send('DELETE', `${start}/${id}`)).json.code).toBe(3000)
    clock.advance(4)
    expect((await post(`${start}/${id}`, { inputs: 'On' })).status).toBe(200)
  })

  it('reads count against a limit, or do not', async () => {
    for (const [readsCount, status] of [
      ['yes', 429],
      ['no', 200],
    ] as const) {
      const faults = [{ then: { kind: 'rps', limit: 1 } }] as const
      const { get } = await visit({ clock: testClock(), faults, behaviour: { readsCount } })
      await get(start)
      expect((await get(start)).status).toBe(status)
    }
  })

  it('a generated file expires when the switch says', async () => {
    const clock = testClock()
    const { post, get } = await visit({ clock, behaviour: { generatedFileSeconds: 60 } })
    const { outputs } = (await post(start, { model, inputs: 'Hi', tools: [{ type: 'image_generation' }] }))
      .json
    const path = `/v1/files/${outputs[1].content[1].file_id}`
    expect((await get(path)).json).toMatchObject({ object: 'file', mimetype: 'image/png' })
    expect((await get(`${path}/content`)).text).toContain('PNG')
    clock.advance(60)
    expect((await get(path)).status).toBe(404)
    expect((await get(`${path}/content`)).status).toBe(404)
  })
})

function idsOf({ json }: { json: { id: string }[] }): string[] {
  return json.map(({ id }) => id)
}

function filter(metadata: object): string {
  return `${start}?metadata=${encodeURIComponent(JSON.stringify(metadata))}`
}

function handoff() {
  return {
    previous_agent_id: 'a',
    previous_agent_name: 'A',
    next_agent_id: 'b',
    next_agent_name: 'B',
  }
}
