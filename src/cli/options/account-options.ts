import { Option, type Command } from 'commander'

import { PUBLIC_API } from '../../api/client-options.ts'
import type { Io } from '../io.ts'
import { fileName, integer, rate } from './option-values.ts'

/** Adds the options that name an account. */
export function accountOptions(command: Command, env: Io['env']): Command {
  return command
    .option('--api-key-file <file>', 'read the API key from this file, not from MISTRAL_API_KEY', fileName)
    .option('--base-url <url>', 'API URL, or MISTRAL_BASE_URL', env['MISTRAL_BASE_URL'] || PUBLIC_API)
}

/** The option `--all` of a command that works on the accounts of all profiles. (`ack --all` means something else.) */
export class AllProfiles extends Option {
  constructor(about: string) {
    super('--all', about)
  }

  override attributeName(): string {
    return 'allProfiles'
  }
}

/** Adds the options that say how fast an account is read. */
export function paceOptions(command: Command): Command {
  return command
    .option('--max-rps <n>', 'maximum requests per second (default: as many as the API accepts)', rate)
    .option('--concurrency <n>', 'maximum conversations read in parallel', integer(1, 64), 64)
}
