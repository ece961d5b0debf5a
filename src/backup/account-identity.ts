import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import { HansardError, isHansardError } from '../errors.ts'
import { plural } from '../model/plural.ts'
import { isFatal } from './fetch/fatal-errors.ts'
import { readRow } from './fetch/read-conversation.ts'

/** Maximum number of archived conversations to look up. */
const MAX_SAMPLE = 10

/**
 * Checks that a key belongs to the account in the archive. The API does not tell whose key it is, so the evidence is
 * that it can read a conversation of the archive. A key that was accepted before needs no evidence.
 *
 * @returns `known` (accepted before) or `recognised` (by evidence), `empty` if the archive holds no conversation yet,
 *   otherwise `foreign`
 * @throws HansardError if none of the conversations could be looked up
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
      failure ??= thrown // another conversation may still be readable
    }
  }
  if (failure !== undefined) throw failure
  return 'foreign'
}

/** Returns whether a conversation exists in the account of this client. */
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

/** The reason why a first backup of an empty listing is not complete. */
export const SEES_NOTHING =
  'this key sees no conversations. A key sees only what its own user created in its workspace: check both. If the account is new and empty, confirm it once with `hansard backup --adopt-account`'

/** Returns the reason why an empty listing is not complete while the archive has conversations that are not gone. */
export function emptyListingReason(live: number): string {
  return `the listing is empty, but the archive holds ${plural(live, 'conversation')}. Check the key and its workspace; if all of them were deleted, use --accept-gone`
}

/** Returns the error for a key of another account than the one in the archive. */
export function foreignAccountError(path: string): HansardError {
  return new HansardError(
    'another-account',
    `${path} holds conversations that this key's account does not have`,
    {
      hint: 'Use another --archive for this account. If it is the same account and all of its archived conversations were deleted, use --adopt-account.',
    },
  )
}
