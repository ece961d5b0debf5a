import type { Copy, CopyState } from '../../archive/ledger/replay-copies.ts'
import { objectText } from '../../model/json/json-text.ts'
import type { Rendering, Request } from '../plan/render.ts'
import { atLeast, type Tokens } from './budget.ts'
import { answerCalls } from './call-results.ts'
import { copyProgress, tokensOfAll, waitsFor, type CopyProgress } from './copy-progress.ts'
import { inputsOf } from './fingerprint.ts'
import { readBack } from './read-back.ts'
import { now, type RunContext } from './run-context.ts'
import { send, type Sent, type Step } from './send-request.ts'

/** How the work on a copy ended. `open`: an answer was lost. `stopped`: the run is to end. */
export type CopyEnd =
  | { readonly state: Extract<CopyState, 'done' | 'failed' | 'diverged'>; readonly reason?: string }
  | { readonly state: 'open' | 'failed'; readonly error: unknown }
  | 'stopped'

/** Makes the writes of a copy that were not made yet, one after the other, until it is there or something is in the way. */
export async function runCopy(context: RunContext, copy: Copy, rendering: Rendering): Promise<CopyEnd> {
  let standing = await copyProgress(context, copy, context.head.options.mode)
  for (;;) {
    if ('reason' in standing) return end(context, copy, 'diverged', standing.reason)
    const step = nextStep(standing, rendering, context.head.options.mode)
    if (step === 'done') return end(context, copy, 'done', waitsFor(standing.openCalls))
    if ('unanswered' in step) {
      const reason = `the target called ${step.unanswered}, and the archive has no result for it`
      return end(context, copy, 'diverged', reason)
    }
    const sentAt = context.clock.now()
    const sent = await send(context, copy, step)
    if (sent.kind === 'stopped') return 'stopped'
    if (sent.kind !== 'answered') {
      return { state: sent.kind === 'open' ? 'open' : 'failed', error: sent.error }
    }
    await readBack(context, sent.targetId, step.operation === 'start' ? sentAt : undefined)
    standing = after(standing, step, sent)
  }
}

function end({ archive }: RunContext, { id }: Copy, state: 'done' | 'diverged', reason?: string): CopyEnd {
  archive.transaction(() =>
    archive.replayCopies.set(id, state, now(), reason === undefined ? {} : { reason }),
  )
  return reason === undefined ? { state } : { state, reason }
}

function nextStep(
  standing: CopyProgress,
  { planned, requests }: Rendering,
  mode: 'history' | 'turns',
): Step | 'done' | { readonly unanswered: string } {
  const { call, openCalls, used, targetId, before } = standing
  const [current, next] = [requests[call], requests[call + 1]]
  const estimate = (at: number, inputs: readonly string[]): Tokens => {
    const read = standing.tokens + tokensOfAll(inputs)
    return atLeast(planned.calls[at] ?? noTokens, { tokensIn: read, tokensOut: 0 })
  }
  if (mode === 'turns' && openCalls.length > 0) {
    const answers = answerCalls(openCalls, (current as Request).results, used)
    if ('unanswered' in answers) return answers
    const body = objectText({ inputs: `[${answers.inputs.join(',')}]` })
    const about = { operation: 'append', call, appendsTo: targetId, before } as const
    const { inputs, positions: results } = answers
    return { ...about, body, inputs, results, estimate: estimate(call, inputs) }
  }
  if (next === undefined) return 'done'
  const { operation, body } = next
  const about = { operation, call: call + 1, appendsTo: targetId, before } as const
  const inputs = inputsOf(body)
  return { ...about, body, inputs, results: [], estimate: estimate(call + 1, inputs) }
}

const noTokens: Tokens = { tokensIn: 0, tokensOut: 0 }

function after(
  { used }: CopyProgress,
  step: Step,
  { targetId, answer }: Sent & { kind: 'answered' },
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
