import { join } from 'node:path'

import { HansardError } from '../../errors.ts'
import type { Io } from '../io.ts'
import { shellQuote } from '../shell-quote.ts'
import { bashScript } from './scripts/bash-script.ts'
import { fishScript } from './scripts/fish-script.ts'
import { zshScript } from './scripts/zsh-script.ts'

/** A shell that hansard has completions for. */
export interface Shell {
  /** Returns the completion script. `call` is the command line that starts hansard from any folder. */
  script(call: string): string
  /** The file where the shell looks for the script of a user. */
  file(env: Io['env']): string
  /** Returns a line that defines the command. An alias would not do: zsh completes what it stands for. */
  define(call: string): string
  /** What else must be there, as sentences for people. */
  advice(file: string): readonly string[]
}

/** The shells, by name. */
export const shells = {
  bash: {
    script: bashScript,
    define: defineInSh,
    file: (env) => {
      const data = env['XDG_DATA_HOME'] || join(homeOf(env), '.local', 'share')
      const folder = env['BASH_COMPLETION_USER_DIR'] || join(data, 'bash-completion')
      return join(folder, 'completions', 'hansard')
    },
    advice: (file) => [
      'New shells load it if the package bash-completion is installed.',
      `Without that package, add this line to ~/.bashrc: source ${shellQuote(file)}`,
    ],
  },
  zsh: {
    script: zshScript,
    define: defineInSh,
    file: (env) => join(homeOf(env), '.zfunc', '_hansard'),
    advice: () => [
      'New shells load it if ~/.zshrc contains these lines in this order:',
      '  fpath=(~/.zfunc $fpath)',
      '  autoload -Uz compinit && compinit',
    ],
  },
  fish: {
    script: fishScript,
    define: (call) => `function hansard; ${call} $argv; end`,
    file: (env) => {
      const config = env['XDG_CONFIG_HOME'] || join(homeOf(env), '.config')
      return join(config, 'fish', 'completions', 'hansard.fish')
    },
    advice: () => ['New shells load it.'],
  },
} as const satisfies Readonly<Record<string, Shell>>

export type ShellName = keyof typeof shells

/** Returns whether this is the name of a shell that hansard has completions for. */
export function isShellName(name: string): name is ShellName {
  return Object.hasOwn(shells, name)
}

function defineInSh(call: string): string {
  return `hansard() { ${call} "$@"; }`
}

function homeOf(env: Io['env']): string {
  const home = env['HOME']
  if (home) return home
  throw new HansardError('usage', 'HOME is not set, so the folder for the completion script is unknown', {
    hint: 'Set HOME, or print the script with `hansard completion bash` and redirect it to a file.',
  })
}
