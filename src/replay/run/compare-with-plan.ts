import type { Intent } from '../../archive/ledger/replay-requests.ts'
import type { Mode } from '../plan/plan.ts'
import type { Request } from '../plan/render.ts'
import { readEntry } from '../plan/source.ts'
import { answerCalls, type OpenCall } from './call-results.ts'
import { entryIds, findOpenCalls, describeOpenCalls } from './copy-progress.ts'
import { fingerprintOf, readInputs, isSentByClient, mayBeGenerated } from './fingerprint.ts'
import { matchHistory } from './match-history.ts'

/** A request that made part of a conversation, found in its history. */
export type FoundRequest = Pick<Intent, 'call' | 'before' | 'inputs' | 'fingerprint' | 'results'> & {
  /** Ids of the generated entries. */
  readonly generated: readonly string[]
}

/** How much of the plan a conversation at the target contains. `partial` can be continued. */
export type PlanMatch =
  | { readonly kind: 'complete'; readonly note: string | undefined }
  | { readonly kind: 'partial'; readonly made: readonly FoundRequest[] }
  | { readonly kind: 'different'; readonly reason: string }

/** Compares the history of a conversation that this archive did not send with what the plan sends. */
export function compareWithPlan(
  entries: readonly string[],
  requests: readonly Request[],
  mode: Mode,
): PlanMatch {
  return mode === 'turns' ? compareTurns(entries, requests) : compareStart(entries, requests)
}

/** In `history` mode there is one start and nothing to continue. */
function compareStart(entries: readonly string[], [start]: readonly Request[]): PlanMatch {
  const inputs = readInputs(start?.body ?? '{}')
  const { length } = inputs
  if (entries.length < length)
    return different(`it has ${entries.length} of the ${length} entries that the plan sends`)
  const expected = { before: 0, inputs: length, fingerprint: fingerprintOf(inputs) }
  if (matchHistory(entries, expected) === 'done')
    return { kind: 'complete', note: describeOpenCalls(findOpenCalls(entries.slice(length))) }
  const begins = fingerprintOf(entries.slice(0, length)) === expected.fingerprint
  return different(begins ? 'someone continued it' : 'its entries differ from what the plan sends')
}

/** Compares turn by turn, including the function results sent in each. */
function compareTurns(entries: readonly string[], requests: readonly Request[]): PlanMatch {
  const made: FoundRequest[] = []
  let openCalls: readonly OpenCall[] = []
  let at = 0
  for (const [call, request] of requests.entries()) {
    if (at === entries.length) break
    if (openCalls.length > 0) return different('one of its calls has no result')
    let [inputs, results] = [readInputs(request.body), [] as readonly number[]]
    let used: readonly number[] = []
    for (;;) {
      const step = findRequest(entries, at, inputs)
      if (step === undefined) return different(`its turn ${call + 1} differs from what the plan sends`)
      const { end, ...found } = step
      made.push({ ...found, call, results })
      used = [...used, ...results]
      openCalls = findOpenCalls(entries.slice(at + inputs.length, end))
      at = end
      const next = entries[at]
      if (next === undefined || readEntry(next, at).type !== 'function.result') break
      const answers = answerCalls(openCalls, request.results, used)
      if ('unanswered' in answers) return different(`the call of ${answers.unanswered} has another result`)
      ;[inputs, results] = [answers.inputs, answers.positions]
    }
  }
  if (at < entries.length) return different('someone continued it')
  if (made.length === 0) return different('it has no entries')
  const isComplete = made.at(-1)?.call === requests.length - 1 && openCalls.length === 0
  return isComplete ? { kind: 'complete', note: undefined } : { kind: 'partial', made }
}

/** Finds inputs and the answer to them; undefined if the history has something else there. */
function findRequest(
  entries: readonly string[],
  before: number,
  inputs: readonly string[],
): (Omit<FoundRequest, 'call' | 'results'> & { readonly end: number }) | undefined {
  const fingerprint = fingerprintOf(inputs)
  const begin = before + inputs.length
  if (fingerprintOf(entries.slice(before, begin)) !== fingerprint) return undefined
  const next = entries.findIndex((text, i) => i >= begin && isSentByClient(text, i))
  const end = next === -1 ? entries.length : next
  if (end === begin || !mayBeGenerated(entries.slice(begin, end))) return undefined
  const generated = entryIds(entries.slice(begin, end))
  return { before, inputs: inputs.length, fingerprint, generated, end }
}

function different(reason: string): PlanMatch {
  return { kind: 'different', reason }
}
