import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { it } from 'vitest'

import { shells, type ShellName } from '../../src/cli/completion/shells.ts'
import { bin } from './hansard-process.ts'
import { testFolder } from './folder.ts'
import { hasPrograms } from './programs.ts'

/** What an interactive shell has after some keys. */
export interface Pressed {
  /** The command line after the keys for each line. */
  readonly lines: readonly string[]
  /** Everything that was written to the terminal. */
  readonly screen: string
}

/** A home folder with `hansard` on the PATH, and its completions installed for a shell. */
export interface ShellHome {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  /** Starts the shell in the home folder on a pseudo-terminal, and presses the keys of each line; `\t` is the Tab key. */
  press(...keys: readonly string[]): Promise<Pressed>
  /** Presses keys, waits until the screen has a text, and returns the screen: a shell may draw a list late, or not at all if more keys follow. */
  pressUntil(shown: string, keys: string): Promise<string>
}

const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion'

/** Defines a test in a real shell. It is skipped where the shell, or Python for the pseudo-terminal, is missing. */
export function itInShell(shell: ShellName, title: string, test: () => Promise<void>): void {
  const isThere = hasPrograms(shell, 'python3') && (shell !== 'bash' || existsSync(BASH_COMPLETION))
  it.skipIf(!isThere)(`${title}, in ${shell}`, test, 120_000)
}

/**
 * Creates a home folder for a shell. The completions are installed there for a linked command, or for the function that a
 * user of a clone is told to define; or the shell loads them by the line in the help.
 */
export async function shellHome(
  shell: ShellName,
  archive: string,
  from: 'link' | 'clone' | 'help' = 'link',
): Promise<ShellHome> {
  const home = testFolder()
  mkdirSync(join(home, 'bin'))
  // Otherwise fish reads all manual pages of the system in the background.
  mkdirSync(join(home, '.local/share/fish/generated_completions'), { recursive: true })
  if (from !== 'clone') symlinkSync(bin, join(home, 'bin', 'hansard'))
  const env = {
    HOME: home,
    PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
    HANSARD_ARCHIVE: archive,
    LINE_FILE: join(home, 'line'),
    ...{ TERM: 'xterm', LANG: 'C.UTF-8', SHELL: `/bin/${shell}` },
  }
  const { rcFile, rc, source, command } = settings[shell]
  const install = from === 'clone' ? [process.execPath, bin] : ['hansard']
  const told = await outputOf('env', [...install, 'completion', 'install'], { env })
  const [, definition = ''] = /^ {2}(.*hansard\.js.*)$/m.exec(told) ?? []
  writeFileSync(join(home, rcFile), `${rc}\n${from === 'help' ? source : definition}\n`)
  if (from === 'help') rmSync(shells[shell].file(env))
  const script = new URL('outside/press_keys.py', import.meta.url).pathname
  const press = async (keys: readonly string[], shown = '') => {
    const options = { env, cwd: home, input: JSON.stringify({ keys, shown }) }
    return JSON.parse(await outputOf('python3', [script, ...command], options)) as Pressed
  }
  return {
    home,
    env,
    press: (...keys) => press(keys),
    pressUntil: async (shown, keys) => (await press([keys], shown)).screen,
  }
}

/** Runs a program and returns what it prints; throws if it fails. */
export async function outputOf(
  program: string,
  args: readonly string[],
  { input, ...options }: { input?: string; env?: Readonly<Record<string, string>>; cwd?: string } = {},
): Promise<string> {
  const running = promisify(execFile)(program, args, options)
  if (input !== undefined) running.child.stdin?.end(input)
  return (await running).stdout
}

/** Each shell says READY when it reads keys, and on Control-T moves its line to a file. */
const settings: Readonly<Record<ShellName, ShellSettings>> = {
  bash: {
    rcFile: '.bashrc',
    rc: `PS1='READY '
source ${BASH_COMPLETION}
keep_line() { printf %s "$READLINE_LINE" > "$LINE_FILE.new" && mv "$LINE_FILE.new" "$LINE_FILE"; }
bind -x '"\\C-t": keep_line'
`,
    source: 'source <(hansard completion bash)',
    command: ['bash', '--noprofile', '-i'],
  },
  zsh: {
    rcFile: '.zshrc',
    rc: `PS1='READY '
fpath=(~/.zfunc $fpath)
autoload -Uz compinit && compinit -u
keep_line() { printf %s "$BUFFER" > "$LINE_FILE.new" && mv "$LINE_FILE.new" "$LINE_FILE" }
zle -N keep_line
bindkey '^T' keep_line
`,
    source: 'source <(hansard completion zsh)',
    command: ['zsh', '-i'],
  },
  fish: {
    rcFile: 'rc.fish',
    rc: `function fish_prompt; echo -n 'READY '; end
function keep_line; printf %s (commandline -b) > "$LINE_FILE.new"; and mv "$LINE_FILE.new" "$LINE_FILE"; end
bind \\ct keep_line
set -g fish_greeting
`,
    source: 'hansard completion fish | source',
    command: ['fish', '--init-command=source ~/rc.fish', '-i'],
  },
}

interface ShellSettings {
  readonly rcFile: string
  readonly rc: string
  /** The line of the help that loads the completions in one shell. */
  readonly source: string
  readonly command: readonly string[]
}
