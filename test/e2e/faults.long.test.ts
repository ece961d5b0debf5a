import { afterEach, describe, expect, it, vi } from 'vitest'

import { seededRandom } from '../../src/sandbox/random.ts'
import { faultOfAll, faultOfOne, transientFault } from '../torture/fault-alone.ts'
import { faultTable, type NamedFault } from '../torture/fault-table.ts'
import { inFaultWorld } from '../torture/fault-world.ts'
import { mixture, type MixtureTally } from '../torture/mixture.ts'
import { seedOfRound, seedOfTests } from '../torture/seed.ts'

const seed = seedOfTests()
const named = (faults: readonly NamedFault[]) => faults.map((fault) => [fault.name, fault] as const)

describe(`A backup (HANSARD_TORTURE_SEED=${seed})`, { timeout: 60_000 }, () => {
  it.each(named(faultTable))('is complete despite %s that passes', (_, fault) => transientFault(fault, seed))

  it.each(named(faultTable.filter(({ listOnly }) => listOnly !== true)))(
    'archives the other conversations when one has %s',
    (_, fault) => faultOfOne(fault, seed),
  )

  it.each(named(faultTable.filter(({ lasting }) => lasting !== 'unseen')))(
    'ends in limited time and reports it when there is always %s',
    (_, fault) => faultOfAll(fault, seed),
  )

  it.each(Array.from({ length: 8 }, (_, round) => seedOfRound(seed, 2, round)))(
    'never calls an incomplete archive complete under a mixture of faults (%i)',
    async (round) => {
      const exits: MixtureTally = new Map()
      await mixture(round, exits)
      expect(exits.size).toBeGreaterThan(0)
    },
  )
})

describe('A backup that cannot reach the service', () => {
  afterEach(() => void vi.unstubAllEnvs())

  it.each([
    ['because its host name is unknown', () => 'http://hansard.invalid'],
    ['because nothing listens', () => 'http://127.0.0.1:9'],
    ['because it does not use TLS', (url: string) => url.replace('http:', 'https:')],
  ])('%s fails soon and says so, and the next one succeeds', async (_, urlOf) => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) vi.stubEnv(name, '')
    await inFaultWorld({ random: seededRandom(seed), count: 5 }, async ({ sandbox, run, mustComplete }) => {
      const { exit, error } = await run({ baseUrl: urlOf(sandbox.url) })
      expect([exit, error]).toEqual([1, expect.stringMatching(/^Cannot connect to .+ \(sent 4 times\)$/)])
      await mustComplete()
      expect(await run({ baseUrl: urlOf(sandbox.url) })).toMatchObject({ exit: 1 })
      await mustComplete()
    })
  })
})
