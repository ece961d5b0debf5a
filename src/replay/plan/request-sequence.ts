import { stringIn } from '../../model/entries/fields.ts'
import type { Loss } from '../loss.ts'
import { tokensOf } from './estimate.ts'
import type { Block, Expectation, Tail } from './plan.ts'
import type { Naming } from './rules/function-naming.ts'
import type { SourceEntry } from './source.ts'

/** What is said in which order, before it is put into bodies. */
export interface RequestSequence {
  readonly requests: readonly SequencedRequest[]
  /** Calls that will probably come between: results that functions are answered with. */
  readonly extraCalls: readonly { readonly tokensIn: number; readonly tokensOut: number }[]
  /** The most tokens that the model reads at once. */
  readonly longest: number
  readonly losses: readonly Loss[]
  readonly blocks: readonly Block[]
}

/** The inputs of one request. */
export interface SequencedRequest {
  /** Texts of entries. */
  readonly inputs: readonly string[]
  readonly expects: Expectation
  readonly results: readonly ArchivedResult[]
  readonly tokensIn: number
  readonly tokensOut: number
}

/** What a function answered at the source, for when it is called again. */
export interface ArchivedResult {
  /** Where the result stands in the source's history, from 0. */
  readonly position: number
  /** The name under which the target knows the function. */
  readonly name: string
  /** JSON text of the arguments, as the archive has it: a string or an object. */
  readonly arguments: string
  /** JSON text of the result, always a string. */
  readonly result: string
}

/** What a script depends on beside the entries. */
export interface SequenceOptions {
  readonly tail: Tail
  readonly keepsThinking: boolean
  readonly naming: Naming
  readonly maxTokens: number | undefined
  /** Tokens of instructions and tools, which every call reads. */
  readonly settingsTokens: number
}

/** How long an answer is where nothing shows it. */
const USUAL_ANSWER = 200

/** The tokens of an answer such as the assistant gave before, on average. */
export function answerTokens(entries: readonly SourceEntry[]): number {
  const answers = entries.filter(({ type }) => type === 'message.output')
  if (answers.length === 0) return USUAL_ANSWER
  const sum = answers.reduce((total, { fields }) => total + tokensOf(fields.get('content') ?? 'null'), 0)
  return Math.ceil(sum / answers.length)
}

/** A call without its result blocks everything after it, over there as here. */
export function unansweredBlocks(unanswered: readonly SourceEntry[]): Block[] {
  return unanswered.map(({ position, fields }) => ({
    kind: 'unanswered-call',
    reason: `the call of ${stringIn(fields.get('name')) ?? 'a function'} in entry ${position} has no result`,
    hint: 'Answer it at the source and back up again.',
  }))
}
