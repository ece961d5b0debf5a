import { FORGETTING, PRUNING } from '../help/reading-help.ts'
import { accountOptions, paceOptions } from '../options/account-options.ts'
import { age } from '../options/date-options.ts'
import { liveSelection } from '../options/selection-options.ts'
import type { CommandGroup } from './command-group.ts'

/** Declares the commands that delete conversations: in the archive, and upstream. */
export const eraseGroup: CommandGroup = (program, io, action) => {
  program.commandsGroup('Delete conversations:')
  program
    .command('forget')
    .description('Take conversations out of the archive for good')
    .argument('[id...]', 'ids of the conversations, or their first characters')
    .option('--yes', 'do not ask')
    .option('--with-copies', 'even if copies remain in other accounts, together with the records of them')
    .addHelpText('after', FORGETTING)
    .action(action(async () => (await import('../commands/forget.ts')).forgetCommand, ['ids']))

  liveSelection(paceOptions(accountOptions(program.command('prune'), io.env)), io)
    .description('Delete conversations in the account that are archived')
    .option('--older-than <age>', 'only if not changed for this long: 90d, 26 weeks', age(io.now))
    .option('--yes', 'delete; without this option, only list')
    .addHelpText('after', PRUNING)
    .action(action(async () => (await import('../commands/prune.ts')).pruneCommand))
}
