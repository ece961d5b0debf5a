import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { startHansard } from '../support/hansard-process.ts'
import { world, type World } from '../support/world.ts'

/** An account whose histories are slow enough for a signal to arrive during the backup. */
function slowWorld(): Promise<World> {
  const fault = { operation: 'getHistory', then: { kind: 'latency', ms: 200 } } as const
  return world({
    stories: [generateConversations({ count: 60, entries: 2, bytesPerEntry: 100, seed: 1 })],
    faults: [fault],
  })
}

async function untilAsked({ sandbox }: World, operation: string, times: number): Promise<void> {
  while (sandbox.requests.filter((request) => request.operation === operation).length < times) await delay(10)
}

/** How the runs ended. */
async function outcomes({ run }: World): Promise<string[]> {
  const status = JSON.parse((await run('status', '--json')).stdout) as { runs: { outcome: string }[] }
  return status.runs.map(({ outcome }) => outcome)
}

describe('A backup', () => {
  it.each([
    ['SIGHUP', 'SIGHUP'],
    ['SIGTERM', 'SIGHUP'],
    ['SIGHUP', 'SIGTERM'],
  ] as const)('that gets %s, and %s at once, records how it ended', async (first, second) => {
    const there = await slowWorld()
    const { child, ended } = startHansard(['backup'], there.env)
    await untilAsked(there, 'getHistory', 8)
    child.kill(first)
    child.kill(second)
    expect(await ended).toMatchObject({ exit: 130, stdout: expect.stringContaining('Interrupted') as string })
    expect(await outcomes(there)).toEqual(['interrupted'])
  })

  it('continues when its terminal closes, and reports the outcome in its exit code', async () => {
    const there = await slowWorld()
    const [id = ''] = there.sandbox.account('source').ids
    there.sandbox.faults.add({
      operation: 'getHistory',
      id,
      then: { kind: 'answer', status: 422, body: '{}' },
    })
    const { child, ended } = startHansard(['backup', '--verbose'], there.env)
    child.stdout?.destroy()
    child.stderr?.destroy()
    expect((await ended).exit).toBe(3)
    expect(await outcomes(there)).toEqual(['partial'])
  }, 30_000)
})

it('hansard list succeeds when its reader closes the pipe early', async () => {
  const there = await world({
    stories: [generateConversations({ count: 300, entries: 2, bytesPerEntry: 100, seed: 1 })],
  })
  await there.run('backup')
  const { child, ended } = startHansard(['list', '--json'], there.env)
  child.stdout?.once('data', () => child.stdout?.destroy())
  expect(await ended).toMatchObject({ exit: 0, stderr: '' })
})

it('hansard verify still reports damage in its exit code when its reader closes the pipe early', async () => {
  const there = await world()
  writeFileSync(there.archive, '')
  const { child, ended } = startHansard(['verify'], there.env)
  child.stdout?.destroy()
  expect((await ended).exit).toBe(8)
})
