import type { Command } from 'commander'

import type { Io } from '../io.ts'
import { fileName } from './option-values.ts'

/** Adds the options that name an account. */
export function accountOptions(command: Command, env: Io['env']): Command {
  return command
    .option('--api-key-file <file>', 'read the API key from this file, not from MISTRAL_API_KEY', fileName)
    .option(
      '--base-url <url>',
      'API URL, or MISTRAL_BASE_URL',
      env['MISTRAL_BASE_URL'] || 'https://api.mistral.ai',
    )
}
