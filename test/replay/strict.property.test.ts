import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { elements, member } from '../../src/model/json/json-text.ts'
import type { ReplayOptions } from '../../src/replay/plan/plan.ts'
import { render } from '../../src/replay/plan/render.ts'
import { compareCopy } from '../../src/replay/verify/certify.ts'
import { profiles } from '../../src/sandbox/behaviour.ts'
import { replayedOf, replayOnce } from '../support/copies.ts'
import { comparable, declaredInputs } from '../support/declared.ts'
import { hostileConversation } from '../support/hostile-conversation.ts'
import { plainOptions, plainTarget } from '../support/replay.ts'
import { visit } from '../support/sandbox.ts'
import { sendToStrictTarget } from '../support/strict-target.ts'

/** Conversations tried in process; `HANSARD_HOSTILE=10000` tries more. */
const RUNS = Number(process.env['HANSARD_HOSTILE'] ?? 400)

const ways = fc.record({
  mode: fc.constantFrom('history', 'history', 'turns'),
  tail: fc.constantFrom('auto', 'answer', 'nudge', 'prefix'),
  rebuild: fc.constantFrom('keep', 'quiet'),
  models: fc.constantFrom({}, { 'magistral-medium-latest': 'mistral-small-latest' }),
}) satisfies fc.Arbitrary<Partial<ReplayOptions>>

it(`${RUNS} hostile conversations that are ready are accepted by the strict profile and certified`, () => {
  const count = { identical: 0, equivalent: 0 }
  const blocked: Record<string, number> = {}
  fc.assert(
    fc.property(hostileConversation, ways, (source, way) => {
      const { planned, requests } = render(source, { ...plainOptions, ...way }, plainTarget)
      if (planned.state === 'blocked') {
        const kind = planned.blocks[0]?.kind ?? ''
        expect(['unanswered-call', 'nothing-to-send']).toContain(kind)
        blocked[kind] = (blocked[kind] ?? 0) + 1
        return
      }
      const copy = sendToStrictTarget(requests)
      if ('refused' in copy) throw new Error(copy.refused)
      const { verdict, differences, hashes } = compareCopy(replayedOf(source, planned, way), copy)
      expect(differences).toEqual([])
      if (verdict !== 'different') count[verdict]++
      expect(hashes.target).toBe(hashes.expected)
      expect(verdict).toBe(planned.losses.length > 0 ? 'equivalent' : 'identical')
      if (way.mode === 'turns') return
      const sent = elements(member(requests[0]?.body ?? '{}', 'inputs')?.value ?? '[]')
      expect(sent.map(comparable)).toEqual(declaredInputs(source.entries, planned.losses))
    }),
    { numRuns: RUNS },
  )
  console.log(`of ${RUNS} hostile conversations: ${JSON.stringify({ ...count, blocked })}`)
  expect(count.identical + count.equivalent).toBeGreaterThan(RUNS * 0.8)
}, 600_000)

it('Hostile conversations are replayed into a sandbox with the strict profile and certified', async () => {
  const { sandbox } = await visit({ behaviour: profiles.strict }, 'other')
  const client = new ConversationsClient({ apiKey: 'other', baseUrl: sandbox.url })
  onTestFinished(() => client.close())
  let compared = 0
  await fc.assert(
    fc.asyncProperty(hostileConversation, ways, async (source, way) => {
      // In `turns` mode a target may call a function that only a run can answer, so no tool may be called.
      const options = {
        ...plainOptions,
        ...way,
        rebuild: way.mode === 'turns' ? 'quiet' : way.rebuild,
      } as const
      const made = await replayOnce(client, source, options, plainTarget)
      if (made === undefined) return
      expect(compareCopy(made.replayed, made.copy).differences).toEqual([])
      compared++
    }),
    { numRuns: 100 },
  )
  expect(compared).toBeGreaterThan(70)
})
