import { expect, it } from 'vitest'

import { seededRandom } from '../../src/sandbox/random.ts'
import { archiveOfStories, combinationRound, emptyCombinationTally } from '../torture/combinations.ts'
import { combinationAt, combinations } from '../torture/positions.ts'
import { seedOfRound, seedOfTests } from '../torture/seed.ts'

const ROUNDS = 4

it("Every story is certified or blocked in the plan, for every setting of the target's switches", async () => {
  const seed = seedOfTests()
  const tally = emptyCombinationTally()
  console.log(`combining, HANSARD_TORTURE_SEED=${seed}`)
  const places = combinations(seededRandom(seed))
  const stories = await archiveOfStories()
  for (let round = 0; round < ROUNDS; round++) {
    const combination = combinationAt(places.next().value)
    await combinationRound(seedOfRound(seed, 4, round), combination, stories.path, tally)
  }
  stories.remove()
  const { conversations, identical, equivalent, blocked, uncertain } = tally
  expect(identical + equivalent + blocked + uncertain).toBe(conversations)
  expect(identical).toBeGreaterThan(0)
  expect(uncertain).toBeLessThan(conversations / 5)
}, 120_000)
