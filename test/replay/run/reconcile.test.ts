import { describe, expect, it } from 'vitest'

import { renderPlanned } from '../../../src/replay/plan/make-plan.ts'
import { STAMP_KEY } from '../../../src/model/read-stamp.ts'
import { fingerprintOf, readInputs } from '../../../src/replay/run/fingerprint.ts'
import { reconcile } from '../../../src/replay/run/reconcile.ts'
import { runReplay } from '../../../src/replay/run/replay.ts'
import { timestamp } from '../../../src/replay/run/run-context.ts'
import { begunRun, plannedWorld, type WorldOptions } from '../../support/begun-run.ts'
import { SkippingClock } from '../../support/skipping-clock.ts'

/** A run whose one request was sent, and whose response was lost. */
async function lostRequest(options: WorldOptions = {}) {
  const world = await begunRun(options)
  const { archive, context, plan, planned, copy } = world
  const inputs = readInputs(renderPlanned(archive, plan.head, planned).requests[0]?.body ?? '')
  const request = world.intend({ inputs: inputs.length, fingerprint: fingerprintOf(inputs) })
  const create = (stamp: string | undefined, entries: readonly string[] = inputs) =>
    world.create(entries, stamp === undefined ? {} : { metadata: { [STAMP_KEY]: stamp } })
  const search = async (state: 'open' | 'uncertain' = 'open') => {
    const [reconciled] = await reconcile(context, [state])
    return { result: reconciled?.result, copy: archive.replayCopies.read(copy.id) }
  }
  return { ...world, stamp: planned.stamp, inputs, request, create, search }
}

const hidden = { getMetadata: 'absent', listMetadata: 'absent', metadataFilter: 'finds-nothing' } as const

describe('A lost request', () => {
  it('was done if a conversation with its stamp has the entries that were sent', async () => {
    const { create, stamp, search } = await lostRequest()
    const targetId = create(stamp)
    expect(await search()).toMatchObject({
      result: { kind: 'found', targetId },
      copy: { state: 'done', targetId },
    })
  })

  it('was done if the conversation that the response named exists, in whatever form it returns them', async () => {
    const { create, inputs, archive, request, search } = await lostRequest({ behaviour: hidden })
    const targetId = create(
      undefined,
      inputs.map(() => '{"type":"message.output","content":"In other words."}'),
    )
    archive.replayRequests.started(request, targetId)
    expect(await search()).toMatchObject({ result: { kind: 'found', targetId }, copy: { state: 'done' } })
  })

  it('is uncertain if the conversation that the response named has too few entries', async () => {
    const { create, inputs, archive, request, search } = await lostRequest({ behaviour: hidden })
    archive.replayRequests.started(request, create(undefined, inputs.slice(1)))
    expect(await search()).toMatchObject({ result: { kind: 'uncertain' }, copy: { state: 'uncertain' } })
  })

  it('was done if the only conversation with its entries shows no metadata, as all do there', async () => {
    const { create, search } = await lostRequest({ behaviour: hidden })
    const targetId = create(undefined)
    expect(await search()).toMatchObject({ result: { kind: 'found', targetId }, copy: { state: 'done' } })
  })

  it('was not done if a complete listing has no such conversation: it may be sent again', async () => {
    const { create, archive, copy, search } = await lostRequest()
    create('v1.another.copy.history.')
    expect(await search()).toMatchObject({ result: { kind: 'absent' }, copy: { state: 'pending' } })
    expect(archive.replayRequests.ofCopy(copy.id)).toMatchObject([{ outcome: 'absent' }])
  })

  it('is uncertain if two conversations have its entries, until one is left; it is never sent again', async () => {
    const { create, account, search } = await lostRequest({ behaviour: hidden })
    const [first, second] = [create(undefined), create(undefined)]
    expect(await search()).toMatchObject({
      result: { kind: 'uncertain', reason: expect.stringContaining(second) as string },
      copy: { state: 'uncertain' },
    })
    account.remove(first)
    account.remove(second)
    expect(await search('uncertain')).toMatchObject({
      result: { kind: 'absent' },
      copy: { state: 'uncertain' },
    })
    const third = create(undefined)
    expect(await search('uncertain')).toMatchObject({ copy: { state: 'done', targetId: third } })
  })

  it('is uncertain if the conversation with its stamp has fewer or other entries', async () => {
    for (const change of [
      (entries: readonly string[]) => entries.slice(0, 1),
      (entries: readonly string[]) => entries.toReversed(),
    ]) {
      const { create, stamp, inputs, search } = await lostRequest()
      create(stamp, change(inputs))
      expect(await search()).toMatchObject({ result: { kind: 'uncertain' }, copy: { state: 'uncertain' } })
    }
  })

  it('is uncertain if the response named the copy of another conversation', async () => {
    const { create, archive, request, addCopy, search } = await lostRequest()
    const targetId = create(undefined)
    archive.replayCopies.set(addCopy('conv_1', 'v1.other').id, 'done', timestamp(), { targetId })
    archive.replayRequests.started(request, targetId)
    expect(await search()).toMatchObject({
      result: {
        kind: 'uncertain',
        reason: expect.stringContaining('the copy of another conversation') as string,
      },
    })
  })
})

describe('The settling time', () => {
  const faults = [
    { operation: 'startStream', account: 'other', nth: 1, then: { kind: 'reset', when: 'after' } },
  ] as const

  it('passes between a lost response and the search for what it did', async () => {
    const { target, writable, plan } = await plannedWorld({ faults })
    const clock = new SkippingClock()
    const result = await runReplay(target, writable, plan, { clock })
    expect(result).toMatchObject({ outcome: 'done', found: 1 })
    expect(clock.sleeps).toEqual([30_000])
  })

  it('passes anew after a crash, before anything else', async () => {
    const { target, archive, plan, create, stamp } = await lostRequest()
    create(stamp)
    const [known] = archive.replayTargets.all()
    if (known === undefined) throw new Error('the target is not stored')
    archive.replayTargets.remember(known, (salt) => target.hashKey(salt), timestamp())
    const clock = new SkippingClock()
    const result = await runReplay(target, archive, plan, { clock, settleSeconds: 12 })
    expect(result).toMatchObject({ outcome: 'done', done: 1, found: 1 })
    expect(clock.sleeps).toEqual([12_000])
  })
})
