import { fileName, integer } from '../options/option-values.ts'
import { planOptions, runOptions, target } from '../options/replay-options.ts'
import type { CommandGroup } from './command-group.ts'

/** Declares the commands that copy conversations to another account. */
export const replayGroup: CommandGroup = (program, io, action) => {
  program.commandsGroup('Copy to another account:')
  const replay = program
    .command('replay')
    .description('Copy conversations to another account: plan, run, verify')
  planOptions(replay.command('plan'), io)
    .description('Show what a replay would send, lose and cost; sends nothing')
    .action(action(async () => (await import('../commands/replay-plan.ts')).replayPlanCommand))
  runOptions(replay.command('run'), io)
    .description('Send conversations to another account, each exactly once')
    .action(action(async () => (await import('../commands/replay-run.ts')).replayRunCommand, ['plan']))
  target(replay.command('verify'), io.env)
    .description('Compare each copy with the archive, and certify the result')
    .option('--id <id...>', 'only the copies of these conversations')
    .option('--label <text>', 'only copies with this label')
    .option('--out <file>', 'write the certificates to a file, one per line', fileName)
    .option('--concurrency <n>', 'copies read in parallel', integer(1, 64), 8)
    .action(action(async () => (await import('../commands/replay-verify.ts')).replayVerifyCommand))
  replay
    .command('status')
    .description('Show what was copied where, what is pending or uncertain, and its cost')
    .action(action(async () => (await import('../commands/replay-status.ts')).replayStatusCommand))
  target(replay.command('undo'), io.env)
    .description('List the unchanged copies in the target, and with --yes delete them')
    .option('--id <id...>', 'only the copies of these conversations')
    .option('--label <text>', 'only copies with this label')
    .option('--yes', 'delete; without this option, only list')
    .action(action(async () => (await import('../commands/replay-undo.ts')).replayUndoCommand))
}
