import type { ConversationsClient, JsonReply } from '../../api/client.ts'
import type { Clock } from '../../api/clock.ts'
import { splitList } from '../../backup/split.ts'
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
  #largestPage = Infinity

  constructor(client: ConversationsClient, signal: AbortSignal, clock: Clock) {
    this.clock = new TargetClock(clock)
    this.#client = client
    this.#signal = signal
  }

  /** A page of the listing. A size that the target refuses is cut down, as most targets would do themselves. */
  async list(query: ListQuery): Promise<readonly unknown[]> {
    const pageSize = Math.min(query.pageSize, this.#largestPage)
    try {
      const { json } = this.#heard(await this.#client.list({ ...query, pageSize }, { signal: this.#signal }))
      return Array.isArray(json) ? (json as unknown[]) : []
    } catch (thrown) {
      if (pageSize === 1 || !refusesPageSize(thrown)) throw thrown
      this.#largestPage = Math.floor(pageSize / 2)
      return this.list(query)
    }
  }

  /** The row of a conversation; undefined if there is none. */
  row(id: string): Promise<unknown> {
    return orNothing(async () => this.#heard(await this.#client.get(id, { signal: this.#signal })).json)
  }

  /** The texts of the entries of a conversation; undefined if there is none. */
  entries(id: string): Promise<readonly string[] | undefined> {
    return orNothing(async () => {
      const reply = this.#heard(await this.#client.getHistory(id, { signal: this.#signal }))
      return splitList(reply, 'entries', id).entries
    })
  }

  #heard(reply: JsonReply): JsonReply {
    this.clock.hear(reply.servedAt)
    return reply
  }
}

/** Nobody knows the largest size, and the refusal tells it in words alone. */
function refusesPageSize(thrown: unknown): boolean {
  return isHansardError(thrown, 'request-refused') && thrown.message.includes('page_size')
}

async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return undefined
    throw thrown
  }
}
