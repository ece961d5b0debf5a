import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import { isFatal } from '../backup/fetch/fatal-errors.ts'
import { workThrough } from '../backup/worker-pool.ts'
import { HansardError, isHansardError, messageOf } from '../errors.ts'
import { toSnakeCase } from '../model/json/rename-keys.ts'
import { knownTarget } from './identify-target.ts'
import { certificateContent, withLineFile } from './line-file.ts'
import { sourceOf } from './plan/archived-source.ts'
import { revisionOf } from './plan/stamp.ts'
import type { Source } from './plan/source.ts'
import { replayedConversations, type ReplayedConversation } from './replayed-conversations.ts'
import { CERTIFICATE_VERSION, type Certificate } from './verify/certificate.ts'
import { compareCopy } from './verify/certify.ts'
import { fetchCopy } from './verify/fetch-copy.ts'

/* Joins verify/ with its input: receipts and archived texts. The only file that imports both plan/ and verify/. */

/** Which copies to compare, and how. Every option may be left out. */
export interface VerifyOptions {
  /** Only copies of these conversations (ids at the source). */
  readonly ids?: readonly string[] | undefined
  /** Only copies with this label. */
  readonly label?: string | undefined
  /** Copies read at the same time. Default: 8. */
  readonly concurrency?: number | undefined
  /** Writes the certificates to this file, one per line. It may replace an earlier file of certificates but no other. */
  readonly out?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Called for each copy that was compared, or could not be. */
  readonly onVerified?: ((verified: Verified) => void | Promise<void>) | undefined
}

/** Copies per verdict; `notCompared` is the number that could not be compared. */
export type VerifiedCounts = Readonly<Record<Certificate['verdict'] | 'notCompared', number>>

/** A copy with its certificate, or the reason why it could not be compared. */
export interface Verified {
  /** The conversation's id at the source. */
  readonly id: string
  readonly name: string | null
  readonly targetId: string
  readonly result: { readonly certificate: Certificate } | { readonly error: string }
}

/**
 * Reads every copy in the target account and compares it with the archived source. Changes nothing.
 *
 * @param client a client of the target account
 * @throws HansardError `usage` if the archive has no copy in this account; `file` if `out` cannot be written;
 * otherwise the error that keeps the target from being read at all
 */
export async function verifyCopies(
  client: ConversationsClient,
  archive: Archive,
  options: VerifyOptions = {},
): Promise<VerifiedCounts> {
  const { ids, label, concurrency = 8, out, onVerified } = options
  const target = await knownTarget(client, archive, options.signal)
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])])
  const counts = { identical: 0, equivalent: 0, different: 0, notCompared: 0 }
  await withLineFile(out, certificateContent, async (write) => {
    const verify = async (replayed: ReplayedConversation): Promise<void> => {
      if (ids !== undefined && !ids.includes(replayed.id)) return
      if (label !== undefined && replayed.label !== label) return
      if (signal.aborted) throw new HansardError('interrupted', 'Interrupted before all copies were compared')
      const { id, targetId, planned } = replayed
      const result = await verifyOne(client, archive, replayed, signal)
      counts['error' in result ? 'notCompared' : result.certificate.verdict]++
      if ('certificate' in result) await write(`${JSON.stringify(toSnakeCase(result.certificate))}\n`)
      await onVerified?.({ id, name: planned.name, targetId, result })
    }
    await workThrough(replayedConversations(archive, target.id), concurrency, verify, () => stop.abort())
  })
  return counts
}

async function verifyOne(
  client: ConversationsClient,
  archive: Archive,
  replayed: ReplayedConversation,
  signal: AbortSignal,
): Promise<Verified['result']> {
  const hold = client.holdBodies()
  try {
    return { certificate: await certificateOf(client, archive, replayed, { signal, hold }) }
  } catch (thrown) {
    const isDamaged = isHansardError(thrown, 'archive-damaged') // concerns this conversation only
    if (signal.aborted || (isFatal(thrown) && !isDamaged)) throw thrown
    return { error: messageOf(thrown) }
  } finally {
    hold.release()
  }
}

async function certificateOf(
  client: ConversationsClient,
  archive: Archive,
  { id, revision, mode, label, targetId, planned, generated }: ReplayedConversation,
  options: Parameters<typeof fetchCopy>[2],
): Promise<Certificate> {
  const source = sourceAt(archive, id, revision)
  const copy = await fetchCopy(client, targetId, options)
  const { stamp, losses } = planned
  const comparison = compareCopy({ mode, stamp, losses, source, generated: generated ?? undefined }, copy)
  return {
    ...{ kind: 'hansard replay certificate', version: CERTIFICATE_VERSION },
    ...{ id, revision, mode, label, targetId, checkedAt: new Date().toISOString() },
    ...comparison,
  }
}

/** The conversation at the revision that was replayed; the archive may hold newer ones. */
function sourceAt(archive: Archive, id: string, revision: string): Source {
  for (const stored of archive.conversations.revisions(id)) {
    const source = sourceOf(archive, stored)
    if (revisionOf(source) === revision) return source
  }
  throw new HansardError('archive-damaged', 'The archive no longer has the revision that was replayed')
}
