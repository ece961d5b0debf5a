import { expect, it } from 'vitest'

import { emptyReplayTally } from '../torture/judge-replay.ts'
import { archiveToReplay, replayRound } from '../torture/replay.ts'
import { seedOfRound, seedOfTests } from '../torture/seed.ts'

const ROUNDS = 3

it('A replay copies each conversation exactly once although it is killed and responses are lost', async () => {
  const seed = seedOfTests()
  const tally = emptyReplayTally()
  console.log(`replaying, HANSARD_TORTURE_SEED=${seed}`)
  const source = await archiveToReplay()
  for (let round = 0; round < ROUNDS; round++)
    await replayRound(seedOfRound(seed, 3, round), source.path, tally)
  source.remove()
  expect(tally.once + tally.uncertain).toBe(tally.conversations)
  expect(tally.uncertain).toBeLessThanOrEqual(1)
}, 180_000)
