import type { StreamEvent } from '../../api/client.ts'
import { isContainer } from '../../model/json/parse-json.ts'
import { textTokens } from '../plan/estimate.ts'
import type { Tokens } from './budget.ts'
import { reportedUsage } from './reported-usage.ts'

/** An entry that the target generated, as far as its events show. */
export interface GeneratedEntry {
  readonly id: string
  readonly type: string
  /** For a function call: its name, id and arguments. */
  readonly name: string
  readonly toolCallId: string
  readonly arguments: string
}

/** Assembles a response from its events. */
export class StreamedResponse {
  /** The conversation's id at the target, once an event names it. */
  targetId: string | undefined
  /** The usage that the target reports. */
  reported: Tokens = { tokensIn: 0, tokensOut: 0 }
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
