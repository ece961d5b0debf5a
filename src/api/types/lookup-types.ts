import type { CompletionArgs, Tool } from './conversation-types.ts'
import type { FreeObject, OpenString } from './open-types.ts'

/** An agent, in one of its versions. */
export interface Agent {
  readonly object?: string
  readonly id: string
  readonly version: number
  /** The numbers of all versions. */
  readonly versions?: readonly number[] | null
  /** ISO 8601 with microseconds, in UTC. */
  readonly created_at: string
  readonly updated_at: string
  readonly model: string
  readonly name: string
  readonly description?: string | null
  readonly instructions?: string | null
  readonly tools?: readonly Tool[] | null
  readonly completion_args?: CompletionArgs | null
  readonly guardrails?: readonly FreeObject[] | null
  /** The ids of the agents that it may hand over to. */
  readonly handoffs?: readonly string[] | null
  readonly metadata?: FreeObject | null
  readonly source?: string | null
  readonly version_message?: string | null
}

/** The models that a key may use. */
export interface ModelList {
  readonly object?: string
  readonly data?: readonly Model[] | null
}

/** A model. */
export interface Model {
  readonly id: string
  readonly object?: string
  readonly type?: OpenString<'base' | 'fine-tuned'>
  readonly name?: string | null
  readonly description?: string | null
  readonly aliases?: readonly string[] | null
  /** In tokens. */
  readonly max_context_length?: number | null
  /** What it can do, such as `completion_chat` and `function_calling`. */
  readonly capabilities?: Readonly<Record<string, boolean>> | null
  /** ISO 8601: when the model will be retired. */
  readonly deprecation?: string | null
  readonly deprecation_replacement_model?: string | null
}

/** What the API knows of a file. */
export interface FileMetadata {
  readonly id: string
  readonly object?: string
  readonly filename: string
  /** Size in bytes. */
  readonly bytes: number
  /** In seconds since 1970. */
  readonly created_at: number
  /** In seconds since 1970. */
  readonly expires_at?: number | null
  readonly purpose?: string | null
  readonly mimetype?: string | null
  readonly source?: OpenString<'upload' | 'repository' | 'mistral'> | null
  readonly deleted?: boolean | null
}
