import { isHansardError, messageOf } from '../../errors.ts'
import { exitCodeOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { writeJson, writeLine } from './stdout.ts'
import { defuse } from './terminal-text.ts'

/** Tells what happened and what to do now, on stderr; with --json as an object on stdout too. */
export async function reportError(thrown: unknown, argv: readonly string[], io: Io): Promise<void> {
  const hint = isHansardError(thrown)
    ? thrown.hint
    : 'This was not foreseen: please report it, with --verbose.'
  const message = defuse(messageOf(thrown))
  await writeLine(io.stderr, `hansard: ${message}`)
  if (hint !== undefined) await writeLine(io.stderr, `hint: ${defuse(hint)}`)
  if (argv.includes('--verbose') && thrown instanceof Error)
    await writeLine(io.stderr, defuse(stackOf(thrown)))
  if (!argv.includes('--json')) return
  const code = isHansardError(thrown) ? thrown.code : 'unforeseen'
  await writeJson(io.stdout, { error: { code, message, hint }, exit: exitCodeOf(thrown) })
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
