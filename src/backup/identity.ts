import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import { HansardError, isHansardError } from '../errors.ts'

/** How many archived conversations are asked for, at most. */
const SAMPLE = 10

/**
 * Makes sure that the key opens the account that the archive holds. The API does not say whose a key is, so the evidence
 * is that the account still answers for a conversation of the archive; a key seen before needs none.
 *
 * @returns `known` or `recognised` for this account, `empty` for an archive that holds none yet, `foreign` otherwise
 * @throws HansardError whatever kept the API from answering
 */
export async function recogniseAccount(
  client: ConversationsClient,
  archive: Archive,
  signal: AbortSignal,
): Promise<'known' | 'recognised' | 'empty' | 'foreign'> {
  if (archive.conversations.count() === 0) return 'empty'
  if (archive.accountKeys.knows((salt) => client.hashKey(salt))) return 'known'
  for (const id of archive.conversations.sampleLive(SAMPLE)) {
    if (await exists(client, id, signal)) return 'recognised'
  }
  return 'foreign'
}

/** Whether the account of this client answers for a conversation. */
export async function exists(
  client: ConversationsClient,
  id: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await client.get(id, { signal })
    return true
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return false
    throw thrown
  }
}

/** The refusal to mix two accounts in one archive. */
export function refuseForeignAccount(path: string): HansardError {
  return new HansardError(
    'another-account',
    `${path} holds conversations that this key’s account does not have`,
    {
      hint: 'Use another --archive for this account; or, if it is the same account with all of these deleted, pass --adopt-account.',
    },
  )
}
