import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'

import { isShellName, shells, type Shell, type ShellName } from '../completion/shells.ts'
import { HansardError, messageOf } from '../../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { shellQuote } from '../shell-quote.ts'
import { writeResult } from '../terminal/stdout.ts'
import { completionScript } from './completion.ts'

export interface CompletionInstallOptions extends GlobalOptions {
  readonly shell?: string
}

/** `hansard completion install`: writes the completion script to the user's folder for it. */
export async function completionInstallCommand(options: CompletionInstallOptions, io: Io): Promise<ExitCode> {
  const shell = chooseShell(options.shell, io)
  const facts: Shell = shells[shell]
  const file = facts.file(io.env)
  writeScript(file, completionScript(shell, io))
  const lines = [
    `Written: ${file}`,
    ...facts.advice(file),
    ...adviceFromClone(facts, io),
    `To undo: rm ${shellQuote(file)}`,
  ]
  await writeResult(options, io, { command: 'completion install', shell, file }, lines)
  return exitCodes.done
}

function chooseShell(given: string | undefined, { env }: Io): ShellName {
  const name = given ?? basename(env['SHELL'] ?? '')
  if (isShellName(name)) return name
  const known = Object.keys(shells).join(', ')
  if (given !== undefined)
    throw new HansardError('usage', `No completions for the shell ${JSON.stringify(given)}`, {
      hint: `Shells: ${known}.`,
    })
  throw new HansardError('usage', 'Cannot tell which shell you use: SHELL names none with completions', {
    hint: `Name one: \`hansard completion install bash\`. Shells: ${known}.`,
  })
}

/** Writes the script. Replaces only a script that hansard wrote. */
function writeScript(file: string, script: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    if (!isOurs(file))
      throw new HansardError('usage', `${file} exists, and hansard did not write it`, {
        hint: 'Move it away, and run the command again.',
      })
    writeFileSync(file, script)
  } catch (cause) {
    if (cause instanceof HansardError) throw cause
    throw new HansardError('file', `Cannot write ${file}: ${messageOf(cause)}`, {
      hint: 'Print the script with `hansard completion bash`, zsh or fish, and redirect it to another file.',
      cause,
    })
  }
}

/** Returns whether a file is missing, or is a script that hansard wrote. */
function isOurs(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes('completion for hansard, made by')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw thrown
  }
}

/** The shell completes the command hansard, which does not exist yet where hansard runs from a clone. */
function adviceFromClone({ define }: Shell, { startWords = [] }: Io): string[] {
  if (startWords.length < 2) return []
  const need =
    'It completes the command hansard, which a clone does not have. Run npm link there, or add a function:'
  return [need, `  ${define(startWords.map(shellQuote).join(' '))}`]
}
