import { Argument } from 'commander'

import { isShellName, shells } from '../completion/shells.ts'
import { findCommand } from '../help/find-command.ts'
import type { CommandGroup } from './command-group.ts'

/** Declares the commands about the command line itself. */
export const shellGroup: CommandGroup = (program, _io, action) => {
  program.commandsGroup('Get help:')
  program
    .command('help')
    .description('Show the help of a command, such as `help replay plan`')
    .argument('[command...]', 'name of the command (default: list all commands)')
    .action((names: readonly string[]) => findCommand(program, names).outputHelp())

  const completion = program
    .command('completion')
    .description('Complete commands, options and ids with the Tab key, in bash, zsh and fish')
  for (const shell of Object.keys(shells).filter(isShellName))
    completion
      .command(shell)
      .description(`Print the completion script for ${shell}`)
      .addHelpText('after', LOADING[shell])
      .action(
        action(async () => {
          const { completionCommand } = await import('../commands/completion.ts')
          return (options: object, io) => completionCommand({ ...options, shell }, io)
        }),
      )
  const names = new Argument('[shell]', 'bash, zsh or fish (default: the shell that SHELL names)')
  names.argChoices = Object.keys(shells)
  completion
    .command('install')
    .description('Write the completion script where your shell looks for it')
    .addArgument(names)
    .action(
      action(async () => {
        const { completionInstallCommand } = await import('../commands/completion-install.ts')
        return completionInstallCommand
      }, ['shell']),
    )
}

const LOADING = {
  bash: `
To complete in every new shell, with the package bash-completion:
  hansard completion install bash
To complete in this shell only:
  source <(hansard completion bash)`,
  zsh: `
To complete in every new shell:
  hansard completion install zsh
To complete in this shell only, after compinit:
  source <(hansard completion zsh)`,
  fish: `
To complete in every new shell:
  hansard completion install fish
To complete in this shell only:
  hansard completion fish | source`,
}
