import type { OpenDeletion } from '../../archive/journal/deletions.ts'
import type { ArchiveLock } from '../../archive/sqlite/archive-lock.ts'
import { isHansardError, messageOf } from '../../errors.ts'
import { exists } from '../account-identity.ts'
import { compareContent } from '../compare-content.ts'
import { candidateById } from '../fetch/candidate.ts'
import { isFatal } from '../fetch/fatal-errors.ts'
import { fetchConversation } from '../fetch/fetch-conversation.ts'
import type { FetchContext } from '../fetch/fetcher.ts'

/** What became of one conversation. `gone`: it was not there any more. `kept`: it must not, or could not, be deleted. */
export interface Pruned {
  readonly id: string
  readonly what: 'deleted' | 'gone' | 'kept'
  /** Why it is kept. */
  readonly reason?: string
}

/** Deletes single conversations upstream, each with its proof. */
export class Pruner {
  readonly #context: FetchContext
  readonly #lock: Pick<ArchiveLock, 'confirm'>

  constructor(context: FetchContext, lock: Pick<ArchiveLock, 'confirm'>) {
    this.#context = context
    this.#lock = lock
  }

  /** Finds out what became of a deletion whose process ended before it knew; undefined if nothing was deleted. */
  async settle({ id: deletion, conversation: id }: OpenDeletion): Promise<Pruned | undefined> {
    const { client, signal } = this.#context
    if (await exists(client, id, signal)) {
      this.#end(deletion, 'kept')
      return undefined
    }
    this.#end(deletion, 'deleted', id)
    return { id, what: 'deleted' }
  }

  /** Reads a conversation, and deletes it if it is as the archive has it. */
  async prune(id: string): Promise<Pruned> {
    try {
      const reason = await this.#findDifference(id)
      return reason === undefined ? await this.#delete(id) : { id, what: 'kept', reason }
    } catch (thrown) {
      if (isHansardError(thrown, 'not-found')) {
        this.#context.archive.transaction(() => this.#markGone(id, 'no longer upstream; its content is kept'))
        return { id, what: 'gone' }
      }
      if (this.#context.signal.aborted || isFatal(thrown)) throw thrown
      return { id, what: 'kept', reason: messageOf(thrown) }
    }
  }

  async #findDifference(id: string): Promise<string | undefined> {
    const { client, archive, signal } = this.#context
    const hold = client.holdBodies()
    try {
      const how = { getsRow: true, messages: true, signal }
      const fetched = await fetchConversation(client, candidateById(archive, id), hold, how)
      if (fetched.messages === 'unread')
        return `its messages cannot be read: ${messageOf(fetched.messagesFailure)}`
      if (archive.transaction(() => archive.conversations.equals(fetched))) return undefined
      const stored = archive.conversations.read(id)
      const live = { row: fetched.row, entries: fetched.history.entries }
      const difference = stored === undefined ? undefined : compareContent(stored, live)
      return `it is not as archived, ${difference?.detail ?? 'its messages differ'}: run \`hansard backup\` first`
    } finally {
      hold.release()
    }
  }

  async #delete(id: string): Promise<Pruned> {
    const { client, archive, run, signal } = this.#context
    this.#lock.confirm()
    const deletion = archive.durably(() => archive.deletions.intend(id, run, new Date().toISOString()))
    try {
      await client.delete(id, { signal })
    } catch (thrown) {
      if (isHansardError(thrown) && refusals.includes(thrown.code)) {
        this.#end(deletion, 'kept')
        throw thrown
      }
      // A retry of a request whose response was lost meets 404. After any other error, the request may have been carried out.
      if (!isHansardError(thrown, 'not-found'))
        return await this.#settleLost({ id: deletion, conversation: id }, thrown)
    }
    this.#end(deletion, 'deleted', id)
    return { id, what: 'deleted' }
  }

  async #settleLost(open: OpenDeletion, lost: unknown): Promise<Pruned> {
    try {
      return (await this.settle(open)) ?? { id: open.conversation, what: 'kept', reason: messageOf(lost) }
    } catch (thrown) {
      if (this.#context.signal.aborted || isFatal(thrown)) throw thrown
      return { id: open.conversation, what: 'kept', reason: UNKNOWN }
    }
  }

  #end(deletion: number, outcome: 'deleted' | 'kept', gone?: string): void {
    const { archive } = this.#context
    archive.transaction(() => {
      archive.deletions.end(deletion, outcome, new Date().toISOString())
      if (gone !== undefined) this.#markGone(gone, 'deleted by `hansard prune`; its content is kept')
    })
  }

  #markGone(id: string, detail: string): void {
    const { archive, run } = this.#context
    const at = new Date().toISOString()
    archive.conversations.markGone(id, at)
    archive.events.add({ kind: 'gone', conversation: id, detail }, run, at)
  }
}

const UNKNOWN = 'it is unknown whether it was deleted: run `hansard prune` again'

/** Codes of errors after which nothing was deleted. */
const refusals = ['request-refused', 'key-refused', 'conflict']
