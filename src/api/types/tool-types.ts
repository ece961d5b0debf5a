import type { BuiltInTool } from './entry-types.ts'
import type { FreeObject, OtherObject } from './open-types.ts'

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
