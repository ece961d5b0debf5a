import { describe, expect, it } from 'vitest'

import { isDone, readProgress } from '../../../src/replay/run/copy-progress.ts'
import { timestamp } from '../../../src/replay/run/run-context.ts'
import { begunRun } from '../../support/begun-run.ts'

const user = '{"type":"message.input","role":"user","content":"One?"}'
const answer = (id: string) => `{"type":"message.output","role":"assistant","id":"${id}","content":"1."}`
const call = '{"type":"function.call","id":"fc_1","name":"gauge","tool_call_id":"a","arguments":"{}"}'
const result = '{"type":"function.result","tool_call_id":"a","result":"3 m"}'

/** A run, and the requests of its copy that were carried out. */
async function startedCopy(entries: readonly string[]) {
  const run = await begunRun()
  const { archive, intend, copy, context } = run
  const targetId = run.create(entries)
  const send = (intent: Parameters<typeof intend>[0], generated?: readonly string[]) => {
    const outcome = 'done' as const
    archive.replayRequests.end(intend(intent), timestamp(), { outcome, targetId, generated })
  }
  const requests = () => archive.replayRequests.ofCopy(copy.id)
  return { ...run, targetId, send, requests, progress: () => readProgress(context, copy) }
}

describe('A copy that is continued', () => {
  it('begins at the start if no request was carried out', async () => {
    const { archive, intend, copy, context } = await begunRun()
    archive.replayRequests.end(intend({ inputs: 1 }), timestamp(), { outcome: 'absent', targetId: 'conv_x' })
    archive.replayRequests.started(intend({ inputs: 1 }), 'conv_y')
    expect(await readProgress(context, copy)).toEqual({
      ...{ call: -1, targetId: null, before: 0 },
      ...{ openCalls: [], used: [], tokens: 0 },
    })
  })

  it('continues after the last request and what was generated for it', async () => {
    const { send, targetId, progress } = await startedCopy([user, answer('a'), user, answer('b')])
    send({ inputs: 1 }, ['a'])
    send({ call: 1, appendsTo: targetId, before: 2, inputs: 1 }, ['b'])
    expect(await progress()).toEqual({
      ...{ call: 1, targetId, before: 4, openCalls: [], used: [] },
      tokens: expect.any(Number) as number,
    })
  })

  it('sends no archived result twice in one turn, and may send it again in the next', async () => {
    const { send, targetId, progress } = await startedCopy([user, call, result, call])
    send({ inputs: 1 }, ['fc_1'])
    send({ appendsTo: targetId, before: 2, inputs: 1, results: [2, 3] }, ['fc_1'])
    const openCalls = [{ name: 'gauge', toolCallId: 'a', arguments: '{}' }]
    expect(await progress()).toMatchObject({ call: 0, before: 4, openCalls, used: [2, 3] })
    send({ appendsTo: targetId, before: 2, inputs: 1, results: [5] }, ['fc_1'])
    expect(await progress()).toMatchObject({ used: [2, 3, 5] })
    send({ call: 1, appendsTo: targetId, before: 2, inputs: 1, results: [7] }, ['fc_1'])
    expect(await progress()).toMatchObject({ call: 1, used: [7] })
  })

  it('records what was generated after its request was found', async () => {
    for (const known of [['a'], undefined]) {
      const { send, requests, progress } = await startedCopy([user, answer('a'), answer('b')])
      send({ inputs: 1 }, known)
      expect(await progress()).toMatchObject({ before: 3 })
      expect(requests()).toMatchObject([{ generated: ['a', 'b'] }])
    }
  })

  it('keeps the ids in the receipt if the target returns others for as many entries', async () => {
    const { send, requests, progress } = await startedCopy([user, answer('changed')])
    send({ inputs: 1 }, ['a'])
    expect(await progress()).toMatchObject({ before: 2 })
    expect(requests()).toMatchObject([{ generated: ['a'] }])
  })

  it('is given up if it was deleted', async () => {
    const { account, send, targetId, progress } = await startedCopy([user, answer('a')])
    send({ inputs: 1 }, ['a'])
    account.remove(targetId)
    expect(await progress()).toEqual({ reason: `${targetId} no longer exists` })
  })

  it('is given up if someone else continued it', async () => {
    const { send, requests, targetId, progress } = await startedCopy([user, answer('a'), user, answer('b')])
    send({ inputs: 1 }, ['a'])
    expect(await progress()).toEqual({ reason: `someone else continued ${targetId}` })
    expect(requests()).toMatchObject([{ generated: ['a'] }])
  })
})

describe('A request', () => {
  it('was carried out if its outcome says so and the conversation is known', async () => {
    const { archive, intend, copy } = await begunRun()
    intend({})
    const [request] = archive.replayRequests.ofCopy(copy.id)
    if (request === undefined) throw new Error('the intent is not stored')
    for (const outcome of ['done', 'found', 'absent', 'refused', 'unsent', 'undone', null] as const) {
      expect(isDone({ ...request, outcome, targetId: null })).toBe(false)
      const isCarriedOut = outcome === 'done' || outcome === 'found'
      expect(isDone({ ...request, outcome, targetId: 'conv' })).toBe(isCarriedOut)
    }
  })
})
