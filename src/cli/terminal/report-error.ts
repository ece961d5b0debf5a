import { isHansardError, messageOf } from '../../errors.ts'
import { exitCodeOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { writeJson, writeLine, writeLines } from './stdout.ts'
import { defuse } from './terminal-text.ts'

/** Prints an error and its hint to stderr; with --json also as an object to stdout. */
export async function reportError(thrown: unknown, argv: readonly string[], io: Io): Promise<void> {
  const hint = adviceOn(thrown)
  const message = defuse(messageOf(thrown))
  const lines = [`hansard: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])]
  await writeLines(
    io.stderr,
    lines.flatMap((text) => text.split('\n')),
  )
  if (argv.includes('--verbose') && thrown instanceof Error)
    await writeLine(io.stderr, defuse(formatStack(thrown)))
  if (!argv.includes('--json')) return
  await writeJson(io.stdout, { error: errorToJson(thrown), exit: exitCodeOf(thrown) })
}

/** What `--json` prints about an error. */
export function errorToJson(thrown: unknown): object {
  const code = isHansardError(thrown) ? thrown.code : 'unforeseen'
  return { code, message: defuse(messageOf(thrown)), hint: adviceOn(thrown) }
}

function adviceOn(thrown: unknown): string | undefined {
  if (isHansardError(thrown)) return thrown.hint
  return 'Unexpected error. Please report it with the output of --verbose.'
}

function formatStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${formatStack(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
