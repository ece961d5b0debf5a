import { describe, expect, it } from 'vitest'

import { faultOfAll, faultOfOne, transientFault } from '../torture/fault-alone.ts'
import { faultTable, type NamedFault } from '../torture/fault-table.ts'
import { mixture, type MixtureTally } from '../torture/mixture.ts'
import { seedOfRound, seedOfTests } from '../torture/seed.ts'

const seed = seedOfTests()
const named = (faults: readonly NamedFault[]) => faults.map((fault) => [fault.name, fault] as const)

describe.concurrent(`A backup (HANSARD_TORTURE_SEED=${seed})`, { timeout: 60_000 }, () => {
  it.each(named(faultTable))('is complete in spite of %s that passes', (_, fault) =>
    transientFault(fault, seed),
  )

  it.each(named(faultTable.filter(({ listOnly }) => listOnly !== true)))(
    'brings home the others when one conversation has %s',
    (_, fault) => faultOfOne(fault, seed),
  )

  it.each(named(faultTable.filter(({ lasting }) => lasting !== 'unseen')))(
    'ends in time and says so when there is always %s',
    (_, fault) => faultOfAll(fault, seed),
  )
})

it('Mixtures of faults, while the account changes, never make a run call complete what is not', async () => {
  const tally: MixtureTally = new Map()
  console.log(`mixing faults, HANSARD_TORTURE_SEED=${seed}`)
  for (let round = 0; round < 15; round++) await mixture(seedOfRound(seed, 2, round), tally)
  expect([...tally.values()].reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(15)
}, 120_000)
