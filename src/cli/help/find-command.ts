import type { Command } from 'commander'

import { HansardError } from '../../errors.ts'

/**
 * Returns the command with this full name, such as `replay`, `plan`; for no name the program.
 *
 * @throws HansardError `usage` if there is none
 */
export function findCommand(program: Command, names: readonly string[]): Command {
  let command = program
  for (const name of names) {
    const { commands }: Command = command
    const found = commands.find((each) => each.name() === name)
    if (found === undefined) throw unknownCommand(name, command)
    command = found
  }
  return command
}

function unknownCommand(name: string, { commands, parent }: Command): HansardError {
  const known = commands.map((each) => each.name()).join(', ')
  const hint =
    parent === null || known === '' ? 'See `hansard help` for all commands.' : `Commands: ${known}.`
  return new HansardError('usage', `Unknown command '${name}'`, { hint })
}
