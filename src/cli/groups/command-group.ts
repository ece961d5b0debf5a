import type { Command } from 'commander'

import type { ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** Loads a command: an async function of its options and its surroundings. */
export type Load<Options> = () => Promise<(options: Options, io: Io) => Promise<ExitCode>>

/** Returns what commander calls for a command: it merges the options, and runs the function that `load` returns. */
export type Action = <Options>(
  load: Load<Options>,
  nameArguments?: readonly string[],
) => (...all: unknown[]) => Promise<void>

/** Declares the commands of one group. */
export type CommandGroup = (program: Command, io: Io, action: Action) => void
