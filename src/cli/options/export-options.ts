import { Option, type Command } from 'commander'

import type { Format, FormatOption } from '../../export/format.ts'
import { fileName } from './option-values.ts'

/** Gives the command of a format the options of every export, and its own. */
export function exportOptions(command: Command, { summary, options, notes, shape }: Format<never>): Command {
  const kind = shape({} as never)
  const place = kind === 'file' ? 'the file to write, or - for stdout' : 'the folder to write'
  command
    .description(summary)
    .requiredOption('--output <path>', place, fileName)
    .option('--force', 'replace an earlier export, and nothing else')
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
