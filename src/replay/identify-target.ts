import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { ReplayTarget } from '../archive/ledger/replay-targets.ts'
import { exists } from '../backup/account-identity.ts'
import { HansardError } from '../errors.ts'

/** Copies to look for, at most. */
const SAMPLE = 10

/**
 * Finds out which target of an earlier replay this client's account is: by its key, or by a copy that the account has.
 * The API has no request that names the account of a key.
 *
 * @returns undefined if it is none of them
 * @throws HansardError `another-account` if an earlier target has a lost response and no known copy to look for,
 * unless `yesDifferent`
 */
export async function identifyTarget(
  client: ConversationsClient,
  archive: Archive,
  { signal, yesDifferent }: { readonly signal?: AbortSignal | undefined; readonly yesDifferent?: boolean },
): Promise<ReplayTarget | undefined> {
  const { replayTargets, replayRequests } = archive
  const known = replayTargets.ofKey(client.baseUrl, (salt) => client.hashKey(salt))
  if (known !== undefined) return known
  for (const target of replayTargets.all()) {
    if (target.baseUrl !== client.baseUrl) continue
    const copies = replayRequests.sample(target.id, SAMPLE)
    for (const id of copies) if (await exists(client, id, signal)) return target
    const isOpen = !archive.replayCopies.inState(target.id, 'open').next().done
    if (copies.length > 0 || !isOpen || yesDifferent === true) continue
    throw new HansardError(
      'another-account',
      'Cannot tell whether this account is the target of an earlier replay, whose answers were all lost',
      { hint: 'Use the key of that replay, or --yes-different if this is a different account.' },
    )
  }
  return undefined
}

/**
 * Like `identifyTarget`, for commands that need an existing target.
 *
 * @throws HansardError `usage` if nothing was replayed, or the archive has no copy in this account
 */
export async function knownTarget(
  client: ConversationsClient,
  archive: Archive,
  signal: AbortSignal | undefined,
): Promise<ReplayTarget> {
  const target = await identifyTarget(client, archive, { signal, yesDifferent: true })
  if (target !== undefined) return target
  if (archive.replayTargets.all().length === 0)
    throw new HansardError('usage', 'Nothing has been replayed yet', {
      hint: 'Begin with `hansard replay plan`, which sends nothing.',
    })
  throw new HansardError('usage', 'This archive has no copies in that account', {
    hint: 'Use the key of the target account; `hansard replay status` lists the targets.',
  })
}
