import { describe, expect, it } from 'vitest'

import { TargetClock } from '../../../src/replay/run/target-clock.ts'
import { proxy, type Exchange } from '../../support/proxy.ts'
import { replayWorld } from '../../support/replay-world.ts'
import { SkippingClock } from '../../support/skipping-clock.ts'
import { someTalks, talksOf } from '../../support/talks.ts'

const HOUR = 3_600_000

const at = (ahead: number) => new Date(Date.now() + ahead)

/** The time of the fake clock as a date, so far ahead. */
const dateAt = ({ time }: SkippingClock, ahead: number) => new Date(Date.UTC(2026, 0) + time + ahead)

/** A clock that has observed these Date headers, so far ahead of the time, and a copy created so far ahead. */
function clockOf(observed: readonly number[], createdAhead?: number) {
  const ours = new SkippingClock()
  ours.time = 10_000
  const clock = new TargetClock(ours)
  for (const ahead of observed) clock.observe(dateAt(ours, ahead))
  if (createdAhead !== undefined) clock.measure(dateAt(ours, createdAhead).toISOString(), ours.time - 500)
  return { ours, clock }
}

describe("A target's clock", () => {
  it('is used once a copy was created at the time of the Date header', () => {
    for (const ahead of [0, -5 * HOUR, 5 * HOUR]) {
      const { ours, clock } = clockOf([ahead, ahead - 900], ahead)
      expect(clock.isMeasured).toBe(true)
      expect(clock.now).toEqual(dateAt(ours, ahead - 900))
      ours.time += 7_000
      expect(clock.now).toEqual(dateAt(ours, ahead - 900))
    }
  })

  it('accepts a minute between the header and the creation time, and no more', () => {
    expect(clockOf([0], 60_000).clock.now).toBeDefined()
    expect(clockOf([0], 60_001).clock.now).toBeUndefined()
    expect(clockOf([0], -60_500).clock.now).toBeDefined()
    expect(clockOf([0], -60_501).clock.now).toBeUndefined()
  })

  it('is not used before that, nor if the two differ, nor if the headers differ', () => {
    expect(clockOf([0]).clock.now).toBeUndefined()
    expect(clockOf([]).clock.now).toBeUndefined()
    expect(clockOf([], 0).clock.now).toBeUndefined()
    for (const off of [-HOUR, HOUR]) expect(clockOf([0], off).clock.now).toBeUndefined()
    expect(clockOf([0, HOUR], 0).clock.now).toBeUndefined()
    const { ours, clock: drifting } = clockOf([0], 0)
    drifting.observe(dateAt(ours, -2 * HOUR))
    expect(drifting.now).toBeUndefined()
    const { ours: time, clock } = clockOf([0])
    for (const created of [undefined, null, 7, 'yesterday']) {
      clock.measure(created, time.now())
      expect(clock.now).toBeUndefined()
    }
  })
})

/** Date headers, set by a proxy before the target. */
const headers: readonly (readonly [string, (nth: number) => Date | undefined])[] = [
  ['3 h ahead', () => at(3 * HOUR)],
  ['3 h behind', () => at(-3 * HOUR)],
  ['of two machines, of which one is 2 h ahead', (nth) => at(nth % 2 === 0 ? 0 : 2 * HOUR)],
  ['right, and 2 h ahead after some answers', (nth) => at(nth < 9 ? 0 : 2 * HOUR)],
  ['left out', () => undefined],
]

describe('A lost response of a target whose Date header is', () => {
  const effects = [
    { kind: 'reset', when: 'after' },
    { kind: 'cut-stream', events: 0 },
  ] as const

  it.each(headers)('%s is found, and sent again only where it was not done', async (_, dateOf) => {
    await Promise.all(
      effects.map(async (effect) => {
        const world = await replayWorld({
          behaviour: { metadataFilter: 'finds-nothing' },
          stories: [talksOf(someTalks(5))],
          faults: [
            { operation: 'startStream', account: 'other', nth: 1, then: effect },
            { operation: 'startStream', account: 'other', nth: 3, then: effect },
            { operation: 'startStream', account: 'other', nth: 4, then: { kind: 'reset', when: 'before' } },
          ],
        })
        for (let i = 0; i < 3; i++) {
          const entries = ['{"type":"message.input","role":"user","content":"Old."}']
          world.sandbox.account('other').create({ entries, createdAt: new Date(Date.now() - 48 * HOUR) })
        }
        let answers = 0
        const { url } = await proxy(world.sandbox.url, ({ headers: given }: Exchange) => {
          const date = dateOf(answers++)
          if (date === undefined) delete given.date
          else given.date = date.toUTCString()
        })
        const args = ['--to-base-url', url, '--settle', '0.3', '--json', '--concurrency', '1']
        const { stdout, exitCode } = await world.replay('run', '--yes', ...args)
        expect({ ...(JSON.parse(stdout) as object), exitCode }).toMatchObject({
          exitCode: 0,
          done: 5,
          found: 2,
        })
        expect(world.sandbox.account('other').ids).toHaveLength(5 + 3)
      }),
    )
  })
})
