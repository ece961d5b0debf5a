import type { JsonReply } from '../../api/read-response.ts'
import type { PendingReference } from '../../archive/content/dependencies.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import type { Reference } from '../../model/entries/references.ts'
import { compact } from '../../model/json/json-text.ts'
import { isFatal } from './fatal-errors.ts'
import type { FetchContext } from './fetcher.ts'

/** Which dependencies to fetch. */
export interface DependencyOptions {
  /** Fetch files too. */
  readonly files: boolean
  /** Skip files of more bytes than this. */
  readonly maxFileSize: number | undefined
  /** Ask again for what the API did not have any more. */
  readonly full: boolean
}

/**
 * The API can answer 404 for a file that was made just now, and have it later. A reference must be older than this
 * before 404 is final: then two nights have asked for it.
 */
const NOT_FOUND_FINAL_AFTER_MS = 2 * 86_400_000

/**
 * Fetches the agents and files that conversations refer to and that are not stored yet, while they still exist. Only
 * what the API itself serves: links in the text to other hosts are never followed.
 */
export function* fetchDependencies(
  context: FetchContext,
  { files, maxFileSize, full }: DependencyOptions,
): Generator<() => Promise<void>, void, undefined> {
  for (const reference of context.archive.dependencies.pending({ withSkipped: files, withExpired: full })) {
    if (reference.kind === 'agent')
      yield () => attempt(context, reference, () => fetchAgent(context, reference))
    else if (files) yield () => attempt(context, reference, () => fetchFile(context, reference, maxFileSize))
  }
}

async function attempt(
  { archive, signal }: FetchContext,
  reference: PendingReference,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
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
  if (typeof size === 'number' && size > maxFileSize)
    throw new HansardError('too-large', `${size} bytes: over the limit of ${maxFileSize}`)
  const hold = client.holdBodies()
  try {
    const { bytes } = await client.getFileContent(reference.id, { signal, hold })
    if (bytes.length > maxFileSize)
      throw new HansardError('too-large', `${bytes.length} bytes: over the limit of ${maxFileSize}`)
    if (typeof size === 'number' && size !== bytes.length) {
      throw new HansardError('unexpected-shape', `${bytes.length} of ${size} bytes came`)
    }
    if (bytes.length === 0 && size !== 0) throw new HansardError('unexpected-shape', 'The file came empty')
    archive.soon(() => archive.dependencies.store(reference, json, bytes, now()))
  } finally {
    hold.release()
  }
}

function objectText({ text, json }: JsonReply, { kind, id }: Reference): string {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new HansardError('unexpected-shape', 'The API returned something other than an object')
  if ('id' in json && json.id !== id)
    throw new HansardError('unexpected-shape', `The API returned another ${kind}`)
  return compact(text)
}

function now(): string {
  return new Date().toISOString()
}
