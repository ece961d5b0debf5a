import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { seededRandom } from '../../src/sandbox/random.ts'
import { look } from '../support/archives.ts'
import { foundInFile } from '../support/bytes-in-file.ts'
import { startHansard } from '../support/hansard-process.ts'
import { query } from '../support/query.ts'
import { verified } from '../support/verify.ts'
import { world, type World } from '../support/world.ts'
import { seedOfTests } from '../torture/seed.ts'

/** Each is a process that is killed at a random moment. */
const KILLS = Number(process.env['HANSARD_KILLS'] ?? 20)

async function backedUp(count: number): Promise<World> {
  const stories = [generateConversations({ count, entries: 4, bytesPerEntry: 1500, seed: 3 })]
  const there = await world({ stories })
  await there.backup()
  return there
}

/** Kills a process after some time; returns whether it was still running. */
async function killAfter(
  milliseconds: number,
  args: readonly string[],
  env: Record<string, string>,
): Promise<boolean> {
  const running = startHansard(args, env)
  await Promise.race([sleep(milliseconds), running.ended])
  running.child.kill('SIGKILL')
  return (await running.ended).exit === 'SIGKILL'
}

/**
 * How long a process takes that is not killed, in milliseconds: the shortest of three. Of one that ran while the machine was
 * busy, most of the others would have ended before their kill.
 */
async function timeOf(
  args: readonly string[],
  env: Record<string, string>,
  prepare: () => void = () => undefined,
): Promise<number> {
  let shortest = Infinity
  for (let n = 0; n < 3; n++) {
    prepare()
    const began = performance.now()
    expect(await startHansard(args, env).ended).toMatchObject({ exit: 0 })
    shortest = Math.min(shortest, performance.now() - began)
  }
  return shortest
}

/** What reading all conversations returns. */
const contents = (path: string) =>
  look(path, (archive) =>
    Object.fromEntries(
      [...archive.conversations.readAll({ includeGone: true })].map(({ id, row, entries }) => [
        id,
        [row, ...entries()],
      ]),
    ),
  )

it(`forget, killed at ${KILLS} moments, deletes all or nothing, and the next one ends it`, async () => {
  const random = seededRandom(seedOfTests())
  const there = await backedUp(400)
  const before = contents(there.archive)
  const [id = ''] = Object.keys(before).slice(7)
  const says = before[id]?.slice(1).map((entry) => (JSON.parse(entry) as { id: string }).id) ?? []
  const tally = { killed: 0, deleted: 0, unfinished: 0 }
  const copy = join(there.folder, 'copy.db')
  const env = { ...there.env, HANSARD_ARCHIVE: copy }
  const whole = await timeOf(['forget', id, '--yes'], env, () => copyFileSync(there.archive, copy))
  for (let n = 0; n < KILLS; n++) {
    copyFileSync(there.archive, copy)
    if (await killAfter(whole * (0.2 + random.below(80) / 100), ['forget', id, '--yes'], env)) tally.killed++
    const { [id]: left, ...others } = contents(copy)
    const { [id]: was, ...kept } = before
    expect(others).toEqual(kept)
    expect([undefined, was]).toContainEqual(left)
    const findings = verified(copy).findings.filter(({ check }) => check !== 'forgotten')
    expect(findings).toEqual([])
    if (left === undefined) tally.deleted++
    const isUnfinished = query(copy, 'select 1 from forgotten where overwritten_at is null').length > 0
    if (isUnfinished) tally.unfinished++
    expect(await startHansard(['forget', id, '--yes'], env).ended).toMatchObject({ exit: 0 })
    expect(foundInFile(copy, [id, ...says])).toEqual([])
    expect(verified(copy).findings).toEqual([])
    expect(contents(copy)).toEqual(kept)
  }
  console.log(`forget: ${JSON.stringify(tally)}`)
  expect(tally.killed).toBeGreaterThan(KILLS / 3)
}, 600_000)

it(`prune, killed at ${KILLS} moments, deletes nothing without an intent, and the next one knows`, async () => {
  const random = seededRandom(seedOfTests())
  const tally = { killed: 0, open: 0, deleted: 0 }
  for (let done = 0; done < KILLS;) {
    const there = await backedUp(60)
    const account = there.sandbox.account('source')
    const all = account.ids
    const before = contents(there.archive)
    there.sandbox.faults.add({ operation: 'delete', then: { kind: 'finish-anyway', ms: 15 } })
    const prune = ['prune', '--older-than', '1d']
    const planned = await timeOf(prune, there.env)
    for (; done < KILLS && account.ids.length > 0; done++) {
      const args = [...prune, '--yes', '--concurrency', '4']
      if (await killAfter(planned * (0.7 + random.below(150) / 100), args, there.env)) tally.killed++
      await sleep(30) // the service ends what it has begun
      const gone = all.filter((id) => !account.ids.includes(id))
      const intents = query(there.archive, 'select conversation, outcome from deletion')
      const intended = new Set(intents.map(({ conversation }) => conversation))
      expect(gone.filter((id) => !intended.has(id))).toEqual([])
      tally.open += intents.filter(({ outcome }) => outcome === null).length
      expect(verified(there.archive).findings).toEqual([])
    }
    expect(await startHansard([...prune, '--yes'], there.env).ended).toMatchObject({ exit: 0 })
    tally.deleted += all.length - account.ids.length
    expect(account.ids).toEqual([])
    expect(query(there.archive, 'select 1 from deletion where outcome is null')).toEqual([])
    expect(query(there.archive, 'select 1 from conversation where gone_at is null')).toEqual([])
    expect(contents(there.archive)).toEqual(before)
    await there.sandbox.close()
  }
  console.log(`prune: ${JSON.stringify(tally)}`)
  expect(tally.killed).toBeGreaterThan(KILLS / 3)
  expect(tally.open).toBeGreaterThan(0)
}, 600_000)
