import fc from 'fast-check'
import { expect, it } from 'vitest'

import { canonicalJson } from '../../src/model/json/canonical-json.ts'
import { elements, member, members } from '../../src/model/json/json-text.ts'
import { fillSecrets } from '../../src/replay/plan/fill-secrets.ts'
import type { ReplayOptions } from '../../src/replay/plan/plan.ts'
import { render } from '../../src/replay/plan/render.ts'
import { STAMP_KEY } from '../../src/model/read-stamp.ts'
import { comparable, declaredInputs } from '../support/declared.ts'
import { history, row } from '../support/history-arbitrary.ts'
import { plainOptions, plainTarget, strictest } from '../support/replay.ts'
import { visit } from '../support/sandbox.ts'

const ways = fc.record({
  tail: fc.constantFrom('auto', 'answer', 'nudge', 'prefix'),
  rebuild: fc.constantFrom('keep', 'quiet'),
  models: fc.constantFrom({}, { 'magistral-medium-latest': 'mistral-small-latest' }),
}) satisfies fc.Arbitrary<Partial<ReplayOptions>>

function optionsOf(some: Partial<ReplayOptions>): ReplayOptions {
  const maps = { libraries: { l1: 'L1' }, connectors: { c1: 'C1' }, connectorAuth: { c1: 'TOKEN' } }
  return { ...plainOptions, ...maps, dropTools: true, ...some }
}

it('Any archived history is rendered with every loss declared', () => {
  fc.assert(
    fc.property(history, ways, (entries, some) => {
      const source = { id: 'conv_1', row: ROW, entries, agent: undefined }
      const { planned, requests } = render(source, optionsOf(some), plainTarget)
      fc.pre(planned.state !== 'blocked')
      const sent = elements(member(requests[0]?.body ?? '{}', 'inputs')?.value ?? '[]')
      expect(sent.map(comparable)).toEqual(declaredInputs(entries, planned.losses))
    }),
    { numRuns: 300 },
  )
})

const ROW = '{"id":"conv_1","model":"magistral-medium-latest"}'

it('Any row is rendered with every loss declared', () => {
  fc.assert(
    fc.property(row, ways, (text, some) => {
      const source = {
        id: 'conv_1',
        row: text,
        entries: ['{"role":"user","content":"Hi"}'],
        agent: undefined,
      }
      const { planned, requests } = render(source, optionsOf(some), plainTarget)
      expect(planned.blocks).toEqual([])
      const body = requests[0]?.body ?? ''
      for (const { key, value } of lastOfEach(text)) {
        if (['id', 'model', 'tools'].includes(key) || ['null', '[]'].includes(value)) continue
        const paths = planned.losses.map(({ path }) => path)
        if (key === 'completion_args' || key === 'metadata') {
          for (const inner of lastOfEach(value)) {
            const there = member(member(body, key)?.value ?? '{}', inner.key)?.value
            const isLost =
              paths.includes(key) || paths.some((path) => path.startsWith(key) && path.includes(inner.key))
            if (!isLost && inner.value !== 'null') expect(there).toBe(inner.value)
          }
        } else if (!paths.some((path) => path.includes(key))) {
          expect({ key, value: canonicalJson(member(body, key)?.value ?? 'null') }).toEqual({
            key,
            value: canonicalJson(value),
          })
        }
      }
      expect(member(member(body, 'metadata')?.value ?? '{}', STAMP_KEY)?.value).toBe(
        JSON.stringify(planned.stamp),
      )
    }),
    { numRuns: 300 },
  )
})

it('The strictest profile accepts everything that is not blocked, in both modes', async () => {
  const { send } = await visit({ behaviour: strictest })
  const everyWay = fc.tuple(ways, fc.constantFrom('history', 'turns'))
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(row, history, everyWay, async (text, entries, [some, mode]) => {
      const options = optionsOf({ ...some, mode })
      const { planned, requests } = render(
        { id: 'conv_1', row: text, entries, agent: undefined },
        options,
        plainTarget,
      )
      if (planned.state === 'blocked') {
        expect(['unanswered-call', 'nothing-to-send']).toContain(planned.blocks[0]?.kind)
        return
      }
      // In `turns` mode a copy may end in a call that only a run can answer, so only the start is tried.
      const body = fillSecrets(requests[0]?.body ?? '', () => 'secret')
      expect(body).not.toContain('redacted by hansard')
      const answer = await send('POST', '/v1/conversations', body)
      expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text + body }).toEqual({
        status: 200,
        text: '',
      })
      accepted++
    }),
    { numRuns: 300 },
  )
  expect(accepted).toBeGreaterThan(80)
})

it('The same archived texts always give the same requests', () => {
  fc.assert(
    fc.property(history, (entries) => {
      const source = { id: 'conv_1', row: ROW, entries, agent: undefined }
      expect(render(source, plainOptions, plainTarget)).toEqual(render(source, plainOptions, plainTarget))
    }),
    { numRuns: 50 },
  )
})

function lastOfEach(text: string): { key: string; value: string }[] {
  return [...new Map(members(text).map(({ key, value }) => [key, value]))].map(([key, value]) => ({
    key,
    value,
  }))
}
