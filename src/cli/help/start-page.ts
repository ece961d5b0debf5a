import type { Command } from 'commander'

import { fit, pad } from '../terminal/terminal-text.ts'

/** What one starts with, in this order. */
const FIRST = ['demo', 'backup', 'status', 'list', 'show', 'search', 'export']

/** Returns what `hansard` prints without arguments: the commands that one starts with, one line each. */
export function startPage(program: Command, calledAs: string, width: number): string {
  const help = Object.assign(program.createHelp(), program.configureHelp())
  const first = FIRST.flatMap((name) => program.commands.filter((each) => each.name() === name)).map(
    (command) => [help.subcommandTerm(command), help.subcommandDescription(command)] as const,
  )
  const cells = Math.max(...[...first, ...MORE].map(([term]) => term.length))
  const line = ([term, about]: readonly [string, string]) =>
    fit(`  ${calledAs} ${pad(term, cells)}  ${about}`, width)
  return [
    program.description(),
    '',
    'Start with:',
    ...first.map(line),
    '',
    'More:',
    ...MORE.map(line),
    '',
  ].join('\n')
}

const MORE = [
  ['help', 'Show all commands, options and exit codes'],
  ['help show', 'Show the help of one command'],
  ['completion install', 'Complete commands, options and ids with the Tab key'],
] as const
