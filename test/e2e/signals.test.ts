import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { startHansard } from '../support/hansard-process.ts'
import { world, type World } from '../support/world.ts'

const env = ({ sandbox, archive }: World) => ({
  MISTRAL_API_KEY: 'source',
  MISTRAL_BASE_URL: sandbox.url,
  HANSARD_ARCHIVE: archive,
})

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

describe('A backup', () => {
  it.each([
    ['SIGHUP', 'SIGHUP'],
    ['SIGTERM', 'SIGHUP'],
    ['SIGHUP', 'SIGTERM'],
  ] as const)('that gets %s, and %s at once, records how it ended', async (first, second) => {
    const there = await slowWorld()
    const { child, ended } = startHansard(['backup'], env(there))
    await untilAsked(there, 'getHistory', 8)
    child.kill(first)
    child.kill(second)
    expect(await ended).toMatchObject({ exit: 130, stdout: expect.stringContaining('Interrupted') as string })
    const { runs } = JSON.parse((await there.run('status', '--json')).stdout) as {
      runs: { outcome: string }[]
    }
    expect(runs.map(({ outcome }) => outcome)).toEqual(['interrupted'])
  })

  it('continues when its terminal closes, and reports the outcome in its exit code', async () => {
    const there = await slowWorld()
    const [id = ''] = there.sandbox.account('source').ids
    there.sandbox.faults.add({
      operation: 'getHistory',
      id,
      then: { kind: 'answer', status: 422, body: '{}' },
    })
    const { child, ended } = startHansard(['backup', '--verbose'], env(there))
    child.stdout?.destroy()
    child.stderr?.destroy()
    expect((await ended).exit).toBe(3)
    const { runs } = JSON.parse((await there.run('status', '--json')).stdout) as {
      runs: { outcome: string }[]
    }
    expect(runs.map(({ outcome }) => outcome)).toEqual(['partial'])
  }, 30_000)
})

it('hansard list succeeds when its reader closes the pipe early', async () => {
  const there = await world({
    stories: [generateConversations({ count: 300, entries: 2, bytesPerEntry: 100, seed: 1 })],
  })
  await there.run('backup')
  const { child, ended } = startHansard(['list', '--json'], env(there))
  child.stdout?.once('data', () => child.stdout?.destroy())
  expect(await ended).toMatchObject({ exit: 0, stderr: '' })
})

it('hansard verify still reports damage in its exit code when its reader closes the pipe early', async () => {
  const there = await world()
  writeFileSync(there.archive, '')
  const { child, ended } = startHansard(['verify'], env(there))
  child.stdout?.destroy()
  expect((await ended).exit).toBe(8)
})
