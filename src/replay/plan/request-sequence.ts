import { tokensOf } from '../../model/entries/estimate-tokens.ts'
import { stringIn } from '../../model/entries/fields.ts'
import type { Loss } from '../loss.ts'
import type { Block, CallTokens, Expectation, Tail } from './plan.ts'
import type { Naming } from './rules/function-naming.ts'
import type { SourceEntry } from './source.ts'

/** The requests of a conversation in their order, before their bodies are written. */
export interface RequestSequence {
  readonly requests: readonly SequencedRequest[]
  /** Calls that will probably be needed to return function results. */
  readonly extraCalls: readonly CallTokens[]
  /** The most tokens that the model reads in one call. */
  readonly longest: number
  readonly losses: readonly Loss[]
  readonly blocks: readonly Block[]
}

export interface SequencedRequest extends CallTokens {
  /** JSON texts of the entries. */
  readonly inputs: readonly string[]
  readonly expects: Expectation
  readonly results: readonly ArchivedResult[]
}

/** A function result at the source, for when the function is called again. */
export interface ArchivedResult {
  /** The result's position in the source's history, from 0. */
  readonly position: number
  /** The function's name at the target. */
  readonly name: string
  /** JSON text of the archived arguments: a string or an object. */
  readonly arguments: string
  /** JSON text of the result: always a string. */
  readonly result: string
}

/** What a sequence depends on beside the entries. */
export interface SequenceOptions {
  readonly tail: Tail
  readonly keepsThinking: boolean
  readonly naming: Naming
  readonly maxTokens: number | undefined
  /** Tokens of the instructions and tools, which every call reads. */
  readonly settingsTokens: number
}

/** Tokens of an answer if the history has none. */
const USUAL_ANSWER = 200

/** Average tokens of the assistant's answers. */
export function answerTokens(entries: readonly SourceEntry[]): number {
  const answers = entries.filter(({ type }) => type === 'message.output')
  if (answers.length === 0) return USUAL_ANSWER
  const sum = answers.reduce((total, { fields }) => total + tokensOf(fields.get('content') ?? 'null'), 0)
  return Math.ceil(sum / answers.length)
}

/** A call without a result blocks everything after it, at the target as at the source. */
export function unansweredBlocks(unanswered: readonly SourceEntry[]): Block[] {
  return unanswered.map(({ position, fields }) => ({
    kind: 'unanswered-call',
    reason: `the call of ${stringIn(fields.get('name')) ?? 'a function'} in entry ${position} has no result`,
    hint: 'Send its result at the source and back up again.',
  }))
}
