import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../../src/api/client.ts'
import { compact } from '../../../src/model/json-text.ts'
import type { ReplayOptions } from '../../../src/replay/plan.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { anyEntry } from '../../support/entry-arbitrary.ts'
import { history, row } from '../../support/history-arbitrary.ts'
import { replayOnce } from '../../support/copies.ts'
import { plainOptions, plainTarget, strictest } from '../../support/replay.ts'
import { visit } from '../../support/sandbox.ts'

const hostile = fc.array(
  anyEntry.map((entry) => JSON.stringify(entry)),
  { minLength: 1, maxLength: 6 },
)

const ways = fc.record({
  tail: fc.constantFrom('auto', 'answer', 'nudge', 'prefix'),
  rebuild: fc.constantFrom('keep', 'quiet'),
  models: fc.constantFrom({}, { 'magistral-medium-latest': 'mistral-small-latest' }),
}) satisfies fc.Arbitrary<Partial<ReplayOptions>>

const maps = { libraries: { l1: 'L1' }, connectors: { c1: 'C1' }, connectorAuth: { c1: 'TOKEN' } }

it('Any archived history that is replayed as it is planned is identical, or equivalent with what is declared', async () => {
  const client = await clientOfSandbox()
  let compared = 0
  await fc.assert(
    fc.asyncProperty(row, fc.oneof(history, hostile), ways, async (text, entries, some) => {
      const options = { ...plainOptions, ...maps, dropTools: true, ...some }
      const source = { id: 'conv_1', row: compact(text), entries: entries.map(compact), agent: undefined }
      const made = await replayOnce(client, source, options, plainTarget)
      if (made === undefined) return
      const { differences, hashes, verdict } = compareCopy(made.replayed, made.copy)
      expect(differences).toEqual([])
      expect(hashes.target).toBe(hashes.expected)
      if (verdict === 'identical') expect(hashes.target).toBe(hashes.source)
      compared++
    }),
    { numRuns: Number(process.env['RUNS'] ?? 400) },
  )
  expect(compared).toBeGreaterThan(100)
})

async function clientOfSandbox(): Promise<ConversationsClient> {
  const { sandbox } = await visit({ behaviour: strictest }, 'other')
  const client = new ConversationsClient({ apiKey: 'other', baseUrl: sandbox.url })
  onTestFinished(() => client.close())
  return client
}
