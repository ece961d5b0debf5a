import type { Io } from '../io.ts'
import { defuseLine } from './terminal-text.ts'

/** Prints a warning that may contain foreign text: the command goes on. */
export function warn(stderr: Io['stderr'], line: string): void {
  stderr.write(`hansard: ${defuseLine(line)}\n`)
}
