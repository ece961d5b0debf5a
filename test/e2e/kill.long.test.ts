import { expect, it } from 'vitest'

import { emptyKillTally, killRound } from '../torture/kill.ts'
import { seedOfRound, seedOfTests } from '../torture/seed.ts'

const ROUNDS = 5

it('A backup killed at any time leaves a sound archive, and the next run completes it', async () => {
  const seed = seedOfTests()
  const tally = emptyKillTally()
  console.log(`killing, HANSARD_TORTURE_SEED=${seed}`)
  for (let round = 0; round < ROUNDS; round++) await killRound(seedOfRound(seed, 1, round), tally)
  const kills = Object.values(tally).reduce((sum, count) => sum + count)
  expect(kills).toBeGreaterThanOrEqual(ROUNDS)
}, 120_000)
