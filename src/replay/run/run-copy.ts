import type { Copy, CopyState } from '../../archive/ledger/replay-copies.ts'
import { objectText } from '../../model/json/json-text.ts'
import type { Rendering, Request } from '../plan/render.ts'
import { largest, noTokens, type Tokens } from './budget.ts'
import { answerCalls } from './call-results.ts'
import { readProgress, estimateEntries, describeOpenCalls, type CopyProgress } from './copy-progress.ts'
import { readInputs } from './fingerprint.ts'
import { readBack } from './read-back.ts'
import { timestamp, type RunContext } from './run-context.ts'
import { sendRequest, type SendResult, type NextRequest } from './send-request.ts'

/** How the work on a copy ended. `open`: a response was lost. `stopped`: the run must end. */
export type CopyOutcome =
  | { readonly state: Extract<CopyState, 'done' | 'failed' | 'diverged'>; readonly reason?: string }
  | { readonly state: 'open' | 'failed'; readonly error: unknown }
  | 'stopped'

/**
 * Sends the requests of a copy that were not made yet, one after the other, until it is complete or something prevents
 * it.
 */
export async function runCopy(context: RunContext, copy: Copy, rendering: Rendering): Promise<CopyOutcome> {
  let progress = await readProgress(context, copy)
  for (;;) {
    if ('reason' in progress) return endCopy(context, copy, 'diverged', progress.reason)
    const step = nextRequest(progress, rendering, context.head.options.mode)
    if (step === 'done') return endCopy(context, copy, 'done', describeOpenCalls(progress.openCalls))
    if ('unanswered' in step) {
      const reason = `the target called ${step.unanswered}, for which the archive has no result`
      return endCopy(context, copy, 'diverged', reason)
    }
    const sentAt = context.clock.now()
    const sent = await sendRequest(context, copy, step)
    if (sent.kind === 'stopped') return 'stopped'
    if (sent.kind !== 'answered') {
      return { state: sent.kind === 'open' ? 'open' : 'failed', error: sent.error }
    }
    await readBack(context, sent.targetId, step.operation === 'start' ? sentAt : undefined)
    progress = advance(progress, step, sent)
  }
}

function endCopy(
  { archive }: RunContext,
  { id }: Copy,
  state: 'done' | 'diverged',
  reason?: string,
): CopyOutcome {
  const facts = reason === undefined ? {} : { reason }
  archive.transaction(() => archive.replayCopies.set(id, state, timestamp(), facts))
  return { state, ...facts }
}

function nextRequest(
  progress: CopyProgress,
  { planned, requests }: Rendering,
  mode: 'history' | 'turns',
): NextRequest | 'done' | { readonly unanswered: string } {
  const { call, openCalls, used, targetId: appendsTo, before } = progress
  const [current, next] = [requests[call], requests[call + 1]]
  const estimate = (at: number, inputs: readonly string[]): Tokens => {
    const read = progress.tokens + estimateEntries(inputs)
    return largest(planned.calls[at] ?? noTokens, { tokensIn: read, tokensOut: 0 })
  }
  if (mode === 'turns' && openCalls.length > 0) {
    const answers = answerCalls(openCalls, (current as Request).results, used)
    if ('unanswered' in answers) return answers
    const { inputs, positions: results } = answers
    const body = objectText({ inputs: `[${inputs.join(',')}]` })
    const about = { operation: 'append', call, appendsTo, before, results } as const
    return { ...about, body, inputs, estimate: estimate(call, inputs) }
  }
  if (next === undefined) return 'done'
  const inputs = readInputs(next.body)
  const about = { call: call + 1, appendsTo, before, results: [] }
  return { ...next, ...about, inputs, estimate: estimate(call + 1, inputs) }
}

function advance(
  { used }: CopyProgress,
  step: NextRequest,
  { targetId, answer }: SendResult & { kind: 'answered' },
): CopyProgress {
  return {
    call: step.call,
    targetId,
    before: step.before + step.inputs.length + answer.generated.length,
    openCalls: answer.generated.filter(({ type }) => type === 'function.call'),
    used: step.results.length > 0 ? [...used, ...step.results] : [],
    tokens: step.estimate.tokensIn + Math.max(answer.received, answer.reported.tokensOut),
  }
}
