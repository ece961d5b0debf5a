import { readFileSync, statSync } from 'node:fs'

import { ConversationsClient } from '../../api/client.ts'
import { HansardError, messageOf } from '../../errors.ts'
import type { AccountOptions, Io } from '../io.ts'
import { networkLog } from '../terminal/network-log.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** Creates a client for the account that the options and the environment name. */
export function connect(options: AccountOptions, io: Io): ConversationsClient {
  return new ConversationsClient({
    apiKey: findApiKey(options, io),
    baseUrl: options.baseUrl,
    onEvent: networkLog(options, io),
  })
}

function findApiKey({ apiKeyFile }: AccountOptions, io: Io): string {
  if (apiKeyFile !== undefined) return readKeyFile(apiKeyFile, io)
  const key = io.env['MISTRAL_API_KEY']
  if (key !== undefined && key !== '') return key
  throw new HansardError('usage', 'No API key', {
    hint: 'Set MISTRAL_API_KEY, or name a file that contains the key with --api-key-file. To try without a key: `hansard demo`.',
  })
}

/** Reads a key from a file, and warns if other users can read the file. */
export function readKeyFile(path: string, io: Io): string {
  try {
    const key = readFileSync(path, 'utf8').trim()
    if ((statSync(path).mode & 0o077) !== 0) {
      const warning = `hansard: ${path} is readable by other users; run: chmod 600 ${path}`
      io.stderr.write(`${defuseLine(warning)}\n`)
    }
    return key
  } catch (thrown) {
    throw new HansardError('usage', `Cannot read the key file ${path}: ${messageOf(thrown)}`, {
      hint: 'Name a file that contains nothing but the key.',
      cause: thrown,
    })
  }
}
