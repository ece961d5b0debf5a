import { Option, type Command } from 'commander'

import { dimensions } from '../../export/stats/count-stats.ts'
import type { Io } from '../io.ts'
import { fileName } from './option-values.ts'
import { selection } from './selection-options.ts'

/** Adds the options of `stats`. */
export function statsOptions(command: Command, io: Io): Command {
  return selection(command, io)
    .addOption(new Option('--by <what>', 'show all values of one of these').choices(dimensions))
    .option('--svg <file>', 'also draw a chart as SVG; - writes only the chart, to stdout', fileName)
    .option('--force', 'with --svg: replace an earlier chart (never anything else)')
    .addHelpText('after', COUNTING)
}

const COUNTING = `
Month (of creation, in UTC), model and agent are those of the conversation, as in a
selection. Of a tool or function, the calls are counted. Tokens are estimated at about
4 characters each: the API keeps no usage, so they are not what was billed.
In a pipe, the output is tab-separated, with all values.`
