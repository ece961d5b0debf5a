import { itOnTerminal } from '../support/pseudo-terminal.ts'
import { recordCommand } from '../support/recorded-screens.ts'
import { recordedWorld } from '../support/recorded-world.ts'

/*
 * What a person sees, recorded in screens/NAME.txt at three widths. To record another command, add a line here, and run
 * this test once.
 */
const commands: readonly [name: string, ...args: string[]][] = [
  ['help', '--help'],
  ['help-backup', 'backup', '--help'],
]

itOnTerminal(
  'Commands look as recorded',
  async () => {
    const { folder, morning } = await recordedWorld()
    for (const [name, ...args] of commands) await recordCommand(name, args, { env: morning, cwd: folder })
  },
  300_000,
)
