import { parseArgs } from 'node:util'

import { seededRandom } from '../../src/sandbox/random.ts'
import { archiveOfStories, combinationRound, emptyCombinationTally } from './combinations.ts'
import { faultOfAll, faultOfOne, transientFault } from './fault-alone.ts'
import { faultTable } from './fault-table.ts'
import { emptyReplayTally } from './judge-replay.ts'
import { emptyKillTally, killRound } from './kill.ts'
import { mixture, type MixtureTally } from './mixture.ts'
import { combinationAt, combinations, Meetings } from './positions.ts'
import { archiveToReplay, replayRound } from './replay.ts'
import { seedOfRound } from './seed.ts'

// The long form of the tests that kill processes and inject faults. With the defaults:
// npm run torture -- --kills 200 --faults 1 --mixtures 300 --replays 200 --combinations 1000 --seed 1. 0 skips a part.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    faults: { type: 'string', default: '1' },
    mixtures: { type: 'string', default: '300' },
    replays: { type: 'string', default: '200' },
    combinations: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
})
const seed = Number(values.seed)
const failures: string[] = []

/** Runs the rounds, `width` at a time, and continues after a failure. */
async function each<T>(
  title: string,
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const began = performance.now()
  const failedBefore = failures.length
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) {
      await work(item).catch((thrown: unknown) => {
        failures.push(String(thrown))
        console.log(`FAILED ${String(thrown)}`)
      })
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(`${title}: ${items.length} rounds, ${failures.length - failedBefore} failed, ${seconds} s`)
}

const rounds = (count: string, kind: number) =>
  Array.from({ length: Number(count) }, (_, round) => seedOfRound(seed, kind, round))

/** Formats counts such as `{ lostResponses: 3 }` as `lost responses: 3`. */
function countsOf(counts: object): string {
  return Object.entries(counts)
    .map(
      ([name, count]) =>
        `${name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}: ${count}`,
    )
    .join(', ')
}

console.log(`torture, --seed ${seed}`)
const kills = emptyKillTally()
await each('kills', rounds(values.kills, 1), 2, (one) => killRound(one, kills))
console.log(`  ${countsOf(kills)}`)

const faults = values.faults === '0' ? [] : faultTable
const fair = faults.filter(({ lasting }) => lasting !== 'unseen')
await each('passing faults', faults, 4, (fault) => transientFault(fault, seed))
await each('faults of one conversation', faults, 4, (fault) => faultOfOne(fault, seed))
await each('lasting faults', fair, 4, (fault) => faultOfAll(fault, seed))

const exits: MixtureTally = new Map()
await each('mixtures', rounds(values.mixtures, 2), 3, (one) => mixture(one, exits))
const byExit = [...exits].sort(([a], [b]) => a - b).map(([exit, count]) => `exit ${exit}: ${count}`)
console.log(`  runs under faults: ${byExit.join(', ')}`)

const replays = emptyReplayTally()
const source = await archiveToReplay()
await each('replays', rounds(values.replays, 3), 3, (one) => replayRound(one, source.path, replays))
source.remove()
console.log(`  ${countsOf(replays)}`)

const combined = emptyCombinationTally()
const places = combinations(seededRandom(seed))
const meetings = [2, 3, 4].map((dials) => ({ dials, met: new Meetings(dials) }))
const tried = rounds(values.combinations, 4).map((one) => ({ one, at: places.next().value }))
const stories = await archiveOfStories()
await each('combinations', tried, 3, async ({ one, at }) => {
  await combinationRound(one, combinationAt(at), stories.path, combined)
  for (const { met } of meetings) met.add(at)
})
stories.remove()
const { reasons, ...counts } = combined
console.log(`  ${countsOf(counts)}`)
for (const [reason, count] of [...reasons].sort(([, a], [, b]) => b - a))
  console.log(`    ${count} ${reason}`)
for (const { dials, met } of meetings) {
  console.log(`  covered combinations of ${dials} switches: ${met.met} of ${met.total}`)
}

console.log(failures.length === 0 ? 'All rounds passed.' : `${failures.length} rounds FAILED.`)
process.exitCode = failures.length === 0 ? 0 : 1
