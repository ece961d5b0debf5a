import { ConversationsClient } from '../../api/client.ts'
import { HansardError } from '../../errors.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { networkLog } from '../terminal/network-log.ts'
import { readKeyFile } from './connect-account.ts'

/** The options of every command that connects to the target of a replay. */
export interface TargetOptions extends GlobalOptions {
  readonly toApiKeyFile?: string
  readonly toBaseUrl?: string
}

/** Creates a client for the target account. */
export function connectTarget(
  options: TargetOptions & { readonly maxRequests?: number; readonly sameAccount?: boolean },
  io: Io,
): ConversationsClient {
  return new ConversationsClient({
    maxRequests: options.maxRequests,
    apiKey: findTargetKey(options, io),
    baseUrl: options.toBaseUrl,
    onEvent: networkLog(options, io),
  })
}

function findTargetKey(
  { toApiKeyFile, sameAccount }: TargetOptions & { readonly sameAccount?: boolean },
  io: Io,
): string {
  const key = toApiKeyFile === undefined ? io.env['MISTRAL_TARGET_API_KEY'] : readKeyFile(toApiKeyFile, io)
  if (key === undefined || key === '') {
    throw new HansardError('usage', 'No API key for the target', {
      hint: 'Set MISTRAL_TARGET_API_KEY, or name a file that contains the key with --to-api-key-file.',
    })
  }
  if (key === io.env['MISTRAL_API_KEY'] && sameAccount !== true) {
    throw new HansardError('usage', 'The target has the same API key as the source', {
      hint: 'Use the key of another account, or pass --same-account to create the copies in the same account.',
    })
  }
  return key
}
