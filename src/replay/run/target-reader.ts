import type { CallOptions, ConversationsClient, JsonReply, ListQuery } from '../../api/client.ts'
import type { Clock } from '../../api/clock.ts'
import { parsePage, parseEntryList } from '../../backup/fetch/parse-response.ts'
import { readPart } from '../../backup/fetch/read-conversation.ts'
import { PageSize } from '../../backup/listing/page-size.ts'
import { isHansardError } from '../../errors.ts'
import { TargetClock } from './target-clock.ts'

/** Reads from the target and observes its clock. */
export class TargetReader {
  readonly #client: ConversationsClient
  readonly #call: CallOptions
  readonly clock: TargetClock
  /** Rows per page of the listing. */
  readonly pageSize: PageSize

  /** @param granted rows that the target is known to return for a page */
  constructor(client: ConversationsClient, signal: AbortSignal, clock: Clock, granted = 100) {
    this.pageSize = new PageSize(granted)
    this.#client = client
    this.#call = { signal }
    this.clock = new TargetClock(clock)
  }

  /**
   * Returns the rows of a page.
   *
   * @throws HansardError `unexpected-shape` for a response that is not a page: it must not pass for an empty account
   */
  async list(query: ListQuery): Promise<readonly unknown[]> {
    return parsePage(this.#observe(await this.#client.list(query, this.#call))).rows
  }

  /** The first rows that match a metadata filter, at most `most`. */
  async listFiltered(metadata: Readonly<Record<string, unknown>>, most: number): Promise<readonly unknown[]> {
    const pageSize = Math.min(most, this.pageSize.size)
    try {
      return await this.list({ page: 0, pageSize, metadata })
    } catch (thrown) {
      if (!this.pageSize.shrink(thrown, pageSize, false)) throw thrown
      return this.listFiltered(metadata, most)
    }
  }

  /** The row of a conversation; undefined if it does not exist. */
  row(id: string): Promise<unknown> {
    return orUndefined(async () => this.#observe(await this.#client.get(id, this.#call)).json)
  }

  /** The JSON texts of a conversation's entries; undefined if it does not exist. */
  entries(id: string): Promise<readonly string[] | undefined> {
    return orUndefined(async () => {
      const reply = this.#observe(await readPart(this.#client, id, 'getHistory', this.#call))
      return parseEntryList(reply, 'entries', id).entries
    })
  }

  #observe(reply: JsonReply): JsonReply {
    this.clock.observe(reply.servedAt)
    return reply
  }
}

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return undefined
    throw thrown
  }
}
