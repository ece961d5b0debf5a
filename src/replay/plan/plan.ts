import type { Loss } from '../loss.ts'

/*
 * The plan as a value. A plan file has one JSON value per line (`plan-file.ts`): a PlanHead, the PlannedConversations,
 * and a PlanEnd with a hash of all lines before it. A plan of any length is written and read with one conversation in
 * memory.
 *
 * The plan holds the hashes of the request bodies, not the bodies. Bodies are computed from the archive, the options
 * and the facts about the target, which the plan names (`render.ts`). To run a plan, each conversation is rendered
 * again and the hashes are compared (`renderPlanned`), so a changed archive or another version of hansard is noticed
 * before anything is sent.
 */

/** The version of the types below; a plan of another version is refused. */
export const PLAN_VERSION = 1

/**
 * `history` sends the whole history with one start. `turns` asks each user turn again, with a start and then appends.
 */
export type Mode = 'history' | 'turns'

/**
 * What to do with a history that ends with the assistant: `nudge` adds a short user entry, `answer` drops the last
 * answer and has it generated again, `prefix` sends it as the prefix of a new one. `auto` is `nudge`, which drops
 * nothing.
 */
export type Tail = 'auto' | 'answer' | 'nudge' | 'prefix'

/** How to replay. */
export interface ReplayOptions {
  readonly mode: Mode
  readonly tail: Tail
  /** `keep` sends the original completion arguments. `quiet` sets `tool_choice: none`, so that no tool runs. */
  readonly rebuild: 'keep' | 'quiet'
  /** Mappings from an id or name at the source to one at the target. */
  readonly agents: Readonly<Record<string, string>>
  readonly models: Readonly<Record<string, string>>
  readonly libraries: Readonly<Record<string, string>>
  readonly connectors: Readonly<Record<string, string>>
  /** The model for agents and models that do not exist at the target. Null: such conversations are blocked. */
  readonly fallbackModel: string | null
  /** By connector id at the source: the NAME of the environment variable that holds the connector's secret. */
  readonly connectorAuth: Readonly<Record<string, string>>
  /** Leave out tools that cannot be carried over, instead of blocking the conversation. */
  readonly dropTools: boolean
  /** Allows several copies of one conversation, one per label. '' is the default label. */
  readonly label: string
  /** Price of a million tokens, in any currency. */
  readonly price: { readonly in: number; readonly out: number } | null
}

/** A model of the target. */
export interface TargetModel {
  /** The longest context in tokens; null if the model list does not say. */
  readonly context: number | null
  readonly reasons: boolean
}

/** An agent of the target. */
export interface TargetAgent extends TargetModel {
  /** The types of its tools. */
  readonly tools: readonly string[]
}

/** What `preflight` found at the target. */
export interface PlanTarget {
  readonly baseUrl: string
  /**
   * `another`: it has none of the archived conversations that were looked for. `unproven`: there was none to look for.
   */
  readonly account: 'another' | 'unproven' | 'same'
  /** By name, including aliases. */
  readonly models: Readonly<Record<string, TargetModel>>
  /** Agents that a source agent is mapped to, by id. */
  readonly agents: Readonly<Record<string, TargetAgent>>
}

/** The first line of a plan. */
export interface PlanHead {
  readonly kind: 'hansard replay plan'
  readonly version: typeof PLAN_VERSION
  /** The version of hansard that made it. */
  readonly hansard: string
  /** ISO 8601. */
  readonly madeAt: string
  /** The archive it was made from: `archiveIdentity`. */
  readonly archive: string
  readonly options: ReplayOptions
  readonly target: PlanTarget
}

/** Why a conversation cannot be replayed. */
export interface Block {
  readonly kind:
    | 'agent'
    | 'agent-not-archived'
    | 'agent-with-tools'
    | 'model'
    | 'library'
    | 'connector'
    | 'connector-secret'
    | 'tool'
    | 'context'
    | 'unanswered-call'
    | 'nothing-to-send'
    | 'redacted'
  /** The id or name at the source of what is missing at the target, such as an agent; null if nothing is. */
  readonly subject: string | null
  /** One sentence. */
  readonly reason: string
  /** What to do about it, one sentence. */
  readonly hint: string
}

/** What the target generates for a call. */
export type Expectation =
  /** The answer to the last user message, or to a function result. */
  | 'answer'
  /** The last answer again, which was dropped. */
  | 'answer-anew'
  /** A short reply to the added entry. */
  | 'reply-to-nudge'
  /** A continuation of the last answer. */
  | 'continuation'

/** Estimated tokens that a model reads and generates. */
export interface CallTokens {
  readonly tokensIn: number
  readonly tokensOut: number
}

/** One request. The first is a start; each other appends to the conversation. */
export interface PlannedCall extends CallTokens {
  readonly operation: 'start' | 'append'
  /** Number of entries in its inputs. */
  readonly inputs: number
  /** SHA-256 (hex) of the body, before secrets are filled in. */
  readonly sha256: string
  readonly bytes: number
  readonly expects: Expectation
}

/** Estimated tokens and cost. */
export interface Estimate extends CallTokens {
  readonly calls: number
  /** In the currency of the price; null without a price. */
  readonly cost: number | null
}

/** A possible side effect that is not a loss. */
export type Warning =
  /** Built-in tools may run and are billed. */
  | 'tools-may-run'
  /** A function may be called; the copy then waits for its result. */
  | 'function-may-be-called'

/** What a replay does with one conversation. */
export interface PlannedConversation {
  /** Its id at the source. */
  readonly id: string
  readonly name: string | null
  /** Hash of the conversation's id and content: `revisionOf`. */
  readonly revision: string
  /** The mark that the copy carries in its metadata: `stampOf`. */
  readonly stamp: string
  readonly state: 'ready' | 'ready-with-losses' | 'blocked'
  /** Why it is blocked; otherwise empty. */
  readonly blocks: readonly Block[]
  /** Empty if it is blocked. */
  readonly calls: readonly PlannedCall[]
  readonly losses: readonly Loss[]
  readonly warnings: readonly Warning[]
  /** Names of the environment variables whose secrets the calls need. */
  readonly secrets: readonly string[]
  readonly estimate: Estimate
}

/** The last line of a plan. */
export interface PlanEnd {
  readonly kind: 'end'
  readonly conversations: number
  readonly ready: number
  readonly readyWithLosses: number
  readonly blocked: number
  readonly estimate: Estimate
  /** SHA-256 (hex) of all lines before this one. */
  readonly sha256: string
}

/** A plan that was read to its end and is complete and unedited. */
export interface ReplayPlan {
  readonly head: PlanHead
  /** The totals. */
  readonly end: PlanEnd
  /** Reads the planned conversations, one at a time; can be called again. */
  conversations(): AsyncGenerator<PlannedConversation, void, undefined>
}
