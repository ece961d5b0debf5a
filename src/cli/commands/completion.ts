import { shells, type ShellName } from '../completion/shells.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { shellQuote } from '../shell-quote.ts'
import { write, writeJson } from '../terminal/stdout.ts'

export interface CompletionOptions extends Pick<GlobalOptions, 'json'> {
  readonly shell: ShellName
}

/** `hansard completion SHELL`: prints the completion script for a shell. */
export async function completionCommand({ shell, json }: CompletionOptions, io: Io): Promise<ExitCode> {
  const script = completionScript(shell, io)
  if (json) await writeJson(io.stdout, { command: 'completion', shell, script })
  else await write(io.stdout, script)
  return exitCodes.done
}

/** Returns the completion script for a shell. It starts hansard as this process was started. */
export function completionScript(shell: ShellName, { startWords = ['hansard'] }: Io): string {
  return shells[shell].script(startWords.map(shellQuote).join(' '))
}
