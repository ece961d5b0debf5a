import type { Content } from './chunk-types.ts'
import type { FreeObject, OpenString, OtherObject } from './open-types.ts'

/**
 * An entry of a conversation, told apart by `type`. An entry of a new type is an `OtherObject`. The order of entries is
 * that of the array: neither ids nor times sort them.
 */
export type Entry =
  MessageInput | MessageOutput | ToolExecution | FunctionCall | FunctionResult | AgentHandoff | OtherObject

/** What all known entries have. */
export interface EntryBase {
  readonly object?: string
  readonly id?: string
  /** ISO 8601 with microseconds, in UTC. */
  readonly created_at?: string | null
  /** Set in the response that made the entry, and null for the same entry in a history (captured). */
  readonly completed_at?: string | null
}

/** Who made an entry; which of the two is there depends on the conversation, and either may be null. */
export interface MadeByModel {
  readonly agent_id?: string | null
  readonly model?: string | null
}

/** A message that was sent to the model, mostly by the user. An entry without a type is one (specified). */
export interface MessageInput extends EntryBase {
  readonly type?: 'message.input'
  readonly role: OpenString<'user' | 'assistant'>
  readonly content: Content
  /** The answer begins with this message. */
  readonly prefix?: boolean | null
}

/** A message of the model. */
export interface MessageOutput extends EntryBase, MadeByModel {
  readonly type: 'message.output'
  readonly role?: OpenString<'assistant'>
  readonly content: Content
}

/** A built-in tool that the service ran. */
export interface ToolExecution extends EntryBase, MadeByModel {
  readonly type: 'tool.execution'
  readonly name: OpenString<BuiltInTool>
  /** JSON, mostly as a string. Specified as required; captures lack it. */
  readonly arguments?: string | FreeObject | null
  /** What the tool says of its work, such as `code` and `code_output` of the code interpreter. */
  readonly info?: FreeObject | null
  /** Reported, not specified. */
  readonly function?: unknown
}

export type BuiltInTool =
  'web_search' | 'web_search_premium' | 'code_interpreter' | 'image_generation' | 'document_library'

/** A function that the model wants the caller to run. */
export interface FunctionCall extends EntryBase, MadeByModel {
  readonly type: 'function.call'
  /** The `function.result` repeats it. */
  readonly tool_call_id: string
  readonly name: string
  /** An object, or its JSON text, which may have been cut off in the middle. */
  readonly arguments: string | FreeObject
  /** Absent or null where no confirmation was asked for. */
  readonly confirmation_status?: OpenString<'pending' | 'allowed' | 'denied'> | null
}

/** What the caller's function returned. */
export interface FunctionResult extends EntryBase {
  readonly type: 'function.result'
  readonly tool_call_id: string
  readonly result: string
}

/** One agent hands over to another. */
export interface AgentHandoff extends EntryBase {
  readonly type: 'agent.handoff'
  readonly previous_agent_id?: string | null
  readonly previous_agent_name?: string | null
  readonly next_agent_id?: string | null
  readonly next_agent_name?: string | null
  /** The receiver, in captures of 2025-04, which have none of the four fields above. */
  readonly agent_id?: string | null
  readonly agent_name?: string | null
}
