import { expect } from 'vitest'

import { itOnTerminal, startHansardOnTerminal } from '../support/pseudo-terminal.ts'
import { describeScreen, expectRecorded, recordCommand, recordedWidths } from '../support/recorded-screens.ts'
import { recordedWorld, type RecordedWorld } from '../support/recorded-world.ts'

/*
 * What a person sees, recorded in screens/NAME.txt at three widths. To record another command, add a line here, and run
 * this test once.
 */
const commands: readonly [name: string, ...args: string[]][] = [
  ['help', '--help'],
  ['help-backup', 'backup', '--help'],
  ['start'],
  ['status', 'status'],
  ['changes', 'changes'],
  ['runs', 'runs'],
  ['run', 'runs', '2'],
  ['list', 'list'],
  ['stats', 'stats'],
  ['replay-plan', 'replay', 'plan'],
]

itOnTerminal(
  'Commands look as recorded',
  async () => {
    const { folder, morning } = await recordedWorld()
    for (const [name, ...args] of commands) await recordCommand(name, args, { env: morning, cwd: folder })
  },
  300_000,
)

/** An archive without failures. */
async function quietWorld(): Promise<RecordedWorld> {
  const there = await recordedWorld()
  there.sandbox.faults.clear()
  await there.run('backup', '--archive', there.archive, '--full')
  return there
}

/** Starts a backup of everything, which stops at the 12th conversation: the API asks for a pause of 400 s. */
function pausedBackup(there: RecordedWorld, columns: number) {
  there.sandbox.faults.clear()
  const then = { kind: 'answer', status: 429, headers: { 'retry-after': '400' }, body: '{}' } as const
  there.sandbox.faults.add({ operation: 'getHistory', nth: 12, then })
  const args = ['backup', '--full', '--concurrency', '1']
  return startHansardOnTerminal(args, { columns, rows: 10, env: there.morning, cwd: there.folder })
}

itOnTerminal(
  'A backup in the middle looks as recorded, and when Ctrl-C has stopped it',
  async () => {
    const there = await quietWorld()
    const screens: string[] = []
    for (const columns of recordedWidths) {
      const backup = pausedBackup(there, columns)
      await backup.untilSeen(columns < 140 ? /waiting 7 min/ : /1 retry/)
      const lines = await backup.seen()
      screens.push(describeScreen('hansard backup, in the middle', columns, { lines, broken: 0 }))
      backup.type('\u0003')
      screens.push(describeScreen('hansard backup, after Ctrl-C', columns, await backup.ended))
    }
    await expectRecorded('progress', screens)
  },
  120_000,
)

itOnTerminal('A progress line leaves nothing behind when the terminal is resized', async () => {
  const there = await quietWorld()
  const backup = pausedBackup(there, 140)
  await backup.untilSeen(/waiting 7 min/)
  for (const columns of [100, 40, 25, 60, 30, 120]) {
    backup.resize(columns)
    await backup.untilSeen(new RegExp(`^11 of ~.{${columns > 50 ? 20 : 9}}`))
    await expect.poll(async () => (await backup.seen()).length, { timeout: 5_000 }).toBe(1)
  }
  backup.type('\u0003')
  const { lines, exit } = await backup.ended
  expect(lines.join('\n')).not.toContain('of ~')
  expect(exit).toBe(130)
})
