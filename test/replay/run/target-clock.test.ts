import { describe, expect, it } from 'vitest'

import { systemClock } from '../../../src/api/clock.ts'
import { TargetClock } from '../../../src/replay/run/target-clock.ts'
import { proxy, type Exchange } from '../../support/proxy.ts'
import { replayWorld } from '../../support/replay-world.ts'
import { someTalks, talksOf } from '../../support/talks.ts'

const HOUR = 3_600_000

const at = (ahead: number) => new Date(Date.now() + ahead)

/** A clock that has heard these Date headers, so far ahead of the time, and compared a copy created so far ahead. */
function clockOf(heard: readonly number[], createdAhead?: number): TargetClock {
  const clock = new TargetClock(systemClock)
  for (const ahead of heard) clock.observe(at(ahead))
  if (createdAhead !== undefined) clock.measure(at(createdAhead).toISOString(), performance.now() - 500)
  return clock
}

describe('The clock of a target', () => {
  it('is told once a copy was created at the time of the Date header', () => {
    for (const ahead of [0, -5 * HOUR, 5 * HOUR]) {
      const { now, isMeasured } = clockOf([ahead, ahead - 900], ahead)
      expect(isMeasured).toBe(true)
      expect(Math.abs((now?.getTime() ?? 0) - at(ahead - 900).getTime())).toBeLessThan(200)
    }
  })

  it('is not told before that, nor where the two differ, nor where the headers differ', () => {
    expect(clockOf([0]).now).toBeUndefined()
    expect(clockOf([]).now).toBeUndefined()
    expect(clockOf([], 0).now).toBeUndefined()
    for (const off of [-HOUR, HOUR]) expect(clockOf([0], off).now).toBeUndefined()
    expect(clockOf([0, HOUR], 0).now).toBeUndefined()
    const drifting = clockOf([0], 0)
    drifting.observe(at(-2 * HOUR))
    expect(drifting.now).toBeUndefined()
    const clock = clockOf([0])
    for (const created of [undefined, null, 7, 'yesterday']) {
      clock.measure(created, performance.now())
      expect(clock.now).toBeUndefined()
    }
  })
})

/** Date headers, as a proxy before the target gives them. */
const headers: readonly (readonly [string, (nth: number) => Date | undefined])[] = [
  ['3 h ahead', () => at(3 * HOUR)],
  ['3 h behind', () => at(-3 * HOUR)],
  ['of two machines, of which one is 2 h ahead', (nth) => at(nth % 2 === 0 ? 0 : 2 * HOUR)],
  ['right, and 2 h ahead after some answers', (nth) => at(nth < 9 ? 0 : 2 * HOUR)],
  ['left out', () => undefined],
]

describe('A lost answer of a target whose Date header is', () => {
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
