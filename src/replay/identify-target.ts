import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { ReplayTarget } from '../archive/ledger/replay-targets.ts'
import { exists } from '../backup/account-identity.ts'
import { HansardError } from '../errors.ts'

/** How many copies are asked for, at most. */
const SAMPLE = 10

/**
 * Finds out which target of earlier replays this is, by the key or by a copy that it answers for; undefined for none of
 * them. The API does not say whose a key is.
 *
 * @throws HansardError `another-account` where an earlier target has no copy to ask for, unless `yesDifferent`
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
    if (copies.length === 0 && isOpen && yesDifferent !== true) throw unproven()
  }
  return undefined
}

/**
 * Finds out which target of earlier replays this is.
 *
 * @throws HansardError `usage` if the archive has no copy in this account
 */
export async function knownTarget(
  client: ConversationsClient,
  archive: Archive,
  signal: AbortSignal | undefined,
): Promise<ReplayTarget> {
  const target = await identifyTarget(client, archive, { signal, yesDifferent: true })
  if (target !== undefined) return target
  throw new HansardError('usage', 'This archive has replayed nothing into that account', {
    hint: 'Give the key of the target; `hansard replay status` tells what was replayed where.',
  })
}

function unproven(): HansardError {
  return new HansardError(
    'another-account',
    'Nothing shows whether this is the target of an earlier replay, of which no answer is known',
    { hint: 'Give the key that was used then, or pass --yes-different if it is another account.' },
  )
}
