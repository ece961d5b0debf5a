import { PUBLIC_API, type ClientOptions } from '../api/client-options.ts'
import { ConversationsClient } from '../api/client.ts'
import { HansardError, isHansardError } from '../errors.ts'
import { readKey, readKeyFile } from './config/read-key.ts'
import type { AccountOptions, GlobalOptions, Io, TargetOptions } from './io.ts'
import { showWaits } from './terminal/progress-texts.ts'
import { ProgressLine } from './terminal/progress.ts'

type Work<T> = (client: ConversationsClient) => Promise<T>

/** Shows what a client does: retries, pauses, and with --verbose each request. */
type Progress = Pick<ProgressLine, 'onClientEvent' | 'end'>

/** Runs `work` with a client of the account that the options and the environment name, and then ends the progress line. */
export async function withAccount<T>(
  options: AccountOptions,
  io: Io,
  work: Work<T>,
  progress: Progress = waitsOnly(options, io),
): Promise<T> {
  const { baseUrl, maxRps: requestsPerSecond } = options
  const client = async () => ({ apiKey: await findApiKey(options, io), baseUrl, requestsPerSecond })
  return withClient(client, progress, work)
}

/** Runs `work` with a client of the target account of a replay, and then ends the progress line. */
export async function withTarget<T>(
  options: TargetOptions,
  io: Io,
  work: Work<T>,
  progress: Progress = waitsOnly(options, io),
): Promise<T> {
  const { toBaseUrl: baseUrl, maxRequests } = options
  const client = async () => ({ apiKey: await findTargetKey(options, io), baseUrl, maxRequests })
  return withClient(client, progress, work).catch((thrown: unknown) => {
    throw isForgottenUrl(thrown, options, io) ? withUrlHint(thrown) : thrown
  })
}

/** The source is another API than the public one, and nothing says that the target is, too: it was probably forgotten. */
function isForgottenUrl(thrown: unknown, { toBaseUrl }: TargetOptions, { env }: Io): thrown is HansardError {
  const source = env['MISTRAL_BASE_URL'] || PUBLIC_API
  const isUnreached = isHansardError(thrown) && ['key-refused', 'network', 'timeout'].includes(thrown.code)
  return isUnreached && toBaseUrl === PUBLIC_API && source !== PUBLIC_API
}

function withUrlHint({ code, message, status, cause }: HansardError): HansardError {
  const hint = `The target is ${PUBLIC_API}. For another API, set MISTRAL_TARGET_BASE_URL or use --to-base-url.`
  return new HansardError(code, message, { hint, status, cause })
}

/** The progress of a command that shows nothing but what it waits for. */
function waitsOnly(options: GlobalOptions, io: Io): Progress {
  return new ProgressLine(options, io, showWaits)
}

async function withClient<T>(
  optionsOf: () => Promise<ClientOptions>,
  progress: Progress,
  work: Work<T>,
): Promise<T> {
  let client: ConversationsClient | undefined
  try {
    client = new ConversationsClient({ ...(await optionsOf()), onEvent: progress.onClientEvent })
    return await work(client)
  } finally {
    progress.end()
    await client?.close()
  }
}

/** Returns the key of the account that the options and the environment name. */
export async function findApiKey({ apiKeyFile, key: source }: AccountOptions, io: Io): Promise<string> {
  if (apiKeyFile !== undefined) return readKeyFile(apiKeyFile, io)
  if (source !== undefined) return await readKey(source, io)
  const key = io.env['MISTRAL_API_KEY']
  if (key) return key
  throw new HansardError('usage', 'No API key', {
    hint: 'Set MISTRAL_API_KEY, or name a file that contains the key with --api-key-file. To try without a key: `hansard demo`.',
  })
}

async function findTargetKey(options: TargetOptions, io: Io): Promise<string> {
  const key = await readTargetKey(options, io)
  if (!key) {
    throw new HansardError('usage', 'No API key for the target', {
      hint: 'Set MISTRAL_TARGET_API_KEY, or name a file that contains the key with --to-api-key-file.',
    })
  }
  const { profile, to, toApiKeyFile } = options
  const isOfSource =
    profile === undefined ? key === io.env['MISTRAL_API_KEY'] : profile === to && toApiKeyFile === undefined
  if (isOfSource && !options.sameAccount) {
    throw new HansardError('usage', 'The target has the same API key as the source', {
      hint: 'Use the key of another account, or pass --same-account to create the copies in the same account.',
    })
  }
  return key
}

async function readTargetKey({ toApiKeyFile, toKey }: TargetOptions, io: Io): Promise<string | undefined> {
  if (toApiKeyFile !== undefined) return readKeyFile(toApiKeyFile, io)
  return toKey === undefined ? io.env['MISTRAL_TARGET_API_KEY'] : await readKey(toKey, io)
}
