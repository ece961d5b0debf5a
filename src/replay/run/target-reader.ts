import type { ConversationsClient, JsonReply } from '../../api/client.ts'
import type { Clock } from '../../api/clock.ts'
import { parsePage, parseEntryList } from '../../backup/fetch/parse-response.ts'
import { readPart } from '../../backup/fetch/read-conversation.ts'
import { PageSize } from '../../backup/listing/page-size.ts'
import { isHansardError } from '../../errors.ts'
import { TargetClock } from './target-clock.ts'

/** A page of the listing. */
interface ListQuery {
  readonly page: number
  readonly pageSize: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Reads from the target and observes its clock. */
export class TargetReader {
  readonly #client: ConversationsClient
  readonly #signal: AbortSignal
  /** The target's clock. */
  readonly clock: TargetClock

  constructor(client: ConversationsClient, signal: AbortSignal, clock: Clock) {
    this.clock = new TargetClock(clock)
    this.#client = client
    this.#signal = signal
  }

  /** Rows per page of the listing. */
  readonly pageSize = new PageSize(100)

  /**
   * Returns the rows of a page.
   *
   * @throws HansardError `unexpected-shape` for a response that is not a page: it must not pass for an empty account
   */
  async list(query: ListQuery): Promise<readonly unknown[]> {
    return parsePage(this.#observe(await this.#client.list(query, { signal: this.#signal }))).rows
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
    return orUndefined(async () => this.#observe(await this.#client.get(id, { signal: this.#signal })).json)
  }

  /** The JSON texts of a conversation's entries; undefined if it does not exist. */
  entries(id: string): Promise<readonly string[] | undefined> {
    return orUndefined(async () => {
      const reply = await readPart(this.#client, id, 'getHistory', { signal: this.#signal })
      return parseEntryList(this.#observe(reply), 'entries', id).entries
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
