import type { JsonReply } from '../../api/read-response.ts'
import type { PendingReference } from '../../archive/content/dependencies.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import type { Reference } from '../../model/entries/references.ts'
import { compact } from '../../model/json/json-text.ts'
import { isObject } from '../../model/json/parse-json.ts'
import type { BackupOptions } from '../backup-options.ts'
import { isFatal } from './fatal-errors.ts'
import type { FetchContext } from './fetcher.ts'

/**
 * The API can return 404 for a file that was just created and return the file later. A 404 is final once the reference
 * is older than this, when two nightly runs have asked.
 */
const NOT_FOUND_FINAL_AFTER_MS = 2 * 86_400_000

/**
 * Returns a function for each agent or file that a conversation refers to and that is not stored yet; the function
 * fetches it. Only the API is asked: links in a text to other hosts are never followed.
 */
export function fetchDependencies(
  context: FetchContext,
  { files = true, maxFileSize, full = false }: BackupOptions,
): (() => Promise<void>)[] {
  const { dependencies } = context.archive
  return dependencies
    .pending({ withSkipped: files, withExpired: full })
    .filter(({ kind }) => files || kind === 'agent')
    .map((reference) => () => attempt(context, reference, maxFileSize))
}

async function attempt(
  context: FetchContext,
  reference: PendingReference,
  maxFileSize: number | undefined,
): Promise<void> {
  const { archive, signal } = context
  try {
    if (reference.kind === 'agent') await fetchAgent(context, reference)
    else await fetchFile(context, reference, maxFileSize)
  } catch (thrown) {
    if (isFatal(thrown) || signal.aborted) throw thrown
    const state = stateAfter(thrown, reference)
    archive.soon(() => archive.dependencies.note(reference, state, messageOf(thrown), now()))
  }
}

function stateAfter(thrown: unknown, { kind, since }: PendingReference): 'expired' | 'skipped' | 'failed' {
  if (isHansardError(thrown, 'too-large')) return 'skipped'
  if (!isHansardError(thrown, 'not-found')) return 'failed'
  const isYoung =
    kind === 'file' && since !== null && Date.now() - Date.parse(since) < NOT_FOUND_FINAL_AFTER_MS
  return isYoung ? 'failed' : 'expired'
}

async function fetchAgent({ client, archive, signal }: FetchContext, reference: Reference): Promise<void> {
  const { id, version } = reference
  const reply = await client.getAgent(id, version === '' ? undefined : version, { signal })
  const json = objectText(reply, reference)
  const { version: current } = reply.json as { version?: unknown }
  archive.soon(() => {
    archive.dependencies.store(reference, json, undefined, now())
    if (version === '' && (typeof current === 'number' || typeof current === 'string')) {
      archive.dependencies.store({ ...reference, version: String(current) }, json, undefined, now())
    }
  })
}

async function fetchFile(
  { client, archive, signal }: FetchContext,
  reference: Reference,
  maxFileSize = Infinity,
): Promise<void> {
  const metadata = await client.getFile(reference.id, { signal })
  const json = objectText(metadata, reference)
  const { bytes: size } = metadata.json as { bytes?: unknown }
  if (typeof size === 'number' && size > maxFileSize) throw tooLarge(size, maxFileSize)
  const hold = client.holdBodies()
  try {
    const { bytes } = await client.getFileContent(reference.id, { signal, hold })
    if (bytes.length > maxFileSize) throw tooLarge(bytes.length, maxFileSize)
    if (typeof size === 'number' && size !== bytes.length) {
      throw new HansardError('unexpected-shape', `${bytes.length} of ${size} bytes came`)
    }
    if (bytes.length === 0 && size !== 0)
      throw new HansardError('unexpected-shape', 'The API returned an empty file')
    archive.soon(() => archive.dependencies.store(reference, json, bytes, now()))
  } finally {
    hold.release()
  }
}

function tooLarge(size: number, limit: number): HansardError {
  return new HansardError('too-large', `${size} bytes: over the limit of ${limit}`)
}

function objectText({ text, json }: JsonReply, { kind, id }: Reference): string {
  if (!isObject(json))
    throw new HansardError('unexpected-shape', 'The API returned something other than an object')
  if ('id' in json && json['id'] !== id)
    throw new HansardError('unexpected-shape', `The API returned another ${kind}`)
  return compact(text)
}

function now(): string {
  return new Date().toISOString()
}
