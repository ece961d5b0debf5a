import { Argument, Option } from 'commander'

import { ALL_ACCOUNTS, COVERAGE, RUNS } from '../help/reading-help.ts'
import { accountOptions, AllProfiles, paceOptions } from '../options/account-options.ts'
import { changesOptions } from '../options/changes-options.ts'
import { age } from '../options/date-options.ts'
import { bytes, duration, fileName, integer, timeOfDay } from '../options/option-values.ts'
import { selection } from '../options/selection-options.ts'
import type { CommandGroup } from './command-group.ts'

/** Declares the commands that fill an archive and watch over it. */
export const backupGroup: CommandGroup = (program, io, action) => {
  program.commandsGroup('Back up an account:')
  paceOptions(accountOptions(program.command('backup'), io.env))
    .description('Back up the account into the archive')
    .option(
      '--page-size <n>',
      'rows per listing request (default: as many as the API grants)',
      integer(20, 1000),
    )
    .addOption(new AllProfiles('back up the accounts of all profiles in the configuration'))
    .option('--full', 'fetch every conversation again, and expired files')
    .addOption(
      new Option('--messages <which>', 'messages to compare with the history (default: all)').choices([
        'all',
        'sample',
        'none',
      ]),
    )
    .option('--id <id...>', 'back up only these conversations, without listing the account')
    .option('--no-files', 'do not fetch referenced files')
    .option('--max-file-size <size>', 'skip larger files: 500000, 20kb, 10mb, 1gb (default: no limit)', bytes)
    .option('--dry-run', 'list and count only; store nothing')
    .option(
      '--wait [seconds]',
      'wait if another run holds the archive (default: fail at once)',
      integer(0, 1e6),
    )
    .option('--adopt-account', "accept this account as the archive's owner, even if it is empty")
    .option('--accept-gone', 'mark missing conversations as gone, even over 20 % of the archive')
    .optionsGroup('To be told:')
    .option('--ping <url>', 'report start, success and failure to this URL, or HANSARD_PING')
    .option('--metrics <file>', 'write metrics for the node exporter of Prometheus', fileName)
    .option('--log <file>', 'append events to this file as JSON lines; it is rotated at 10 MB', fileName)
    .option('--max-duration <time>', 'stop in good order after 90min, 6h; exit with 3', duration)
    .optionsGroup('')
    .addHelpText('after', ALL_ACCOUNTS)
    .action(action(async () => (await import('../commands/backup.ts')).backupCommand))

  program
    .command('status')
    .description('Show how old the last complete backup is, and what needs attention')
    .addOption(new AllProfiles('one line for each profile in the configuration'))
    .option(
      '--max-age <age>',
      'exit with 3 if the last complete backup is older: 12h, 3d, 2 weeks',
      age(io.now),
    )
    .addHelpText('after', COVERAGE)
    .action(action(async () => (await import('../commands/status.ts')).statusCommand))

  changesOptions(program.command('changes'), io)
    .description('Show which conversations the last run changed')
    .action(action(async () => (await import('../commands/changes.ts')).changesCommand))

  program
    .command('runs')
    .description('Show how the last runs ended, newest first, or everything about one')
    .argument('[n]', 'id of a run', integer(1))
    .option('--limit <n>', 'maximum number of runs', integer(1), 20)
    .addHelpText('after', RUNS)
    .action(action(async () => (await import('../commands/runs.ts')).runsCommand, ['id']))

  program
    .command('ack')
    .description('Acknowledge lasting failures and alerts, so that runs no longer report them')
    .argument('[id]', 'id of the conversation, agent or file, or its first characters')
    .option('--reason <code>', 'all with this reason, as `hansard status` prints it')
    .option('--all', 'every open failure and alert')
    .action(action(async () => (await import('../commands/ack.ts')).ackCommand, ['id']))

  accountOptions(program.command('doctor'), io.env)
    .description('Examine this machine, the archive, the service and the key')
    .option('--probe', 'learn how the service behaves, from a conversation that is made for it')
    .option('--probe-model <name>', 'model of that conversation', 'mistral-small-latest')
    .option('--yes', 'with --probe: do not ask')
    .action(action(async () => (await import('../commands/doctor.ts')).doctorCommand))

  program
    .command('snapshot')
    .description('Copy the archive as it is now, while a backup may run, and check the copy')
    .argument('<file>', 'the copy', fileName)
    .option('--force', 'replace an existing file')
    .action(action(async () => (await import('../commands/snapshot.ts')).snapshotCommand, ['file']))

  const system = new Argument('<system>', 'systemd, cron or launchd').choices(['systemd', 'cron', 'launchd'])
  program
    .command('schedule')
    .description('Run a backup every night')
    .command('print')
    .description('Print what runs a backup every night')
    .addArgument(system)
    .argument('[options...]', 'options for the backup, after --: `-- --ping URL`')
    .option('--at <time>', 'time of day (local)', timeOfDay, '03:15')
    .option('--api-key-file <file>', 'of a single account: the file with its key', fileName)
    .addHelpText('after', SCHEDULING)
    .action(
      action(
        async () => (await import('../commands/schedule-print.ts')).schedulePrintCommand,
        ['system', 'more'],
      ),
    )

  selection(paceOptions(accountOptions(program.command('verify'), io.env)), io)
    .description('Check the archive, or compare it with the account (--remote)')
    .option('--repair', 'rebuild derived data from sound data, and remove stored secrets')
    .option('--remote', 'compare with the account: everything, or the selected conversations')
    .option('--sample <n>', 'with --remote: compare a random sample of this size', integer(1, 1e6))
    .option(
      '--seed <n>',
      'with --sample: draw the sample of this seed again (default: random)',
      integer(0, 4_294_967_295),
    )
    .action(action(async () => (await import('../commands/verify.ts')).verifyCommand))
}

const SCHEDULING = `
  hansard schedule print systemd | sh
  (crontab -l; hansard schedule print cron -- --ping URL) | crontab -

It backs up all profiles of the configuration, with --profile one of them, with
--archive and --api-key-file an account without a profile.`
