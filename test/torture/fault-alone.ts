import type { OperationName } from '../../src/api/operations.ts'
import { seededRandom } from '../../src/sandbox/random.ts'
import type { NamedFault } from './fault-table.ts'
import { inFaultWorld, type Ended, type FaultWorld } from './fault-world.ts'
import { differences } from './truth.ts'

type Read = Extract<OperationName, 'list' | 'getHistory' | 'getMessages'>

/** A passing fault: the run must be complete all the same. (An allowance of zero ends it at once.) */
export async function transientFault(fault: NamedFault, seed: number): Promise<void> {
  for (const operation of operationsOf(fault)) {
    await alone(fault, seed, operation, async (world) => {
      world.sandbox.faults.add({ operation, times: fault.slow ? 1 : 2, then: fault.then })
      const ended = await world.run({ pageSize: 5, ...(fault.slow && { isHasty: true, attempts: 6 }) })
      mustEnd(ended, fault.lasting === 'fatal' ? 1 : 0)
      if (ended.exit === 0) mustEqual(world)
    })
  }
}

/** A fault of one conversation: the run must archive the others and report the one as failed. */
export async function faultOfOne(fault: NamedFault, seed: number): Promise<void> {
  for (const operation of operationsOf(fault)) {
    if (operation === 'list') continue
    await alone(fault, seed, operation, async (world) => {
      const id = world.account.ids[3] ?? ''
      world.sandbox.faults.add({ operation, id, then: fault.then })
      const ended = await world.run({ pageSize: 5, ...(fault.slow && { isHasty: true, attempts: 2 }) })
      mustEnd(ended, fault.lasting === 'fatal' ? 1 : fault.lasting === 'harmless' ? 0 : 3)
      const missing = differences(world.archive, world.account)
      // A conversation is stored even without its messages.
      const expected = operation === 'getMessages' ? '' : `${id} is missing`
      if (ended.exit === 3 && missing.join() !== expected) throw new Error(`missing: ${missing.join()}`)
      if (ended.exit === 3 && ended.result?.failed !== 1) throw new Error('expected 1 failed conversation')
    })
  }
}

/** A lasting fault of an operation: the run must end in limited time and report it. */
export async function faultOfAll(fault: NamedFault, seed: number): Promise<void> {
  for (const operation of operationsOf(fault)) {
    await alone(fault, seed, operation, async (world) => {
      world.sandbox.faults.add({ operation, then: fault.then })
      const ended = await world.run({ pageSize: 5, ...(fault.slow && { isHasty: true, attempts: 2 }) })
      mustEnd(ended, exitOfAll(fault, operation))
      if (ended.exit === 3 && fault.lasting !== 'unproven' && ended.result?.failed !== countFor(fault)) {
        throw new Error('expected every conversation to fail')
      }
    })
  }
}

function exitOfAll({ lasting }: NamedFault, operation: Read): number {
  if (lasting === 'harmless') return 0
  if (lasting === 'unproven') return 3
  return operation === 'list' || lasting === 'fatal' ? 1 : 3
}

function countFor({ slow }: NamedFault): number {
  return slow ? 4 : 12
}

function operationsOf({ listOnly, slow }: NamedFault): Read[] {
  if (listOnly) return ['list']
  return slow ? ['list', 'getHistory'] : ['list', 'getHistory', 'getMessages']
}

/** Applies one fault; afterwards a run without it must complete the archive. */
async function alone(
  fault: NamedFault,
  seed: number,
  operation: Read,
  work: (world: FaultWorld) => Promise<void>,
): Promise<void> {
  try {
    await inFaultWorld({ random: seededRandom(seed), count: countFor(fault) }, async (world) => {
      await work(world)
      world.sandbox.faults.clear()
      await world.mustComplete()
    })
  } catch (thrown) {
    throw new Error(`${fault.name} at ${operation}, seed ${seed}: ${String(thrown)}`, { cause: thrown })
  }
}

function mustEnd(ended: Ended, exit: number): void {
  if (ended.exit !== exit)
    throw new Error(`exit ${ended.exit}, not ${exit}: ${ended.error} ${JSON.stringify(ended.result)}`)
}

function mustEqual({ archive, account }: FaultWorld): void {
  const wrong = differences(archive, account)
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
}
