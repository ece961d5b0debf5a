import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import { HansardError, isHansardError } from '../errors.ts'
import { isFatal } from './fetch/fatal-errors.ts'
import { readRow } from './fetch/read-conversation.ts'

/** How many archived conversations are asked for, at most. */
const MAX_SAMPLE = 10

/**
 * Makes sure that the key opens the account that the archive holds. The API does not say whose a key is, so the evidence
 * is that the account still answers for a conversation of the archive; a key seen before needs none.
 *
 * @returns `known` or `recognised` for this account, `empty` for an archive that holds none yet, `foreign` otherwise
 * @throws HansardError what kept the API from answering for any of them
 */
export async function identifyAccount(
  client: ConversationsClient,
  archive: Archive,
  signal: AbortSignal,
): Promise<'known' | 'recognised' | 'empty' | 'foreign'> {
  if (archive.accountKeys.knows((salt) => client.hashKey(salt))) return 'known'
  if (archive.conversations.count() === 0) return 'empty'
  let failure: unknown
  for (const id of archive.conversations.sampleLive(MAX_SAMPLE)) {
    try {
      if (await exists(client, id, signal)) return 'recognised'
    } catch (thrown) {
      if (isFatal(thrown) || signal.aborted) throw thrown
      failure ??= thrown // one conversation that can't be read keeps nobody from asking for the others
    }
  }
  if (failure !== undefined) throw failure
  return 'foreign'
}

/** Whether the account of this client answers for a conversation. */
export async function exists(
  client: ConversationsClient,
  id: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await readRow(client, id, { signal })
    return true
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return false
    throw thrown
  }
}

/** Why a listing without a row is no sign of a healthy account. */
export const SEES_NOTHING =
  'this key sees no conversations. A key sees only what its own user created in its workspace: check both. If the account is new and empty, confirm it once with `hansard backup --adopt-account`'

/** The refusal to mix two accounts in one archive. */
export function foreignAccountError(path: string): HansardError {
  return new HansardError(
    'another-account',
    `${path} holds conversations that this key’s account does not have`,
    {
      hint: 'Use another --archive for this account. If it is the same account and all of these were deleted, use --adopt-account.',
    },
  )
}
