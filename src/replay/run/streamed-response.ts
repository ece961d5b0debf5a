import type { StreamEvent } from '../../api/client.ts'
import { textTokens } from '../../model/entries/estimate-tokens.ts'
import { isContainer, isObject } from '../../model/json/parse-json.ts'
import { noTokens, type Tokens } from './budget.ts'
import type { OpenCall } from './call-results.ts'

/** An entry that the target generated, as far as its events show. The fields of a call are empty for others. */
interface GeneratedEntry extends OpenCall {
  readonly id: string
  readonly type: string
}

/** Assembles a response from its events. */
export class StreamedResponse {
  /** The conversation's id at the target, once an event names it. */
  targetId: string | undefined
  /** The usage that the target reports. */
  reported = noTokens
  #received = 0
  readonly #outputs = new Map<unknown, { -readonly [Field in keyof GeneratedEntry]: GeneratedEntry[Field] }>()

  /** Adds an event. Returns true if it named the conversation. */
  addEvent({ type, json }: StreamEvent): boolean {
    const event = (json ?? {}) as Record<string, unknown>
    if (type === 'conversation.response.started') {
      if (typeof event['conversation_id'] !== 'string') return false
      this.targetId = event['conversation_id']
      return true
    }
    if (type === 'conversation.response.done') this.reported = reportedUsage(event['usage'])
    else if (typeof event['id'] === 'string') this.#takeOutput(type, event['id'], event)
    return false
  }

  /** Generated entries in their order. */
  get generated(): readonly GeneratedEntry[] {
    return [...this.#outputs.values()]
  }

  /** Estimated tokens of the text that has arrived. */
  get received(): number {
    return Math.ceil(this.#received)
  }

  #takeOutput(type: string, id: string, event: Record<string, unknown>): void {
    const key = event['output_index'] ?? id
    const output = this.#outputs.get(key) ?? { id, type: '', name: '', toolCallId: '', arguments: '' }
    this.#outputs.set(key, output)
    this.#received += tokensIn(event['content']) + tokensIn(event['arguments'])
    output.type = type.slice(0, type.lastIndexOf('.'))
    if (output.type !== 'function.call') return
    if (typeof event['name'] === 'string') output.name = event['name']
    if (typeof event['tool_call_id'] === 'string') output.toolCallId = event['tool_call_id']
    const more = event['arguments'] ?? ''
    output.arguments += typeof more === 'string' ? more : JSON.stringify(more)
  }
}

/** Estimated tokens of all text in a part of a response. A loop, not a recursion: the sender chooses the depth. */
function tokensIn(piece: unknown): number {
  let tokens = 0
  const values: unknown[] = [piece]
  while (values.length > 0) {
    const value = values.pop()
    if (typeof value === 'string') tokens += textTokens(value)
    else if (isContainer(value)) for (const inner of Object.values(value)) values.push(inner)
  }
  return tokens
}

/**
 * The largest plausible number of tokens: the longest contexts have millions, and a call with tools reads them a few
 * times.
 */
const MOST_TOKENS = 1e9

/**
 * Reads the usage that a target reports. Implausible values (negative, a string, 1e308) count as not reported.
 * Fractions are rounded up, since the archive stores integers.
 */
export function reportedUsage(usage: unknown): Tokens {
  const fields = isObject(usage) ? usage : {}
  const count = (name: string): number => {
    const value = fields[name]
    return typeof value === 'number' && value > 0 && value <= MOST_TOKENS ? Math.ceil(value) : 0
  }
  const tokensIn = count('prompt_tokens') + count('connector_tokens')
  const tokensOut = count('completion_tokens')
  const rest = Math.max(0, count('total_tokens') - tokensIn - tokensOut)
  return tokensOut === 0 ? { tokensIn, tokensOut: rest } : { tokensIn: tokensIn + rest, tokensOut }
}
