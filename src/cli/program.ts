import { Command, CommanderError } from 'commander'

import { HansardError } from '../errors.ts'
import { formats } from '../export/formats.ts'
import { version } from '../version.ts'
import type { ExportCommandOptions } from './commands/export.ts'
import type { ExitCode } from './exit-codes.ts'
import type { GlobalOptions, Io } from './io.ts'
import { exportOptions } from './options/export-options.ts'
import { bytes, fileName, whole } from './options/option-values.ts'
import { planOptions, runOptions, target } from './options/replay-options.ts'
import { selection } from './options/selection-options.ts'

/** A command: a plain async function of its options and the world. */
type Run<Options> = (options: Options, io: Io) => Promise<ExitCode>

/** Declares the command line. Each command's code is loaded when it runs, so that --help stays quick. */
export function buildProgram(io: Io, onExit: (code: ExitCode) => void): Command {
  const program = new Command('hansard')
    .description(
      'Back up, export and look into the conversations of an account at the Mistral Conversations API.',
    )
    .version(version, '--version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true, minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => undefined, // told once, by reportError
      getOutHelpWidth: () => io.stdout.columns ?? 80,
    })
    .exitOverride()
    .option(
      '--archive <file>',
      'the archive (or HANSARD_ARCHIVE)',
      fileName,
      io.env['HANSARD_ARCHIVE'] || 'hansard.db',
    )
    .option('--json', 'answer in JSON, on stdout')
    .option('--quiet', 'say only what went wrong')
    .option('--verbose', 'tell each request, on stderr')
    .addHelpText('after', EXIT_CODES)

  /** Merges a command's options with the global ones and runs what `load` brings. */
  const action =
    <Options>(load: () => Promise<Run<Options>>, nameArguments: readonly string[] = []) =>
    async (...all: unknown[]): Promise<void> => {
      const command = all.at(-1) as Command
      const given = Object.fromEntries(nameArguments.map((name, i) => [name, all[i]]))
      const run = await load()
      onExit(await run({ ...command.optsWithGlobals<GlobalOptions>(), ...given } as Options, io))
    }

  account(program.command('backup'), io.env)
    .description('back up the account into the archive')
    .option('--concurrency <n>', 'conversations fetched at the same time', whole(1, 64), 8)
    .option('--page-size <n>', 'rows of the listing per request; halved when refused', whole(20, 1000), 100)
    .option('--full', 'fetch every conversation, and expired files, again')
    .option('--no-messages', 'do not read messages beside the history')
    .option('--id <id...>', 'only these conversations, without listing the account')
    .option('--no-files', 'do not fetch the files that conversations refer to')
    .option('--max-file-size <size>', 'leave out larger files: 500000, 20kb, 10mb, 1gb', bytes)
    .option('--dry-run', 'list and count only')
    .option('--wait [seconds]', 'wait while another run holds the archive', whole(0, 1_000_000))
    .option('--adopt-account', 'accept this account as the archive’s owner; also confirms an empty one')
    .option('--accept-gone', 'mark as gone what is no longer listed, even over 20 % of the archive')
    .action(action(async () => (await import('./commands/backup.ts')).backupCommand))

  program
    .command('status')
    .description('what the archive holds, how the last runs ended, what is unresolved')
    .action(action(async () => (await import('./commands/status.ts')).statusCommand))

  program
    .command('runs')
    .description('how the last runs ended, newest first')
    .option('--limit <n>', 'so many at most', whole(1, Number.MAX_SAFE_INTEGER), 20)
    .action(action(async () => (await import('./commands/runs.ts')).runsCommand))

  program
    .command('ack')
    .description('accept a lasting failure, or an alert that was looked into')
    .argument('<id>', 'the conversation, agent or file')
    .action(action(async () => (await import('./commands/ack.ts')).ackCommand, ['id']))

  selection(program.command('list'))
    .description('the conversations of the archive, oldest first')
    .action(action(async () => (await import('./commands/list.ts')).listCommand))

  program
    .command('show')
    .description('one conversation, as a transcript')
    .argument('<id>', 'its id')
    .action(action(async () => (await import('./commands/show.ts')).showCommand, ['id']))

  selection(program.command('search'), 'best')
    .description('the conversations that hold all these words, each with the entry that says most of them')
    .argument('<text...>', 'words, \'"words in a row"\', begin*, -without')
    .addHelpText('after', SEARCHING)
    .action(action(async () => (await import('./commands/search.ts')).searchCommand, ['text']))

  const exports = program.command('export').description('write conversations out, for tools and for people')
  for (const [name, format] of Object.entries(formats)) {
    selection(exportOptions(exports.command(name), format)).action(
      action(async () => {
        const { exportCommand } = await import('./commands/export.ts')
        return (options: object, io) =>
          exportCommand({ ...options, format: name } as ExportCommandOptions, io)
      }),
    )
  }

  selection(account(program.command('verify'), io.env))
    .description('check the archive against itself, or with --remote (a selection of) it against the account')
    .option('--repair', 'rebuild what can be derived from what is sound')
    .option('--remote', 'read the account again and compare')
    .option('--sample <n>', 'with --remote: compare only so many conversations', whole(1, 1_000_000))
    .option('--seed <n>', 'with --sample: choose those of an earlier sample', whole(0, 4_294_967_295))
    .option('--concurrency <n>', 'with --remote: conversations read at the same time', whole(1, 64), 8)
    .action(action(async () => (await import('./commands/verify.ts')).verifyCommand))

  const replay = program
    .command('replay')
    .description('move conversations to another account, or run them again: plan first')
  planOptions(replay.command('plan'), io.env)
    .description('what a replay would send, what that loses and costs; it writes nothing over there')
    .action(action(async () => (await import('./commands/replay-plan.ts')).replayPlanCommand))
  runOptions(replay.command('run'), io.env)
    .description('send conversations to another account, each exactly once')
    .action(action(async () => (await import('./commands/replay-run.ts')).replayRunCommand, ['plan']))
  target(replay.command('verify'), io.env)
    .description('compare the copies over there with what the archive has: a certificate each')
    .option('--id <id...>', 'only the copies of these conversations')
    .option('--label <text>', 'only copies under this label')
    .option('--out <file>', 'write the certificates into a file, a line each', fileName)
    .option('--concurrency <n>', 'copies read at the same time', whole(1, 64), 8)
    .action(action(async () => (await import('./commands/replay-verify.ts')).replayVerifyCommand))
  replay
    .command('status')
    .description('what was replayed where, what is pending, uncertain or stale, and what was spent')
    .action(action(async () => (await import('./commands/replay-status.ts')).replayStatusCommand))
  target(replay.command('undo'), io.env)
    .description('delete over there what this archive’s receipts say it created, and nobody has changed')
    .option('--id <id...>', 'only the copies of these conversations')
    .option('--label <text>', 'only copies under this label')
    .option('--yes', 'do it; without it, it is only told')
    .action(action(async () => (await import('./commands/replay-undo.ts')).replayUndoCommand))

  program
    .command('sandbox')
    .description('the API, local: a source account that holds something and an empty target')
    .option('--port <n>', 'listen here (default: any free port)', whole(1, 65_535))
    .option('--from <archive>', 'serve the conversations of an archive', fileName)
    .option('--stories <folder>', 'serve the stories of a folder', fileName)
    .option('--conversations <n>', 'add so many made-up ones', whole(1, 1_000_000))
    .option('--behaviour <name=value...>', 'set a behaviour switch (NAME=VALUE) or a profile (strict)')
    .option('--fault <json...>', 'let this go wrong')
    .option('--rps <n>', 'allow so many requests a second', whole(1, 1_000_000))
    .option('--latency <ms>', 'wait before each answer', whole(0, 3_600_000))
    .action(action(async () => (await import('./commands/sandbox.ts')).sandboxCommand))

  account(program.command('api'), io.env)
    .description('call one operation of the API: JSON in, JSON out')
    .argument('<operation>', 'its name, such as getHistory')
    .argument('[id]', 'the conversation, agent or file')
    .option('--data <json>', 'the body: JSON, @file, or - for stdin')
    .option('--query <name=value...>', 'query parameters')
    .option('--stream', 'take the answer as a stream of events, one a line')
    .option('--show-secrets', 'do not redact the secrets of connectors')
    .action(action(async () => (await import('./commands/api.ts')).apiCommand, ['operation', 'id']))

  program
    .command('demo')
    .description('the whole tour, without a key')
    .option('--folder <path>', 'where to leave what it makes', fileName, 'hansard-demo')
    .action(action(async () => (await import('./commands/demo.ts')).demoCommand))

  return program
}

/** Tells whether a command line only asked for help or the version, which has been answered. */
export function isHelpRequest(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.exitCode === 0
}

/** Turns what commander says of a wrong command line into our form: a message, and a hint where more was said. */
export function usageErrorOf(thrown: unknown, command?: string): HansardError | undefined {
  if (!(thrown instanceof CommanderError)) return undefined
  const help = `See \`${['hansard', command, '--help'].filter((word) => word !== undefined).join(' ')}\`.`
  if (thrown.code === 'commander.help')
    return new HansardError('usage', 'No command was given', { hint: help })
  if (command === 'export' && thrown.code === 'commander.unknownCommand') return unknownFormat(thrown)
  const [said = '', suggestion] = thrown.message.replace(/^error: /, '').split('\n')
  const [message = '', ...rest] = said.replace(/\.$/, '').split('. ')
  const advice = rest.length > 0 ? `${rest.join('. ')}.` : suggestion?.replace(/^\((.*)\)$/, '$1')
  return new HansardError('usage', message.charAt(0).toUpperCase() + message.slice(1), {
    hint: advice ?? help,
    cause: thrown,
  })
}

function unknownFormat({ message }: CommanderError): HansardError {
  const [, name = ''] = /'(.*)'/.exec(message) ?? []
  return new HansardError('usage', `There is no format called ${JSON.stringify(name)}`, {
    hint: `Formats: ${Object.keys(formats).join(', ')}.`,
  })
}

function account(command: Command, env: Io['env']): Command {
  return command
    .option('--api-key-file <file>', 'read the API key from a file (default: MISTRAL_API_KEY)', fileName)
    .option(
      '--base-url <url>',
      'where the API is (or MISTRAL_BASE_URL)',
      env['MISTRAL_BASE_URL'] || 'https://api.mistral.ai',
    )
}

const SEARCHING = `
A conversation matches when it holds all the words, in one entry or in several;
its name, description, instructions and metadata are searched too. Case and
accents do not count. Where a script has no spaces between words, and in Korean,
any characters in a row are found. Quote the whole for your shell:
  hansard search 'why rivers "oxbow lake" meand* -delta'
Without --limit, 20 are shown; with --json, all.`

const EXIT_CODES = `
Exit codes:
  0 done, 1 failed, 2 usage, 3 partial (the rest is stored),
  4 verification found differences, 5 the key was refused,
  6 the archive is locked, 7 a budget ran out,
  8 the archive is damaged or from a newer hansard, 130 interrupted`
