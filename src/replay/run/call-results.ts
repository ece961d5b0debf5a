import { objectText } from '../../model/json/json-text.ts'
import type { ArchivedResult } from '../plan/request-sequence.ts'
import { canonicalArguments } from './fingerprint.ts'

/** A call that the target made, and that waits for its result. */
export interface OpenCall {
  readonly name: string
  readonly toolCallId: string
  /** The arguments, as text of JSON. */
  readonly arguments: string
}

/** An answer to calls: inputs to append, and where in the source's history the results stand. */
export interface CallAnswers {
  readonly inputs: readonly string[]
  readonly positions: readonly number[]
}

/**
 * Answers calls with the results that the source's functions gave: of those of the same name first the one that was
 * called with the same arguments, otherwise the next in order. Where there is none, it answers with the name of the call.
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
      named.find((result) => argumentsIn(result.arguments) === argumentsIn(call.arguments)) ?? named[0]
    if (chosen === undefined) return { unanswered: call.name }
    left.splice(left.indexOf(chosen), 1)
    positions.push(chosen.position)
    inputs.push(
      objectText({
        type: '"function.result"',
        tool_call_id: JSON.stringify(call.toolCallId),
        result: chosen.result,
      }),
    )
  }
  return { inputs, positions }
}

function argumentsIn(text: string): string {
  return canonicalArguments(new Map([['arguments', text]]))
}
