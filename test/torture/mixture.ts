import type { Fault } from '../../src/sandbox/faults/fault.ts'
import { seededRandom, type Random } from '../../src/sandbox/random.ts'
import { change } from './account.ts'
import { faultTable } from './fault-table.ts'
import { inFaultWorld, type FaultWorld } from './fault-world.ts'
import { archivedIds } from './truth.ts'

/** The number of runs by exit code. */
export type MixtureTally = Map<number, number>

/** Without faults that nobody can detect. */
const fair = faultTable.filter(({ lasting }) => lasting !== 'unseen')

/** A row is left out of one response only: nobody can detect one that is always left out. */
const dropping = fair.filter(({ then }) => then.kind === 'rows' && then.drop !== undefined)
const others = fair.filter((fault) => !dropping.includes(fault))

/** Longer than the delay of a stale listing: whatever is older existed throughout. */
const SETTLED_MS = 120_000

/**
 * Backs up a changing account under several faults at once, then once without faults. The last run must complete
 * the archive, and no earlier run may have called an incomplete archive complete.
 */
export async function mixture(seed: number, tally: MixtureTally): Promise<void> {
  const random = seededRandom(seed)
  const maxPageSize = 16 + random.below(30)
  const count = 10 + random.below(50)
  try {
    await inFaultWorld({ random, count, behaviour: { maxPageSize } }, async (world) => {
      if (random.below(3) === 0) world.sandbox.faults.add(...droppedRow(random))
      for (let runs = 1 + random.below(3); runs > 0; runs--) {
        world.clock.skip(SETTLED_MS)
        for (let faults = 2 + random.below(3); faults > 0; faults--)
          world.sandbox.faults.add(randomFault(random, world))
        await runWhileItChanges(world, random, tally)
        if (random.below(2) === 0) world.sandbox.faults.clear()
      }
      world.watch.onRequest = () => undefined
      world.sandbox.faults.clear()
      await world.mustComplete()
    })
  } catch (thrown) {
    throw new Error(`mixture of seed ${seed}: ${String(thrown)}`, { cause: thrown })
  }
}

async function runWhileItChanges(world: FaultWorld, random: Random, tally: MixtureTally): Promise<void> {
  const { account, archive } = world
  const throughout = new Set(account.ids)
  world.watch.onRequest = () => {
    if (account.ids.length < 120 && random.below(6) === 0)
      for (const id of change(account, random)) throughout.delete(id)
  }
  const { exit, result } = await world.run({ pageSize: 20, attempts: 3, isHasty: true, adoptAccount: true })
  tally.set(exit, (tally.get(exit) ?? 0) + 1)
  if (exit !== 0 || result?.complete !== true) return
  const archived = new Set(archivedIds(archive))
  const missed = [...throughout].filter((id) => !archived.has(id))
  if (missed.length > 0) throw new Error(`reported as complete, but missing: ${missed.join()}`)
}

function droppedRow(random: Random): Fault[] {
  return dropping.map(({ then }) => ({ operation: 'list', nth: 1 + random.below(8), times: 1, then }))
}

function randomFault(random: Random, { account }: FaultWorld): Fault {
  const { then, listOnly, slow } = others[random.below(others.length)] ?? {
    then: { kind: 'reset', when: 'before' },
  }
  const operation = (['list', 'getHistory', 'getMessages', 'get'] as const)[listOnly ? 0 : random.below(5)]
  const id = account.ids[random.below(account.ids.length)]
  const which = random.below(4)
  return {
    ...(operation !== undefined && { operation }),
    ...(which === 0 && id !== undefined && operation !== 'list' && { id }),
    ...(which === 1 && { nth: 1 + random.below(8) }),
    ...(which === 2 && { every: 2 + random.below(12) }),
    ...((slow === true || random.below(2) === 0) && { times: 1 + random.below(slow === true ? 3 : 10) }),
    then,
  }
}
