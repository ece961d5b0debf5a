import { Command, CommanderError, Option } from 'commander'

import { HansardError } from '../errors.ts'
import type { Format, FormatOption } from '../export/format.ts'
import { formats, unknownFormat } from '../export/formats.ts'
import { version } from '../version.ts'
import type { ExportCommandOptions } from './commands/export.ts'
import type { ExitCode } from './exit-codes.ts'
import type { GlobalOptions, Io } from './io.ts'
import { changesOptions } from './options/changes-options.ts'
import { bytes, fileName, integer } from './options/option-values.ts'
import { planOptions, runOptions, target } from './options/replay-options.ts'
import { selection } from './options/selection-options.ts'
import { statsOptions } from './options/stats-options.ts'

/** A command: an async function of its options and its surroundings. */
type Run<Options> = (options: Options, io: Io) => Promise<ExitCode>

/** The width of the help where stdout is not a terminal. */
const HELP_WIDTH = 100

/** Declares the command line. The code of a command is loaded when the command runs, which keeps --help fast. */
export function buildProgram(io: Io, onExit: (code: ExitCode) => void): Command {
  const program = new Command('hansard')
    .description('Back up, read, export and replay the conversations of a Mistral account')
    .version(version, '--version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({
      sortSubcommands: false,
      showGlobalOptions: true,
      minWidthToWrap: 20,
      optionDescription: describeOption,
      subcommandTerm: (command) =>
        `${command.name()} ${command.usage()}`.replaceAll(/ \[(options|command)\]/g, ''),
    })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => undefined, // reportError prints the error
      getOutHelpWidth: () => io.stdout.columns ?? HELP_WIDTH,
    })
    .exitOverride()
    .option(
      '--archive <file>',
      'archive file, or HANSARD_ARCHIVE',
      fileName,
      io.env['HANSARD_ARCHIVE'] || 'hansard.db',
    )
    .option('--json', 'write JSON to stdout')
    .option('--quiet', 'print only problems')
    .option('--verbose', 'print details, and each request to stderr')
    .option('--no-pager', 'do not show long output in a pager (PAGER, or else less)')
    .addHelpText('after', EXIT_CODES)

  /** Merges a command's options with the global ones and runs the function that `load` returns. */
  const action =
    <Options>(load: () => Promise<Run<Options>>, nameArguments: readonly string[] = []) =>
    async (...all: unknown[]): Promise<void> => {
      const command = all.at(-1) as Command
      const given = Object.fromEntries(nameArguments.map((name, i) => [name, all[i]]))
      const run = await load()
      onExit(await run({ ...command.optsWithGlobals<GlobalOptions>(), ...given } as Options, io))
    }

  program.commandsGroup('Back up an account:')
  account(program.command('backup'), io.env)
    .description('Back up the account into the archive')
    .option('--concurrency <n>', 'conversations fetched in parallel', integer(1, 64), 8)
    .option('--page-size <n>', 'rows per listing request; halved if refused', integer(20, 1000), 100)
    .option('--full', 'fetch every conversation again, and expired files')
    .option('--no-messages', 'fetch only the history of a conversation, not its messages')
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
    .action(action(async () => (await import('./commands/backup.ts')).backupCommand))

  program
    .command('status')
    .description('Show what the archive holds, the last runs and unresolved problems')
    .action(action(async () => (await import('./commands/status.ts')).statusCommand))

  changesOptions(program.command('changes'), io)
    .description('Show which conversations the last run changed')
    .action(action(async () => (await import('./commands/changes.ts')).changesCommand))

  program
    .command('runs')
    .description('Show how the last runs ended, newest first, or everything about one')
    .argument('[n]', 'id of a run', integer(1))
    .option('--limit <n>', 'maximum number of runs', integer(1), 20)
    .action(action(async () => (await import('./commands/runs.ts')).runsCommand, ['id']))

  program
    .command('ack')
    .description('Acknowledge a lasting failure or an alert, so that runs no longer report it')
    .argument('<id>', 'id of the conversation, agent or file, or its first characters')
    .action(action(async () => (await import('./commands/ack.ts')).ackCommand, ['id']))

  selection(account(program.command('verify'), io.env), io)
    .description('Check the archive, or compare it with the account (--remote)')
    .option('--repair', 'rebuild derived data from sound data, and remove stored secrets')
    .option('--remote', 'compare with the account: everything, or the selected conversations')
    .option('--sample <n>', 'with --remote: compare a random sample of this size', integer(1, 1e6))
    .option(
      '--seed <n>',
      'with --sample: draw the sample of this seed again (default: random)',
      integer(0, 4_294_967_295),
    )
    .option('--concurrency <n>', 'with --remote: conversations read in parallel', integer(1, 64), 8)
    .action(action(async () => (await import('./commands/verify.ts')).verifyCommand))

  program.commandsGroup('Read and export the archive:')
  selection(
    program.command('list'),
    io,
    'maximum number, newest first (default: a screenful; in a pipe: all)',
  )
    .description('List conversations, last changed first')
    .action(action(async () => (await import('./commands/list.ts')).listCommand))

  program
    .command('show')
    .description('Show one conversation as a transcript')
    .argument('<id>', 'id of the conversation, or its first characters')
    .action(action(async () => (await import('./commands/show.ts')).showCommand, ['id']))

  selection(program.command('search'), io, 'maximum number, best first (default: 20; with --json: all)')
    .description('Find the conversations that contain all these words, best match first')
    .argument('<text...>', 'words, \'"exact phrase"\', prefix*, -excluded')
    .addHelpText('after', SEARCHING)
    .action(action(async () => (await import('./commands/search.ts')).searchCommand, ['text']))

  statsOptions(program.command('stats'), io)
    .description('Count conversations, entries and tokens by month, model, agent and tool')
    .action(action(async () => (await import('./commands/stats.ts')).statsCommand))

  const exports = program.command('export').description('Export conversations to files')
  for (const [name, format] of Object.entries(formats)) {
    selection(exportOptions(exports.command(name), format), io).action(
      action(async () => {
        const { exportCommand } = await import('./commands/export.ts')
        return (options: object, io) =>
          exportCommand({ ...options, format: name } as ExportCommandOptions, io)
      }),
    )
  }

  program.commandsGroup('Copy to another account:')
  const replay = program
    .command('replay')
    .description('Copy conversations to another account: plan, run, verify')
  planOptions(replay.command('plan'), io)
    .description('Show what a replay would send, lose and cost; sends nothing')
    .action(action(async () => (await import('./commands/replay-plan.ts')).replayPlanCommand))
  runOptions(replay.command('run'), io)
    .description('Send conversations to another account, each exactly once')
    .action(action(async () => (await import('./commands/replay-run.ts')).replayRunCommand, ['plan']))
  target(replay.command('verify'), io.env)
    .description('Compare each copy with the archive, and certify the result')
    .option('--id <id...>', 'only the copies of these conversations')
    .option('--label <text>', 'only copies with this label')
    .option('--out <file>', 'write the certificates to a file, one per line', fileName)
    .option('--concurrency <n>', 'copies read in parallel', integer(1, 64), 8)
    .action(action(async () => (await import('./commands/replay-verify.ts')).replayVerifyCommand))
  replay
    .command('status')
    .description('Show what was copied where, what is pending or uncertain, and its cost')
    .action(action(async () => (await import('./commands/replay-status.ts')).replayStatusCommand))
  target(replay.command('undo'), io.env)
    .description('List the unchanged copies in the target, and with --yes delete them')
    .option('--id <id...>', 'only the copies of these conversations')
    .option('--label <text>', 'only copies with this label')
    .option('--yes', 'delete; without this option, only list')
    .action(action(async () => (await import('./commands/replay-undo.ts')).replayUndoCommand))

  program.commandsGroup('Develop and try out:')
  program
    .command('sandbox')
    .description('Run the API locally, with a filled source account and an empty target')
    .option('--port <n>', 'port to listen on (default: any free port)', integer(1, 65_535))
    .option('--from <archive>', 'serve the conversations of this archive', fileName)
    .option('--stories <folder>', 'serve the stories in this folder (default: the built-in ones)', fileName)
    .option('--conversations <n>', 'add this many generated conversations (default: 0)', integer(1, 1e6))
    .option('--behaviour <name=value...>', 'set a behavior switch (NAME=VALUE) or a profile (strict)')
    .option('--fault <json...>', 'inject a fault (JSON)')
    .option('--rps <n>', 'limit the requests per second (default: no limit)', integer(1, 1e6))
    .option(
      '--latency <ms>',
      'delay each response by this many milliseconds (default: 0)',
      integer(0, 3_600_000),
    )
    .action(action(async () => (await import('./commands/sandbox.ts')).sandboxCommand))

  account(program.command('api'), io.env)
    .description('Call one operation of the API: JSON in, JSON out')
    .argument('<operation>', 'name of the operation, such as getHistory')
    .argument('[id]', 'id of the conversation, agent or file')
    .option('--data <json>', 'request body: JSON, @file, or - for stdin')
    .option('--query <name=value...>', 'add query parameters')
    .option('--stream', 'stream the response, one event per line')
    .option('--show-secrets', 'do not redact secrets in the response')
    .action(action(async () => (await import('./commands/api.ts')).apiCommand, ['operation', 'id']))

  program
    .command('demo')
    .description('Run the tour against a local server, without a key')
    .option('--folder <path>', 'folder for the files of the demo', fileName, 'hansard-demo')
    .action(action(async () => (await import('./commands/demo.ts')).demoCommand))

  return program
}

/** Adds the options of every export, and those of the format. */
function exportOptions(command: Command, { summary, options, notes, shape }: Format<never>): Command {
  const kind = shape({} as never)
  const place = kind === 'file' ? 'file to write, or - for stdout' : 'folder to write'
  command
    .description(summary)
    .requiredOption('--output <path>', place, fileName)
    .option('--force', 'replace an earlier export (never anything else)')
  for (const option of options) command.addOption(optionOf(option))
  return notes === undefined ? command : command.addHelpText('after', `\n${notes}`)
}

function optionOf({ flags, about, choices, default: value, parse }: FormatOption): Option {
  const option = new Option(flags, about)
  if (choices !== undefined) option.choices(choices)
  if (value !== undefined) option.default(value)
  if (parse !== undefined) option.argParser(parse)
  return option
}

/** Returns the help of an option with its choices and default, shorter than commander's own. */
function describeOption({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? [] : [argChoices.join('|')]
  const isShown = defaultValue !== undefined && typeof defaultValue !== 'boolean'
  const facts = [...choices, ...(isShown ? [`default: ${String(defaultValue)}`] : [])]
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`
}

/** Returns whether the command line only asked for help or the version, which commander has printed. */
export function isHelpRequest(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.exitCode === 0
}

/** Converts commander's error about a wrong command line to a HansardError with a hint. */
export function toUsageError(thrown: unknown, names: readonly string[]): HansardError | undefined {
  if (!(thrown instanceof CommanderError)) return undefined
  const help = `See \`${['hansard', ...names, '--help'].join(' ')}\`.`
  if (thrown.code === 'commander.help') return new HansardError('usage', 'No command given', { hint: help })
  if (names[0] === 'export' && thrown.code === 'commander.unknownCommand')
    return unknownFormat(/'(.*)'/.exec(thrown.message)?.[1] ?? '')
  const [said = '', suggestion] = thrown.message.replace(/^error: /, '').split('\n')
  const [message = '', ...rest] = said.replace(/\.$/, '').split('. ')
  const advice = rest.length > 0 ? `${rest.join('. ')}.` : suggestion?.replace(/^\((.*)\)$/, '$1')
  return new HansardError('usage', message.charAt(0).toUpperCase() + message.slice(1), {
    hint: advice ?? help,
    cause: thrown,
  })
}

function account(command: Command, env: Io['env']): Command {
  return command
    .option('--api-key-file <file>', 'read the API key from this file, not from MISTRAL_API_KEY', fileName)
    .option(
      '--base-url <url>',
      'API URL, or MISTRAL_BASE_URL',
      env['MISTRAL_BASE_URL'] || 'https://api.mistral.ai',
    )
}

const SEARCHING = `
A conversation matches if it contains all the words, in one entry or in several.
The name, description, instructions and metadata are searched too. Case and
accents are ignored. In scripts without spaces between words, and in Korean, any
sequence of characters is found. Quote the query for your shell:
  hansard search 'why rivers "oxbow lake" meand* -delta'`

const EXIT_CODES = `
Exit codes:
  0    done
  1    failed
  2    wrong command line or environment
  3    partial: some items failed, or completeness is not verified
  4    verification found differences
  5    the API refused the key
  6    another run holds the archive
  7    a budget ran out
  8    the archive is damaged, or written by a newer hansard
  130  interrupted`
