import { parseArgs } from 'node:util'

import { faultOfAll, faultOfOne, transientFault } from './fault-alone.ts'
import { faultTable } from './fault-table.ts'
import { emptyKillTally, killRound } from './kill.ts'
import { mixture, type MixtureTally } from './mixture.ts'
import { archiveToReplay, emptyReplayTally, replayRound } from './replay.ts'
import { seedOfRound } from './seed.ts'

// The long form of the tests that kill and break: npm run torture -- --kills 200 --mixtures 300 --replays 200 --seed 1

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    mixtures: { type: 'string', default: '300' },
    replays: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const seed = Number(values.seed)
const failures: string[] = []

/** Does the rounds, a few at a time, and goes on after one that failed. */
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

console.log(`torture, --seed ${seed}`)
const kills = emptyKillTally()
await each('kills', rounds(values.kills, 1), 2, (one) => killRound(one, kills))
console.log(
  `  ${Object.entries(kills)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}`,
)

const fair = faultTable.filter(({ lasting }) => lasting !== 'unseen')
await each('faults that pass', faultTable, 4, (fault) => transientFault(fault, seed))
await each('faults of one conversation', faultTable, 4, (fault) => faultOfOne(fault, seed))
await each('faults of all', fair, 4, (fault) => faultOfAll(fault, seed))

const exits: MixtureTally = new Map()
await each('mixtures', rounds(values.mixtures, 2), 3, (one) => mixture(one, exits))
const byExit = [...exits].sort(([a], [b]) => a - b).map(([exit, count]) => `exit ${exit}: ${count}`)
console.log(`  runs under faults: ${byExit.join(', ')}`)

const replays = emptyReplayTally()
const source = await archiveToReplay()
await each('replays', rounds(values.replays, 3), 3, (one) => replayRound(one, source.path, replays))
source.remove()
console.log(
  `  ${Object.entries(replays)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}`,
)

console.log(failures.length === 0 ? 'All rounds ended well.' : `${failures.length} rounds FAILED.`)
process.exitCode = failures.length === 0 ? 0 : 1
