import { randomUUID } from 'node:crypto'

import type { ConversationsClient } from '../../api/client.ts'
import { findPageSize } from './find-page-size.ts'
import { inspectConversation, type InspectOptions, type Inspected } from './inspect-conversation.ts'
import { deleteProbe, startProbe, type StartedProbe } from './probe-conversation.ts'

/** What a probe learnt about the service, for this account. */
export interface Learnt extends Inspected {
  /** Rows that a page of the listing has at most; undefined if the account has too few to tell. */
  readonly pageSize: number | undefined
  /** What becomes of inputs that end with the assistant. */
  readonly trailingAnswer: StartedProbe['trailingAnswer']
}

/** A finished probe. */
export interface Probe {
  readonly learnt: Learnt
  /** The conversation that was created, if it could not be deleted. */
  readonly left: string | undefined
  readonly requests: number
  /** As the service reports; null if it does not. */
  readonly tokens: number | null
}

export interface ProbeOptions extends Pick<InspectOptions, 'signal' | 'clock'> {
  /** The model of the conversation that is created. */
  readonly model: string
}

/**
 * Creates one conversation of two or three short messages, looks at what the service makes of it, and deletes it.
 *
 * @throws HansardError of the request that failed; nothing is learnt then, and the conversation is deleted all the same
 */
export async function probeService(client: ConversationsClient, options: ProbeOptions): Promise<Probe> {
  const before = client.counters.requests
  const { size, granted } = await findPageSize(client, options.signal)
  const mark = randomUUID().slice(0, 8)
  const { id, trailingAnswer, tokens } = await startProbe(client, options.model, mark, options.signal)
  let isDeleted = false
  const inspected = await inspectConversation(client, {
    ...options,
    ...{ id, mark, size: granted ?? size },
  }).finally(async () => {
    isDeleted = await deleteProbe(client, id)
  })
  return {
    learnt: { ...inspected, pageSize: granted, trailingAnswer },
    left: isDeleted ? undefined : id,
    requests: client.counters.requests - before,
    tokens,
  }
}
