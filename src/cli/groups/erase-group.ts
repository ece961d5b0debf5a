import { FORGETTING } from '../help/reading-help.ts'
import type { CommandGroup } from './command-group.ts'

/** Declares the commands that delete conversations: in the archive, and upstream. */
export const eraseGroup: CommandGroup = (program, _io, action) => {
  program.commandsGroup('Delete conversations:')
  program
    .command('forget')
    .description('Take conversations out of the archive for good')
    .argument('[id...]', 'ids of the conversations, or their first characters')
    .option('--yes', 'do not ask')
    .option('--with-copies', 'even if copies remain in other accounts, together with the records of them')
    .addHelpText('after', FORGETTING)
    .action(action(async () => (await import('../commands/forget.ts')).forgetCommand, ['ids']))
}
