import { Option, type Command } from 'commander'

import type { Format, FormatOption } from '../../export/format.ts'
import { fileName } from './option-values.ts'

/** Adds the options of every export, and those of the format. */
export function exportOptions(command: Command, { summary, options, notes, shape }: Format<never>): Command {
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
