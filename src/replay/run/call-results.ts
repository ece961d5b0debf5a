import { objectText } from '../../model/json/json-text.ts'
import type { ArchivedResult } from '../plan/request-sequence.ts'
import { canonicalArguments } from './fingerprint.ts'

/** A call by the target that waits for its result. */
export interface OpenCall {
  readonly name: string
  readonly toolCallId: string
  /** JSON text. */
  readonly arguments: string
}

/** Results to append, and their positions in the source's history. */
export interface CallAnswers {
  readonly inputs: readonly string[]
  readonly positions: readonly number[]
}

/**
 * Answers calls with the source's function results: of those for the same function, the one with the same arguments,
 * otherwise the next in order. If there is none, returns the name of the function.
 */
export function answerCalls(
  calls: readonly OpenCall[],
  results: readonly ArchivedResult[],
  used: readonly number[],
): CallAnswers | { readonly unanswered: string } {
  const left = results.filter(({ position }) => !used.includes(position))
  const inputs: string[] = []
  const positions: number[] = []
  for (const call of calls) {
    const named = left.filter(({ name }) => name === call.name)
    const chosen =
      named.find((result) => canonicalArguments(result.arguments) === canonicalArguments(call.arguments)) ??
      named[0]
    if (chosen === undefined) return { unanswered: call.name }
    left.splice(left.indexOf(chosen), 1)
    positions.push(chosen.position)
    const id = JSON.stringify(call.toolCallId)
    inputs.push(objectText({ type: '"function.result"', tool_call_id: id, result: chosen.result }))
  }
  return { inputs, positions }
}
