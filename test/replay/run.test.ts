import { describe, expect, it } from 'vitest'

import { STAMP_KEY } from '../../src/replay/stamp.ts'
import { replayWorld } from '../support/replay-world.ts'

describe('replay run', () => {
  it('sends every conversation of the plan once, and a second run sends nothing', async () => {
    const { replay, sandbox } = await replayWorld()
    const how = [
      '--fallback-model',
      'mistral-small-latest',
      '--drop-tools',
      '--price',
      '0.4,2',
      '--yes',
      '--json',
    ]
    const first = await replay('run', ...how, '--settle', '0')
    console.log(first)
    const result = JSON.parse(first.stdout) as Record<string, number>
    const ids = sandbox.account('other').ids
    expect(ids.length).toBe(result['done'])
    const again = await replay('run', ...how)
    console.log(again)
    expect(sandbox.account('other').ids).toEqual(ids)
    const rows = ids.map((id) => JSON.parse(sandbox.account('other').row(id) ?? '{}'))
    expect(new Set(rows.map((row) => row.metadata[STAMP_KEY])).size).toBe(ids.length)
    console.log((await replay('status')).stdout)
    console.log((await replay('undo')).stdout)
    console.log((await replay('undo', '--yes')).stdout)
    expect(sandbox.account('other').ids).toEqual([])
    console.log(await replay('run', ...how))
  })
})
