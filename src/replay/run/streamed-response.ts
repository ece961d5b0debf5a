import type { StreamEvent } from '../../api/client.ts'
import { isContainer } from '../../model/json/parse-json.ts'
import { textTokens } from '../plan/estimate.ts'
import type { Tokens } from './budget.ts'
import { reportedUsage } from './reported-usage.ts'

/** An entry that the target generated, as far as its events tell. */
export interface Generated {
  readonly id: string
  readonly type: string
  /** Of a function call: its name, id and arguments. */
  readonly name: string
  readonly toolCallId: string
  readonly arguments: string
}

/** Puts an answer together from its events. */
export class StreamAnswer {
  /** The conversation's id over there, once it is told. */
  targetId: string | undefined
  /** What the target says it took. */
  reported: Tokens = { tokensIn: 0, tokensOut: 0 }
  #received = 0
  readonly #outputs = new Map<unknown, { -readonly [Field in keyof Generated]: Generated[Field] }>()

  /** Takes an event; true if it told the conversation's id. */
  take({ type, json }: StreamEvent): boolean {
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

  /** What was generated, in its order. */
  get generated(): readonly Generated[] {
    return [...this.#outputs.values()]
  }

  /** About how many tokens have arrived, by their text. */
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

/** Tokens of all text in a piece of an answer. A loop, not a recursion: depth is the sender's choice. */
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
