import type { BuiltInTool, Entry } from './entry-types.ts'
import type { FreeObject, OpenString, OtherObject } from './open-types.ts'

/** A conversation as `list` and `get` return it: of a model, or of an agent, never both (`agent_id == null` tells). */
export type Conversation = ModelConversation | AgentConversation

/** What both kinds of conversation have. */
export interface ConversationBase {
  readonly object?: string
  readonly id: string
  /** ISO 8601 with microseconds, in UTC. */
  readonly created_at: string
  /** Moves with each append; the first response to `start` does not move it (captured). */
  readonly updated_at: string
  readonly name?: string | null
  readonly description?: string | null
  /** As given to `start`; `list` and `get` may leave it out (reported). */
  readonly metadata?: FreeObject | null
  readonly guardrails?: readonly FreeObject[] | null
}

/** A conversation with a model. */
export interface ModelConversation extends ConversationBase {
  readonly model: string
  readonly agent_id?: null
  readonly instructions?: string | null
  readonly tools?: readonly Tool[] | null
  readonly completion_args?: CompletionArgs | null
}

/** A conversation with an agent, which has the instructions, tools and model (`getAgent`). */
export interface AgentConversation extends ConversationBase {
  readonly model?: null
  readonly agent_id: string
  readonly agent_version?: string | number | null
}

/** A tool of a conversation or an agent, told apart by `type`. A tool of a new type is an `OtherObject`. */
export type Tool = FunctionTool | BuiltInToolSettings | ConnectorTool | OtherObject

/** A function that the caller runs. */
export interface FunctionTool {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description?: string | null
    readonly strict?: boolean | null
    /** A JSON Schema. */
    readonly parameters: FreeObject
  }
}

/** A tool that the service runs. */
export interface BuiltInToolSettings {
  readonly type: BuiltInTool
  /** Of `document_library` only. */
  readonly library_ids?: readonly string[] | null
  readonly tool_configuration?: FreeObject | null
}

/** A connector. `authorization.value` is a secret; archives hold `[redacted by hansard]` in its place. */
export interface ConnectorTool {
  readonly type: 'connector'
  readonly connector_id: string
  readonly authorization?: { readonly type?: string; readonly value: string } | null
  readonly tool_configuration?: FreeObject | null
}

/** How the model answers. Captured conversations have every field, most of them null. */
export interface CompletionArgs {
  readonly stop?: string | readonly string[] | null
  readonly presence_penalty?: number | null
  readonly frequency_penalty?: number | null
  readonly temperature?: number | null
  readonly top_p?: number | null
  readonly max_tokens?: number | null
  readonly random_seed?: number | null
  readonly prediction?: FreeObject | null
  /** May be a format that the API would refuse, such as `json_schema` without a schema (captured). */
  readonly response_format?: {
    readonly type?: OpenString<'text' | 'json_object' | 'json_schema'>
    readonly json_schema?: FreeObject | null
  } | null
  readonly tool_choice?: OpenString<'auto' | 'none' | 'any' | 'required'> | null
  readonly reasoning_effort?: OpenString<'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'> | null
}

/** All entries of a conversation, as `getHistory` returns them: whole, in no pages. */
export interface ConversationHistory {
  readonly object?: string
  readonly conversation_id: string
  readonly entries: readonly Entry[]
}

/** The entries of a conversation that are messages, as `getMessages` returns them. */
export interface ConversationMessages {
  readonly object?: string
  readonly conversation_id: string
  readonly messages: readonly Entry[]
}

/** What `start`, `append` and `restart` return. */
export interface ConversationResponse {
  readonly object?: string
  /** The conversation to continue with; it may differ from the one that was appended to. */
  readonly conversation_id: string
  /** What the service added: messages, tool executions, function calls and handoffs. */
  readonly outputs: readonly Entry[]
  /** Missing or zero in some good responses (reported). */
  readonly usage?: Usage | null
  readonly guardrails?: readonly FreeObject[] | null
}

/** Tokens that a response took. Histories do not have them. */
export interface Usage {
  readonly prompt_tokens?: number | null
  readonly completion_tokens?: number | null
  readonly total_tokens?: number | null
  readonly connector_tokens?: number | null
  /** How often each built-in tool ran. */
  readonly connectors?: Readonly<Record<string, number>> | null
}
