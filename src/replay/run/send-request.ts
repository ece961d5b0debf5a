import type { StreamName } from '../../api/client.ts'
import type { Copy } from '../../archive/ledger/replay-copies.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { fillSecrets, holdsRedaction } from '../plan/fill-secrets.ts'
import type { PlannedConversation } from '../plan/plan.ts'
import { describeStamp } from '../plan/stamp.ts'
import { largest, type Tokens } from './budget.ts'
import { classifyWriteError } from './classify-write-error.ts'
import { isDone } from './copy-progress.ts'
import { fingerprintOf } from './fingerprint.ts'
import { timestamp, type RunContext } from './run-context.ts'
import { StreamedResponse } from './streamed-response.ts'

/** One write that is to be made. */
export interface NextRequest {
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
  /** What it takes at least, as far as can be told beforehand. */
  readonly estimate: Tokens
}

/** How a write ended. `open`: nobody knows. `stopped`: it was not begun. */
export type SendResult =
  | { readonly kind: 'answered'; readonly targetId: string; readonly answer: StreamedResponse }
  | { readonly kind: 'open' | 'refused' | 'unsent'; readonly error: unknown }
  | { readonly kind: 'stopped' }

/** How long to wait, in all, for a conversation that is still being written to. */
const BUSY_MS = 120_000

/** Mostly it is busy for the blink after its last answer, and turn by turn that is met at every turn. */
const FIRST_BUSY_MS = 100

/** Makes one write: the intent is on the disk before the request is, and the receipt after it. */
export async function sendRequest(context: RunContext, copy: Copy, step: NextRequest): Promise<SendResult> {
  const { archive, budget } = context
  if (context.signal.aborted || !budget.reserve(step.estimate)) return { kind: 'stopped' }
  const answer = new StreamedResponse()
  let counted: Tokens = { tokensIn: 0, tokensOut: 0 }
  try {
    const body = finalBody(context, copy, step)
    const intent = storeIntent(context, copy, step)
    try {
      const targetId = await sendStream(context, step, body, answer, (id) =>
        archive.transaction(() => archive.replayRequests.started(intent, id)),
      )
      if (archive.replayRequests.claimant(context.target.id, targetId, copy.id) !== undefined)
        throw new HansardError(
          'unexpected-shape',
          `The answer names ${targetId}, the copy of another conversation`,
        )
      counted = countTokens(step, answer)
      storeReceipt(context, copy, intent, targetId, answer, counted)
      return { kind: 'answered', targetId, answer }
    } catch (error) {
      counted = countTokens(step, answer)
      const verdict = answer.targetId === undefined ? classifyWriteError(error, step.operation) : 'unknown'
      if (verdict === 'unknown') return { kind: 'open', error }
      counted = { tokensIn: 0, tokensOut: 0 }
      const outcome = verdict === 'unsent' ? 'unsent' : 'refused'
      const isStopped = isHansardError(error, 'budget')
      archive.transaction(() => {
        archive.replayRequests.end(intent, timestamp(), { outcome })
        if (isStopped) return archive.replayCopies.set(copy.id, 'pending', timestamp())
        archive.replayCopies.set(copy.id, 'failed', timestamp(), { reason: context.scrub(messageOf(error)) })
      })
      if (isStopped) throw error
      return { kind: outcome, error }
    }
  } finally {
    budget.finish(step.estimate, counted, answer.reported)
  }
}

/** The largest of what was estimated, what the target reports, and what has arrived. */
function countTokens({ estimate }: NextRequest, { reported, received }: StreamedResponse): Tokens {
  return largest(largest(estimate, reported), { tokensIn: 0, tokensOut: received })
}

/** What is added to a body that only the moment of sending knows: where the stamp goes, and secrets. */
function finalBody(context: RunContext, copy: Copy, { operation, body }: NextRequest): string {
  const isDescribed = operation === 'start' && context.target.stampPlace === 'description'
  const stamped = isDescribed ? describeStampIn(context, copy, body) : body
  if (holdsRedaction(stamped)) {
    throw new HansardError('usage', `${copy.conversation} would send a place where a secret was taken out`, {
      hint: 'Please report this: a plan should have blocked it.',
    })
  }
  return fillSecrets(stamped, context.secretOf)
}

/** A stamp in the description is a loss that the plan could not know of. */
function describeStampIn({ archive }: RunContext, { id, stamp, planned }: Copy, body: string): string {
  const line = JSON.parse(planned) as PlannedConversation
  const { body: changed, loss } = describeStamp(body, stamp)
  if (line.losses.every(({ kind }) => kind !== loss.kind)) {
    const losses = [...line.losses, loss]
    const text = JSON.stringify({ ...line, state: 'ready-with-losses', losses })
    archive.transaction(() => archive.replayCopies.replan(id, text))
  }
  return changed
}

function storeIntent(context: RunContext, copy: Copy, step: NextRequest): number {
  const { archive, budget, client, reader, run, target } = context
  const { call, appendsTo, before, results, inputs } = step
  const start = archive.replayRequests.ofCopy(copy.id).find(isDone)
  const intent = {
    ...{ copy: copy.id, call, appendsTo, before, results },
    inputs: inputs.length,
    fingerprint: fingerprintOf(inputs),
    stampPlace: target.stampPlace ?? ('metadata' as const),
    // Who knows whether a conversation that an append makes keeps the time of the one before it.
    since: start === undefined ? (reader.clock.now?.toISOString() ?? null) : start.since,
  }
  context.confirmLock()
  return archive.durably(() => {
    if (!archive.replayRuns.isLast(run.turn)) throw anotherRunError(archive.path)
    archive.replayRuns.setRequests(run.id, run.carried.requests + client.counters.requests)
    archive.replayCopies.set(copy.id, 'open', timestamp())
    const counted = { ...step.estimate, cost: budget.costOf(step.estimate) }
    return archive.replayRequests.intend(intent, counted, run.id, timestamp())
  })
}

function anotherRunError(path: string): HansardError {
  return new HansardError('archive-locked', `Another replay has begun on ${path}; this run stopped sending`, {
    hint: 'Wait until the other run ends, then run it again.',
  })
}

function storeReceipt(
  { archive, budget }: RunContext,
  copy: Copy,
  intent: number,
  targetId: string,
  { generated, reported }: StreamedResponse,
  tokens: Tokens,
): void {
  const ids = generated.map(({ id }) => id)
  const counted = { ...tokens, cost: budget.costOf(tokens) }
  archive.transaction(() => {
    const receipt = { outcome: 'done' as const, targetId, generated: ids, reported, counted }
    archive.replayRequests.end(intent, timestamp(), receipt)
    archive.replayCopies.set(copy.id, 'pending', timestamp(), { targetId })
  })
}

/** Sends, and sends again while the answer is that the conversation is busy: then nothing was done. */
async function sendStream(
  { client, clock }: RunContext,
  { operation, appendsTo }: NextRequest,
  body: string,
  answer: StreamedResponse,
  onId: (id: string) => void,
): Promise<string> {
  const name: StreamName = operation === 'start' ? 'startStream' : 'appendStream'
  for (let waitMs = FIRST_BUSY_MS, waited = 0; ; waited += waitMs, waitMs *= 2) {
    try {
      for await (const event of client.stream(name, { id: appendsTo ?? undefined, body })) {
        if (answer.addEvent(event) && answer.targetId !== undefined) onId(answer.targetId)
      }
      if (answer.targetId !== undefined) return answer.targetId
      throw new HansardError('unexpected-shape', 'The answer did not say which conversation it is')
    } catch (error) {
      if (classifyWriteError(error, operation) !== 'busy' || waited + waitMs > BUSY_MS) throw error
      await clock.sleep(waitMs)
    }
  }
}
