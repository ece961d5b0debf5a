import type { CallOptions, ConversationsClient } from '../../api/client.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { rowFacts } from '../../model/conversation-row.ts'
import { parsePage } from './parse-response.ts'

/** The operations that read a conversation. */
export type ReadOperation = 'get' | 'getHistory' | 'getMessages'

/** Number of other conversations to try. */
const PROBE_COUNT = 3

/** The running probe of a client, shared by all callers that need its result. */
const probes = new WeakMap<ConversationsClient, Promise<boolean>>()

/**
 * Rethrows an error of reading a conversation. A refused key (401) or a required payment (402) ends the run. But if the
 * API still lists, and returns another conversation for the same key, it becomes a failure of this conversation alone.
 */
export async function classifyRefusal(
  client: ConversationsClient,
  id: string,
  operation: ReadOperation,
  thrown: unknown,
  { signal }: CallOptions,
): Promise<never> {
  if (!isRefusal(thrown)) throw thrown
  const probe = probes.get(client) ?? readsAnother(client, id, operation, { signal })
  probes.set(client, probe)
  const isOfThisOne = await probe.finally(() => probes.delete(client))
  if (!isOfThisOne) throw thrown
  throw new HansardError('request-refused', `For this conversation only: ${thrown.message}`, {
    status: thrown.status,
    cause: thrown,
    hint: 'The key is valid: the API lists conversations with it. Try again later.',
  })
}

function isRefusal(thrown: unknown): thrown is HansardError {
  return isHansardError(thrown, 'key-refused') || isHansardError(thrown, 'payment-required')
}

/** Returns whether the API lists conversations and, if it lists others, returns one of them. */
async function readsAnother(
  client: ConversationsClient,
  id: string,
  operation: ReadOperation,
  call: CallOptions,
): Promise<boolean> {
  try {
    const { rows } = parsePage(await client.list({ page: 0, pageSize: 20 }, call))
    const others = rows.flatMap((row) => rowFacts(row)?.id ?? []).filter((other) => other !== id)
    for (const other of spread(others)) {
      try {
        await client[operation](other, call)
        return true
      } catch (thrown) {
        if (call.signal?.aborted) throw thrown
      }
    }
    return others.length === 0
  } catch {
    return false
  }
}

/** Picks items at even distances, since neighbors may have the same fault. */
function spread<T>(items: readonly T[]): T[] {
  const step = Math.max(1, Math.floor(items.length / PROBE_COUNT))
  return items.filter((_, i) => i % step === 0).slice(0, PROBE_COUNT)
}
