import { Option, type Command } from 'commander'

import type { Format, FormatOption } from '../../export/format.ts'
import { formats } from '../../export/formats.ts'
import type { ExportCommandOptions } from '../commands/export.ts'
import { fileName, integer } from '../options/option-values.ts'
import { LISTING, SEARCHING, SHOWING } from '../help/reading-help.ts'
import { entryRange } from '../options/entry-range.ts'
import { selection } from '../options/selection-options.ts'
import { statsOptions } from '../options/stats-options.ts'
import type { CommandGroup } from './command-group.ts'

/** Declares the commands that read and export an archive. */
export const archiveGroup: CommandGroup = (program, io, action) => {
  program.commandsGroup('Read and export the archive:')
  selection(
    program.command('list'),
    io,
    'maximum number, newest first (default: a screenful; in a pipe: all)',
  )
    .description('List conversations, last changed first')
    .addHelpText('after', LISTING)
    .action(action(async () => (await import('../commands/list.ts')).listCommand))

  program
    .command('show')
    .description('Show one conversation as a transcript')
    .argument('<id>', 'id of the conversation, or its first characters')
    .option('--entry <n>', 'begin at this entry, numbered as by search; 4-9 shows only these', entryRange)
    .addHelpText('after', SHOWING)
    .action(action(async () => (await import('../commands/show.ts')).showCommand, ['id']))

  selection(program.command('search'), io, 'maximum number, best first (default: 20; with --json: all)')
    .description('Find the conversations that contain all these words, best match first')
    .argument('<text...>', 'words, \'"exact phrase"\', prefix*, -excluded')
    .addHelpText('after', SEARCHING)
    .action(action(async () => (await import('../commands/search.ts')).searchCommand, ['text']))

  statsOptions(program.command('stats'), io)
    .description('Count conversations, entries and tokens by month, model, agent and tool')
    .action(action(async () => (await import('../commands/stats.ts')).statsCommand))

  program
    .command('serve')
    .description('Show the archive in a browser, on this machine only')
    .option('--port <n>', 'port to listen on (default: any free port)', integer(1, 65_535))
    .option('--open', 'open the browser')
    .action(action(async () => (await import('../commands/serve.ts')).serveCommand))

  const exports = program.command('export').description('Export conversations to files')
  for (const [name, format] of Object.entries(formats)) {
    selection(exportOptions(exports.command(name), format), io).action(
      action(async () => {
        const { exportCommand } = await import('../commands/export.ts')
        return (options: object, io) =>
          exportCommand({ ...options, format: name } as ExportCommandOptions, io)
      }),
    )
  }
}

/** Adds the options of every export, and those of the format. */
function exportOptions(command: Command, { summary, options, notes, shape }: Format<never>): Command {
  const kind = shape({} as never, '')
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
