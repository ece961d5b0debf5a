import { ConversationsClient } from '../../api/client.ts'
import { HansardError } from '../../errors.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { networkLog } from '../terminal/network-log.ts'
import { readKeyFile } from './connect-account.ts'

/** The options of every command that talks to the target of a replay. */
export interface TargetOptions extends GlobalOptions {
  readonly toApiKeyFile?: string
  readonly toBaseUrl?: string
}

/** Makes the client for the account that is replayed into. */
export function connectTarget(
  options: TargetOptions & { readonly maxRequests?: number; readonly sameAccount?: boolean },
  io: Io,
): ConversationsClient {
  return new ConversationsClient({
    maxRequests: options.maxRequests,
    apiKey: targetKeyOf(options, io),
    baseUrl: options.toBaseUrl,
    onEvent: networkLog(options, io),
  })
}

function targetKeyOf(
  { toApiKeyFile, sameAccount }: TargetOptions & { readonly sameAccount?: boolean },
  io: Io,
): string {
  const key = toApiKeyFile === undefined ? io.env['MISTRAL_TARGET_API_KEY'] : readKeyFile(toApiKeyFile, io)
  if (key === undefined || key === '') {
    throw new HansardError('usage', 'There is no API key of a target', {
      hint: 'Set MISTRAL_TARGET_API_KEY, or name a file that holds the key with --to-api-key-file.',
    })
  }
  if (key === io.env['MISTRAL_API_KEY'] && sameAccount !== true) {
    throw new HansardError('usage', 'The key of the target is the key of the source', {
      hint: 'Give the key of another account, or pass --same-account to have copies beside the originals.',
    })
  }
  return key
}
