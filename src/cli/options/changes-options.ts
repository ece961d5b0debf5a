import { Option, type Command } from 'commander'

import type { Io } from '../io.ts'
import { date } from './date-options.ts'
import { integer } from './option-values.ts'

/** Adds the options of `changes`. */
export function changesOptions(command: Command, { now }: Pick<Io, 'now'>): Command {
  return command
    .option('--run <n>', 'show the changes of this run', integer(1))
    .addOption(
      new Option('--since <time>', 'show the changes of all runs since (UTC): 3d, yesterday, 2026-11-22')
        .argParser(date(now))
        .conflicts('run'),
    )
}
