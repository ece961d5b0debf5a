import type { ConversationsClient, JsonReply } from '../../api/client.ts'
import type { Clock } from '../../api/clock.ts'
import { parsePage, parseEntryList } from '../../backup/fetch/parse-response.ts'
import { readPart } from '../../backup/fetch/read-conversation.ts'
import { PageSize } from '../../backup/listing/page-size.ts'
import { isHansardError } from '../../errors.ts'
import { TargetClock } from './target-clock.ts'

/** Which part of the listing, and of which conversations. */
interface ListQuery {
  readonly page: number
  readonly pageSize: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Reads the target, and hears what time it is over there. */
export class TargetReader {
  readonly #client: ConversationsClient
  readonly #signal: AbortSignal
  /** The target's clock, as its answers tell it. */
  readonly clock: TargetClock

  constructor(client: ConversationsClient, signal: AbortSignal, clock: Clock) {
    this.clock = new TargetClock(clock)
    this.#client = client
    this.#signal = signal
  }

  /** How many rows of the listing to ask for at once. */
  readonly pageSize = new PageSize(100)

  /**
   * A page of the listing.
   *
   * @throws HansardError `unexpected-shape` for an answer that is no page: it must not pass for an empty account
   */
  async list(query: ListQuery): Promise<readonly unknown[]> {
    return parsePage(this.#heard(await this.#client.list(query, { signal: this.#signal }))).rows
  }

  /** The first rows of the listing to which a filter applies, at most so many. */
  async listFiltered(metadata: Readonly<Record<string, unknown>>, most: number): Promise<readonly unknown[]> {
    const pageSize = Math.min(most, this.pageSize.size)
    try {
      return await this.list({ page: 0, pageSize, metadata })
    } catch (thrown) {
      if (!this.pageSize.shrink(thrown, pageSize, false)) throw thrown
      return this.listFiltered(metadata, most)
    }
  }

  /** The row of a conversation; undefined if there is none. */
  row(id: string): Promise<unknown> {
    return orNothing(async () => this.#heard(await this.#client.get(id, { signal: this.#signal })).json)
  }

  /** The texts of the entries of a conversation; undefined if there is none. */
  entries(id: string): Promise<readonly string[] | undefined> {
    return orNothing(async () => {
      const call = { signal: this.#signal }
      const read = () => this.#client.getHistory(id, call)
      const reply = this.#heard(await readPart(this.#client, id, 'history', read, call))
      return parseEntryList(reply, 'entries', id).entries
    })
  }

  #heard(reply: JsonReply): JsonReply {
    this.clock.hear(reply.servedAt)
    return reply
  }
}

async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return undefined
    throw thrown
  }
}
