import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../../src/api/client.ts'
import { compact } from '../../../src/model/json/json-text.ts'
import type { ReplayOptions } from '../../../src/replay/plan/plan.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { entryForm, formText } from '../../../src/replay/verify/entry-form.ts'
import { expectedEntries } from '../../../src/replay/verify/expected-entries.ts'
import { treeOf } from '../../../src/replay/verify/json-tree.ts'
import { replayOnce } from '../../support/copies.ts'
import { anyEntry } from '../../support/entry-arbitrary.ts'
import { history, row } from '../../support/history-arbitrary.ts'
import { plainOptions, plainTarget, strictest } from '../../support/replay.ts'
import { visit } from '../../support/sandbox.ts'

/** Runs per property; each is sent to a server and fetched back. `CERTIFIED=1000` tries more. */
const RUNS = Number(process.env['CERTIFIED'] ?? 80)

const hostile = fc.array(
  anyEntry.map((entry) => JSON.stringify(entry)),
  { minLength: 1, maxLength: 6 },
)

const anyHistory = fc.oneof({ weight: 3, arbitrary: history }, { weight: 1, arbitrary: hostile })

const ways = fc.record({
  tail: fc.constantFrom('auto', 'answer', 'nudge', 'prefix'),
  rebuild: fc.constantFrom('keep', 'quiet'),
  models: fc.constantFrom({}, { 'magistral-medium-latest': 'mistral-small-latest' }),
}) satisfies fc.Arbitrary<Partial<ReplayOptions>>

const maps = { libraries: { l1: 'L1' }, connectors: { c1: 'C1' }, connectorAuth: { c1: 'TOKEN' } }

it('Any archived history that is replayed as planned is identical, or equivalent with its declared losses', async () => {
  const client = await clientOfSandbox()
  let compared = 0
  await fc.assert(
    fc.asyncProperty(row, anyHistory, ways, async (text, entries, some) => {
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
    { numRuns: RUNS },
  )
  expect(compared).toBeGreaterThan(RUNS / 8)
})

it('Any archived history that is asked again turn by turn is identical, or equivalent with its declared losses', async () => {
  const client = await clientOfSandbox()
  let compared = 0
  await fc.assert(
    fc.asyncProperty(anyHistory, async (entries) => {
      const options: ReplayOptions = { ...plainOptions, mode: 'turns' }
      const source = { id: 'conv_1', row: ROW, entries: entries.map(compact), agent: undefined }
      const made = await replayOnce(client, source, options, plainTarget)
      if (made === undefined) return
      const { differences, hashes, answers } = compareCopy(made.replayed, made.copy)
      expect(differences).toEqual([])
      expect(hashes.target).toBe(hashes.expected)
      expect(answers.length).toBeGreaterThan(0)
      compared++
    }),
    { numRuns: RUNS },
  )
  expect(compared).toBeGreaterThan(RUNS / 8)
})

const ROW = '{"id":"conv_1","model":"magistral-medium-latest"}'

const breakages = fc.constantFrom(
  'drop',
  'repeat',
  'swap',
  'letter',
  'role',
  'id',
) satisfies fc.Arbitrary<Breakage>
type Breakage = 'drop' | 'repeat' | 'swap' | 'letter' | 'role' | 'id'

it('A random change in the copy is found, at its entry', async () => {
  const client = await clientOfSandbox()
  let broken = 0
  await fc.assert(
    fc.asyncProperty(anyHistory, ways, fc.nat(), breakages, async (entries, some, at, how) => {
      const source = { id: 'conv_1', row: ROW, entries: entries.map(compact), agent: undefined }
      const made = await replayOnce(client, source, { ...plainOptions, ...some }, plainTarget)
      if (made === undefined) return
      const { replayed, copy } = made
      const { entries: expected } = expectedEntries(replayed)
      const texts = breakOne(copy.entries, at % expected.length, expected.length, how)
      const forms = texts.map((text) => formText(entryForm(treeOf(text))))
      const first = forms.findIndex((form, i) => form !== formText(expected[i]?.form ?? new Map()))
      const entry = expected[first]?.position ?? entries.length
      if (forms.join() === copy.entries.map((text) => formText(entryForm(treeOf(text)))).join()) return
      const { verdict, differences } = compareCopy(replayed, { ...copy, entries: texts })
      expect({ how, verdict, position: differences[0]?.position }).toEqual({
        how,
        verdict: 'different',
        position: entry,
      })
      broken++
    }),
    { numRuns: RUNS },
  )
  expect(broken).toBeGreaterThan(RUNS / 8)
})

/** Changes one of the entries that were sent. */
function breakOne(texts: readonly string[], at: number, sent: number, how: Breakage): string[] {
  const broken = [...texts]
  const text = broken[at] ?? ''
  const put = (...others: string[]): string[] => broken.toSpliced(at, 1, ...others)
  if (how === 'drop') return put()
  if (how === 'repeat') return put(text, text)
  if (how === 'swap') return at + 1 < sent ? broken.toSpliced(at, 2, broken[at + 1] ?? '', text) : broken
  const entry = JSON.parse(text) as Record<string, unknown>
  if (how === 'role')
    return put(JSON.stringify({ ...entry, role: entry['role'] === 'user' ? 'assistant' : 'user' }))
  if (how === 'id') return put(JSON.stringify({ ...entry, tool_call_id: 'zzzzzzzzz' }))
  const said = ['content', 'result', 'name'].find((key) => typeof entry[key] === 'string')
  return said === undefined ? broken : put(JSON.stringify({ ...entry, [said]: `${String(entry[said])}.` }))
}

async function clientOfSandbox(): Promise<ConversationsClient> {
  const { sandbox } = await visit({ behaviour: strictest }, 'other')
  const client = new ConversationsClient({ apiKey: 'other', baseUrl: sandbox.url })
  onTestFinished(() => client.close())
  return client
}
