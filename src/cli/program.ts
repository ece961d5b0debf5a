import { Command } from 'commander'

import { version } from '../own-files.ts'
import type { ExitCode } from './exit-codes.ts'
import { archiveGroup } from './groups/archive-group.ts'
import { backupGroup } from './groups/backup-group.ts'
import type { Action, Load } from './groups/command-group.ts'
import { developGroup } from './groups/develop-group.ts'
import { eraseGroup } from './groups/erase-group.ts'
import { replayGroup } from './groups/replay-group.ts'
import { shellGroup } from './groups/shell-group.ts'
import { EXIT_CODES, helpFormat } from './help/help-format.ts'
import type { GlobalOptions, Io, TargetOptions } from './io.ts'
import { fileName } from './options/option-values.ts'
import { helpAsCalled } from './terminal/as-called.ts'
import { wrapFor } from './terminal/stdout.ts'

/** The width of the help where stdout is not a terminal. */
export const HELP_WIDTH = 100

/** Declares the command line. The code of a command is loaded when the command runs, which keeps --help fast. */
export function buildProgram(io: Io, onExit: (code: ExitCode) => void): Command {
  const program = new Command('hansard')
    .description('Back up, read, export and replay the conversations of a Mistral account')
    .version(version, '--version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp(helpFormat)
    .configureOutput({
      writeOut: (text) => io.stdout.write(wrapFor(io.stdout, helpAsCalled(text, io.stdout))),
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
    .option('--profile <profile>', 'take archive, key and options from this profile of the configuration')
    .option('--config <file>', 'configuration file, or HANSARD_CONFIG', fileName)
    .option('--json', 'write JSON to stdout')
    .option('--quiet', 'print only problems')
    .option('--verbose', 'print details, and each request to stderr')
    .option('--no-pager', 'do not show long output in a pager (PAGER, or else less)')
    .addHelpText('after', EXIT_CODES)
  for (const declare of [backupGroup, archiveGroup, replayGroup, eraseGroup, developGroup, shellGroup])
    declare(program, io, actionWith(io, onExit))
  return program
}

/** Merges a command's options with the global ones and its arguments, and runs the function that `load` returns. */
function actionWith(io: Io, onExit: (code: ExitCode) => void): Action {
  return <Options>(load: Load<Options>, nameArguments: readonly string[] = []) =>
    async (...all) => {
      const command = all.at(-1) as Command
      const given = Object.fromEntries(nameArguments.map((name, i) => [name, all[i]]))
      const run = await load()
      onExit(await run({ ...(await optionsOf(command, io)), ...given } as Options, io))
    }
}

/** The options of a command, with those of its profile. The configuration is only read if a profile is named. */
async function optionsOf(command: Command, io: Io): Promise<GlobalOptions> {
  const options = command.optsWithGlobals<TargetOptions & { readonly allProfiles?: boolean }>()
  const { profile, to, allProfiles } = options
  if (profile === undefined && to === undefined && allProfiles === undefined) return options
  return (await import('./config/apply-profiles.ts')).applyProfiles(command, options, io)
}
