import type { ConversationsClient } from '../../api/client.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { rowFacts } from '../../model/conversation-row.ts'
import { isObject } from '../../model/json/parse-json.ts'

/** The conversation of a probe. */
export interface StartedProbe {
  readonly id: string
  readonly trailingAnswer: 'refused' | 'answered' | 'stored'
  /** As the service reports; null if it does not. */
  readonly tokens: number | null
}

/** The metadata key of the mark by which a probe recognizes its conversation. */
export const MARK_KEY = 'hansard_probe'

const USER = { type: 'message.input', role: 'user', content: 'Please answer with OK.' }
const ASSISTANT = { type: 'message.output', role: 'assistant', content: 'OK' }

/** Starts the conversation: with inputs that end with the assistant, and if these are refused, without the last one. */
export async function startProbe(
  client: ConversationsClient,
  model: string,
  mark: string,
  signal: AbortSignal,
): Promise<StartedProbe> {
  const send = async (inputs: readonly object[]) => {
    const { json } = await client.start(bodyOf(model, mark, inputs), { signal })
    return readReply(json)
  }
  try {
    const { isAnswered, ...started } = await send([USER, ASSISTANT])
    return { ...started, trailingAnswer: isAnswered ? 'answered' : 'stored' }
  } catch (thrown) {
    if (!isHansardError(thrown, 'request-refused')) return await deleteLost(client, mark, thrown)
  }
  try {
    const { id, tokens } = await send([USER])
    return { id, tokens, trailingAnswer: 'refused' }
  } catch (thrown) {
    return await deleteLost(client, mark, thrown)
  }
}

function bodyOf(model: string, mark: string, inputs: readonly object[]): object {
  return {
    model,
    inputs,
    name: nameOf(mark),
    description: 'Made by hansard doctor --probe. It can be deleted.',
    instructions: 'Answer with OK.',
    metadata: { [MARK_KEY]: mark },
    completion_args: { max_tokens: 8 },
  }
}

function nameOf(mark: string): string {
  return `hansard probe ${mark}`
}

function readReply(json: unknown): Omit<StartedProbe, 'trailingAnswer'> & { readonly isAnswered: boolean } {
  const { conversation_id: id, outputs, usage } = Object(json) as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || id === '')
    throw new HansardError('unexpected-shape', 'The API started a conversation without an id')
  const tokens = isObject(usage) && typeof usage['total_tokens'] === 'number' ? usage['total_tokens'] : null
  return { id, tokens, isAnswered: Array.isArray(outputs) && outputs.length > 0 }
}

/** Deletes what a start has created whose response was lost, if it can be found, and throws its error. */
async function deleteLost(client: ConversationsClient, mark: string, thrown: unknown): Promise<never> {
  const { json } = await client.list({ page: 0, pageSize: 20 }).catch(() => ({ json: [] }))
  const rows: readonly unknown[] = Array.isArray(json) ? json : []
  const made = rowFacts(rows.find((row) => isObject(row) && row['name'] === nameOf(mark)))
  if (made !== undefined) await deleteProbe(client, made.id)
  throw thrown
}

/** Deletes the conversation, even if the probe was aborted; returns whether it is gone. */
export async function deleteProbe(client: ConversationsClient, id: string): Promise<boolean> {
  try {
    await client.delete(id)
    return true
  } catch (thrown) {
    return isHansardError(thrown, 'not-found')
  }
}
