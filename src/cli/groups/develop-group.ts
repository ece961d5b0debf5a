import { Argument } from 'commander'

import { allOperations } from '../../api/operations.ts'
import { accountOptions } from '../options/account-options.ts'
import { fileName, integer } from '../options/option-values.ts'
import type { CommandGroup } from './command-group.ts'

/** Declares the commands for developing and trying out. */
export const developGroup: CommandGroup = (program, io, action) => {
  program.commandsGroup('Develop and try out:')
  program
    .command('sandbox')
    .description('Run the API locally, with a filled source account and an empty target')
    .option('--port <n>', 'port to listen on (default: any free port)', integer(1, 65_535))
    .option('--from <archive>', 'serve the conversations of this archive', fileName)
    .option('--stories <folder>', 'serve the stories in this folder (default: the built-in ones)', fileName)
    .option('--conversations <n>', 'add this many generated conversations (default: 0)', integer(1, 1e6))
    .option('--behaviour <name=value...>', 'set a behavior switch (NAME=VALUE) or a profile (strict)')
    .option('--fault <json...>', 'inject a fault (JSON)')
    .option('--rps <n>', 'limit the requests per second (default: no limit)', integer(1, 1e6))
    .option(
      '--latency <ms>',
      'delay each response by this many milliseconds (default: 0)',
      integer(0, 3_600_000),
    )
    .action(action(async () => (await import('../commands/sandbox.ts')).sandboxCommand))

  accountOptions(program.command('api'), io.env)
    .description('Call one operation of the API: JSON in, JSON out')
    .addArgument(operation())
    .argument('[id]', 'id of the conversation, agent or file')
    .option('--data <json>', 'request body: JSON, @file, or - for stdin')
    .option('--query <name=value...>', 'add query parameters')
    .option('--stream', 'stream the response, one event per line')
    .option('--show-secrets', 'do not redact secrets in the response')
    .action(action(async () => (await import('../commands/api.ts')).apiCommand, ['operation', 'id']))

  program
    .command('demo')
    .description('Run the tour against a local server, without a key')
    .option('--folder <folder>', 'folder for the files of the demo', fileName, 'hansard-demo')
    .action(action(async () => (await import('../commands/demo.ts')).demoCommand))
}

/** Its choices are for completion only: the command names them all when it refuses another one. */
function operation(): Argument {
  const argument = new Argument('<operation>', 'name of the operation, such as getHistory')
  argument.argChoices = Object.keys(allOperations)
  return argument
}
