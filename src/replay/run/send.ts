import type { StreamName } from '../../api/client.ts'
import type { Copy } from '../../archive/replay-copies.ts'
import { HansardError, messageOf } from '../../errors.ts'
import { fillSecrets, holdsRedaction } from '../secrets.ts'
import { describeStamp } from '../stamp.ts'
import type { PlannedConversation } from '../plan.ts'
import type { Tokens } from './budget.ts'
import { now, type RunContext } from './context.ts'
import { fingerprintOf } from './fingerprint.ts'
import { isMade } from './standing.ts'
import { StreamAnswer } from './stream-answer.ts'
import { verdictOf } from './verdict.ts'

/** One write that is to be made. */
export interface Step {
  readonly operation: 'start' | 'append'
  /** Which of the plan's calls, from 0. */
  readonly call: number
  /** JSON text, the secrets of connectors not yet in it. */
  readonly body: string
  /** The conversation that it continues; null for a start. */
  readonly appendsTo: string | null
  /** How many entries stand before its inputs. */
  readonly before: number
  /** The texts of what is said. */
  readonly inputs: readonly string[]
  /** Places of the archived results that it answers with. */
  readonly results: readonly number[]
  readonly estimate: Tokens
}

/** How a write ended. `open`: nobody knows. `stopped`: it was not begun. */
export type Sent =
  | { readonly kind: 'answered'; readonly targetId: string; readonly answer: StreamAnswer }
  | { readonly kind: 'open' | 'refused' | 'unsent'; readonly error: unknown }
  | { readonly kind: 'stopped' }

/** How long to wait, in all, for a conversation that is still being written to. */
const BUSY_MS = 120_000

/** Mostly it is busy for the blink after its last answer, and turn by turn that is met at every turn. */
const FIRST_BUSY_MS = 100

/** Makes one write: the intent is on the disk before the request is, and the receipt after it. */
export async function send(context: RunContext, copy: Copy, step: Step): Promise<Sent> {
  const { archive, budget } = context
  if (context.signal.aborted || !budget.admit(step.estimate)) return { kind: 'stopped' }
  const answer = new StreamAnswer()
  let spent: Tokens = step.estimate
  try {
    const body = lastTouch(context, copy, step)
    const intent = storeIntent(context, copy, step)
    try {
      const targetId = await streamed(context, step, body, answer, (id) =>
        archive.transaction(() => archive.replayRequests.started(intent, id)),
      )
      spent = answer
      storeReceipt(context, copy, intent, targetId, answer)
      return { kind: 'answered', targetId, answer }
    } catch (error) {
      const verdict = answer.targetId === undefined ? verdictOf(error, step.operation) : 'unknown'
      if (verdict === 'unknown') return { kind: 'open', error }
      spent = { tokensIn: 0, tokensOut: 0 }
      const outcome = verdict === 'unsent' ? 'unsent' : 'refused'
      archive.transaction(() => {
        archive.replayRequests.end(intent, now(), { outcome })
        archive.replayCopies.set(copy.id, 'failed', now(), { reason: context.scrub(messageOf(error)) })
      })
      return { kind: outcome, error }
    }
  } finally {
    budget.settle(step.estimate, spent)
  }
}

/** What is added to a body that only the moment of sending knows: where the stamp goes, and secrets. */
function lastTouch(context: RunContext, copy: Copy, { operation, body }: Step): string {
  const isDescribed = operation === 'start' && context.target.stampPlace === 'description'
  const stamped = isDescribed ? described(context, copy, body) : body
  if (holdsRedaction(stamped)) {
    throw new HansardError('usage', `${copy.conversation} would send a place where a secret was taken out`, {
      hint: 'Please report this: a plan should have blocked it.',
    })
  }
  return fillSecrets(stamped, context.secretOf)
}

/** A stamp in the description is a loss that the plan could not know of. */
function described({ archive }: RunContext, { id, stamp, planned }: Copy, body: string): string {
  const line = JSON.parse(planned) as PlannedConversation
  const { body: changed, loss } = describeStamp(body, stamp)
  if (line.losses.every(({ kind }) => kind !== loss.kind)) {
    const losses = [...line.losses, loss]
    const text = JSON.stringify({ ...line, state: 'ready-with-losses', losses })
    archive.transaction(() => archive.replayCopies.replan(id, text))
  }
  return changed
}

function storeIntent({ archive, reader, target }: RunContext, copy: Copy, step: Step): number {
  const { call, appendsTo, before, results, inputs } = step
  const start = archive.replayRequests.ofCopy(copy.id).find(isMade)
  const intent = {
    ...{ copy: copy.id, call, appendsTo, before, results },
    inputs: inputs.length,
    fingerprint: fingerprintOf(inputs),
    stampPlace: target.stampPlace ?? ('metadata' as const),
    // Who knows whether a conversation that an append makes keeps the time of the one before it.
    since: start === undefined ? (reader.servedAt?.toISOString() ?? null) : start.since,
  }
  return archive.durably(() => {
    archive.replayCopies.set(copy.id, 'open', now())
    return archive.replayRequests.intend(intent, now())
  })
}

function storeReceipt(
  { archive, budget }: RunContext,
  copy: Copy,
  intent: number,
  targetId: string,
  { generated, tokensIn, tokensOut }: StreamAnswer,
): void {
  const ids = generated.map(({ id }) => id)
  const cost = budget.costOf({ tokensIn, tokensOut })
  archive.transaction(() => {
    const receipt = { outcome: 'done' as const, targetId, generated: ids, tokensIn, tokensOut, cost }
    archive.replayRequests.end(intent, now(), receipt)
    archive.replayCopies.set(copy.id, 'pending', now(), { targetId })
  })
}

/** Sends, and sends again while the answer is that the conversation is busy: then nothing was done. */
async function streamed(
  { client, clock }: RunContext,
  { operation, appendsTo }: Step,
  body: string,
  answer: StreamAnswer,
  onId: (id: string) => void,
): Promise<string> {
  const name: StreamName = operation === 'start' ? 'startStream' : 'appendStream'
  for (let waitMs = FIRST_BUSY_MS, waited = 0; ; waited += waitMs, waitMs *= 2) {
    try {
      for await (const event of client.stream(name, { id: appendsTo ?? undefined, body })) {
        if (answer.take(event) && answer.targetId !== undefined) onId(answer.targetId)
      }
      if (answer.targetId !== undefined) return answer.targetId
      throw new HansardError('unexpected-shape', 'The answer did not say which conversation it is')
    } catch (error) {
      if (verdictOf(error, operation) !== 'busy' || waited + waitMs > BUSY_MS) throw error
      await clock.sleep(waitMs)
    }
  }
}
