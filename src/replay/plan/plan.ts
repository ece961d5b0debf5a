import type { Loss } from '../loss.ts'

/*
 * The plan as a value. In a file it is JSON lines (`plan-file.ts`): a PlanHead, a PlannedConversation a line, a PlanEnd
 * with a hash over all lines before it. So a plan of any length is written and read in the memory of one conversation.
 *
 * The bodies of the requests are not in it, only their hashes: they are computed purely from the archive, the options
 * and what was found at the target (`render.ts`), all of which the plan names. A plan with bodies would be as large as
 * the archive, and a second copy of everybody's words. Whoever executes a plan renders each conversation again and
 * compares the hashes (`renderPlanned`): an archive that changed, or another hansard that would send something else,
 * is noticed before anything is sent.
 */

/** The version of the form below; a plan of another version is refused. */
export const PLAN_VERSION = 1

/** `history`: one start with the whole transcript. `turns`: every user turn is asked again, by start and then append. */
export type Mode = 'history' | 'turns'

/** What to do with a history that ends with the assistant. `auto` is `nudge`, which leaves nothing out. */
export type Tail = 'auto' | 'answer' | 'nudge' | 'prefix'

/** What is to be done how. */
export interface ReplayOptions {
  readonly mode: Mode
  readonly tail: Tail
  /** `keep`: the true completion arguments. `quiet`: `tool_choice: none`, so that no tool runs. */
  readonly rebuild: 'keep' | 'quiet'
  /** From ids and names of the source to those of the target. */
  readonly agents: Readonly<Record<string, string>>
  readonly models: Readonly<Record<string, string>>
  readonly libraries: Readonly<Record<string, string>>
  readonly connectors: Readonly<Record<string, string>>
  /** The model for whatever has no counterpart over there; null: then it is blocked. */
  readonly fallbackModel: string | null
  /** By connector (its id at the source): the NAME of the environment variable that holds its secret. */
  readonly connectorAuth: Readonly<Record<string, string>>
  /** Leave out tools that can't be carried over, instead of blocking. */
  readonly dropTools: boolean
  /** Tells copies apart that are wanted more than once; '' for the only one. */
  readonly label: string
  /** Price of a million tokens. */
  readonly price: { readonly in: number; readonly out: number } | null
}

/** What was found out about a model of the target. */
export interface TargetModel {
  /** Tokens; null where its card does not say. */
  readonly context: number | null
  readonly reasons: boolean
}

/** What was found out about an agent of the target. */
export interface TargetAgent extends TargetModel {
  /** The types of its tools. */
  readonly tools: readonly string[]
}

/** What was found out about the target before the plan was made. */
export interface PlanTarget {
  readonly baseUrl: string
  /** `another`: it has none of the archived ids asked for. `unproven`: there was none to ask for. */
  readonly account: 'another' | 'unproven' | 'same'
  /** By name, aliases included. */
  readonly models: Readonly<Record<string, TargetModel>>
  /** The agents that are mapped to. */
  readonly agents: Readonly<Record<string, TargetAgent>>
}

/** The first line of a plan. */
export interface PlanHead {
  readonly kind: 'hansard replay plan'
  readonly version: typeof PLAN_VERSION
  /** The hansard that made it. */
  readonly hansard: string
  /** ISO 8601. */
  readonly madeAt: string
  /** Which archive it is for: `archiveIdentity`. */
  readonly archive: string
  readonly options: ReplayOptions
  readonly target: PlanTarget
}

/** Why a conversation can't be replayed as things are. */
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
  /** One sentence. */
  readonly reason: string
  /** What to do about it, as a sentence. */
  readonly hint: string
}

/** What a call makes the target generate. */
export type Expectation =
  /** The answer to what the user said last, or to a result. */
  | 'answer'
  /** The last answer once more, which was left out. */
  | 'answer-anew'
  /** A short reply to the entry that was added. */
  | 'reply-to-nudge'
  /** More text after the last answer. */
  | 'continuation'

/** One request that will be made. The first is a start, each other appends to what the one before it answered with. */
export interface PlannedCall {
  readonly operation: 'start' | 'append'
  /** How many entries its inputs have. */
  readonly inputs: number
  /** SHA-256 (hex) of the body, secrets not yet filled in. */
  readonly sha256: string
  readonly bytes: number
  readonly expects: Expectation
  readonly tokensIn: number
  readonly tokensOut: number
}

/** Tokens and money, estimated. */
export interface Estimate {
  readonly calls: number
  readonly tokensIn: number
  readonly tokensOut: number
  /** In the currency of the price; null without one. */
  readonly cost: number | null
}

/** Something that may happen and is no loss. */
export type Warning =
  /** Tools of the service may run, and are billed. */
  | 'tools-may-run'
  /** A function may be called, which blocks the conversation over there until somebody answers. */
  | 'function-may-be-called'

/** What will be done with one conversation. */
export interface PlannedConversation {
  /** Its id at the source. */
  readonly id: string
  readonly name: string | null
  /** Which content of which conversation: `revisionOf`. */
  readonly revision: string
  /** What the copy carries, so that it is known again: `stampOf`. */
  readonly stamp: string
  readonly state: 'ready' | 'ready-with-losses' | 'blocked'
  /** Empty unless it is blocked. */
  readonly blocks: readonly Block[]
  /** None while it is blocked. */
  readonly calls: readonly PlannedCall[]
  readonly losses: readonly Loss[]
  readonly warnings: readonly Warning[]
  /** Names of the environment variables whose secrets go into the calls. */
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
