import { readFileSync, statSync } from 'node:fs'

import { ConversationsClient } from '../../api/client.ts'
import { HansardError, messageOf } from '../../errors.ts'
import type { AccountOptions, Io } from '../io.ts'
import { networkLog } from '../terminal/network-log.ts'

/** Makes the client for the account that the options and the environment name. */
export function connect(options: AccountOptions, io: Io): ConversationsClient {
  return new ConversationsClient({
    apiKey: apiKeyOf(options, io),
    baseUrl: options.baseUrl,
    onEvent: networkLog(options, io),
  })
}

function apiKeyOf({ apiKeyFile }: AccountOptions, io: Io): string {
  if (apiKeyFile !== undefined) return readKeyFile(apiKeyFile, io)
  const key = io.env['MISTRAL_API_KEY']
  if (key !== undefined && key !== '') return key
  throw new HansardError('usage', 'There is no API key', {
    hint: 'Set MISTRAL_API_KEY, or name a file that holds the key with --api-key-file. No key at hand? Try `hansard demo`.',
  })
}

/** Reads a key from a file, and warns where others may read it too. */
export function readKeyFile(path: string, io: Io): string {
  try {
    const key = readFileSync(path, 'utf8').trim()
    if ((statSync(path).mode & 0o077) !== 0) {
      io.stderr.write(
        `hansard: others on this machine may read ${path}; \`chmod 600\` would keep the key yours\n`,
      )
    }
    return key
  } catch (thrown) {
    throw new HansardError('usage', `The key file ${path} can’t be read: ${messageOf(thrown)}`, {
      hint: 'Check --api-key-file: it names a file with nothing in it but the key.',
      cause: thrown,
    })
  }
}
