import pc from 'picocolors'
import type { Colors } from 'picocolors/types.js'

import type { Io } from '../io.ts'

/** Returns the colors for stdout: none for a pipe, or where the user wants none. */
export function colorsFor({ stdout, env }: Io): Colors {
  return pc.createColors(stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb')
}
