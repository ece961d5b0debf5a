import { describe, expect, it } from 'vitest'

import { faultOfAll, faultOfOne, transientFault } from '../torture/fault-alone.ts'
import { faultTable, type NamedFault } from '../torture/fault-table.ts'
import { mixture, type MixtureTally } from '../torture/mixture.ts'
import { seedOfRound, seedOfTests } from '../torture/seed.ts'

const seed = seedOfTests()
const named = (faults: readonly NamedFault[]) => faults.map((fault) => [fault.name, fault] as const)

describe(`A backup (HANSARD_TORTURE_SEED=${seed})`, { timeout: 60_000 }, () => {
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

  it.each(Array.from({ length: 15 }, (_, round) => seedOfRound(seed, 2, round)))(
    'under a mixture of faults (%i), while the account changes, never calls complete what is not',
    async (round) => {
      const exits: MixtureTally = new Map()
      await mixture(round, exits)
      expect(exits.size).toBeGreaterThan(0)
    },
  )
})
