import type { Chunk } from './chunk-types.ts'
import type { Usage } from './conversation-types.ts'
import type { BuiltInTool, MadeByModel } from './entry-types.ts'
import type { OpenString, OtherObject } from './open-types.ts'

/** What the event of a stream says, told apart by `type`. An event of a new type is an `OtherObject`. */
export type EventData =
  | ResponseStarted
  | MessageOutputDelta
  | ToolExecutionStarted
  | ToolExecutionDelta
  | ToolExecutionDone
  | FunctionCallDelta
  | AgentHandoffStarted
  | AgentHandoffDone
  | ResponseDone
  | OtherObject

/** The first event, before anything is generated. */
export interface ResponseStarted {
  readonly type: 'conversation.response.started'
  readonly created_at?: string | null
  readonly conversation_id: string
}

/** The last event of a stream that did not fail. */
export interface ResponseDone {
  readonly type: 'conversation.response.done'
  readonly created_at?: string | null
  readonly usage?: Usage | null
}

/** What the events about one output have. */
export interface OutputEvent {
  readonly created_at?: string | null
  /** Which output it belongs to. */
  readonly output_index?: number
  readonly id: string
}

/** More of a message. */
export interface MessageOutputDelta extends OutputEvent, MadeByModel {
  readonly type: 'message.output.delta'
  /** Which chunk of the message it belongs to. */
  readonly content_index?: number
  readonly role?: OpenString<'assistant'>
  /** More text, or one chunk. */
  readonly content: string | Chunk
}

export interface ToolExecutionStarted extends OutputEvent, MadeByModel {
  readonly type: 'tool.execution.started'
  readonly name: OpenString<BuiltInTool>
  /** Specified as required; captures lack it. */
  readonly arguments?: string | null
}

export interface ToolExecutionDelta extends OutputEvent {
  readonly type: 'tool.execution.delta'
  readonly name: OpenString<BuiltInTool>
  readonly arguments: string
}

export interface ToolExecutionDone extends OutputEvent {
  readonly type: 'tool.execution.done'
  readonly name: OpenString<BuiltInTool>
  readonly info?: Readonly<Record<string, unknown>> | null
}

/** More of the arguments of a function call. */
export interface FunctionCallDelta extends OutputEvent, MadeByModel {
  readonly type: 'function.call.delta'
  readonly tool_call_id: string
  readonly name: string
  readonly arguments: string
  readonly confirmation_status?: OpenString<'pending' | 'allowed' | 'denied'> | null
}

export interface AgentHandoffStarted extends OutputEvent {
  readonly type: 'agent.handoff.started'
  readonly previous_agent_id: string
  readonly previous_agent_name: string
}

export interface AgentHandoffDone extends OutputEvent {
  readonly type: 'agent.handoff.done'
  readonly next_agent_id: string
  readonly next_agent_name: string
}
