import type { StreamName } from '../../api/client.ts'
import type { Copy } from '../../archive/ledger/replay-copies.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { fillSecrets, holdsRedaction } from '../plan/fill-secrets.ts'
import type { PlannedConversation } from '../plan/plan.ts'
import { describeStamp } from '../plan/stamp.ts'
import { largest, noTokens, type Tokens } from './budget.ts'
import { classifyWriteError } from './classify-write-error.ts'
import { isDone } from './copy-progress.ts'
import { fingerprintOf } from './fingerprint.ts'
import { timestamp, type RunContext } from './run-context.ts'
import { StreamedResponse } from './streamed-response.ts'

/** The next write of a copy. */
export interface NextRequest {
  readonly operation: 'start' | 'append'
  /** Index of the plan's call. */
  readonly call: number
  /** JSON text without the secrets of connectors. */
  readonly body: string
  /** The conversation to continue; null for a start. */
  readonly appendsTo: string | null
  /** Number of entries before its inputs. */
  readonly before: number
  /** JSON texts of its inputs. */
  readonly inputs: readonly string[]
  /** Positions of the archived results that it sends. */
  readonly results: readonly number[]
  /** Its least cost, as far as it is known beforehand. */
  readonly estimate: Tokens
}

/** How a write ended. `open`: unknown. `stopped`: it was not begun. */
export type SendResult =
  | { readonly kind: 'answered'; readonly targetId: string; readonly answer: StreamedResponse }
  | { readonly kind: 'open' | 'refused' | 'unsent'; readonly error: unknown }
  | { readonly kind: 'stopped' }

/** How long to wait, in all, for a busy conversation. */
const BUSY_MS = 120_000

/** A conversation is often busy for a moment after its last answer, in `turns` mode at each turn. */
const FIRST_BUSY_MS = 100

/** Sends one write. The intent is on the disk before the request is sent, the receipt is stored after the response. */
export async function sendRequest(context: RunContext, copy: Copy, step: NextRequest): Promise<SendResult> {
  const { archive, budget } = context
  if (context.signal.aborted || !budget.reserve(step.estimate)) return { kind: 'stopped' }
  const answer = new StreamedResponse()
  let counted = noTokens
  try {
    const body = finalBody(context, copy, step)
    const intent = storeIntent(context, copy, step)
    try {
      const targetId = await sendStream(context, step, body, answer, (id) =>
        archive.transaction(() => archive.replayRequests.started(intent, id)),
      )
      if (archive.replayRequests.claimant(context.target.id, targetId, copy.id) !== undefined)
        throw unexpected(`The response names ${targetId}, the copy of another conversation`)
      counted = countTokens(step, answer)
      storeReceipt(context, copy, intent, targetId, answer, counted)
      return { kind: 'answered', targetId, answer }
    } catch (error) {
      counted = countTokens(step, answer)
      const writeOutcome =
        answer.targetId === undefined ? classifyWriteError(error, step.operation) : 'unknown'
      if (writeOutcome === 'unknown') return { kind: 'open', error }
      counted = noTokens
      const outcome = writeOutcome === 'unsent' ? 'unsent' : 'refused'
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

/** The largest of the estimate, the reported usage, and what has arrived. */
function countTokens({ estimate }: NextRequest, { reported, received }: StreamedResponse): Tokens {
  return largest(largest(estimate, reported), { tokensIn: 0, tokensOut: received })
}

/** Adds what is known only at the moment of sending: the stamp's place, and secrets. */
function finalBody(context: RunContext, copy: Copy, { operation, body }: NextRequest): string {
  const isDescribed = operation === 'start' && context.target.stampPlace === 'description'
  const stamped = isDescribed ? describeStampIn(context, copy, body) : body
  if (holdsRedaction(stamped)) {
    const message = `${copy.conversation} would be sent with the marker of a redacted secret`
    const hint = 'Please report this: a plan should have blocked it.'
    throw new HansardError('usage', message, { hint })
  }
  return fillSecrets(stamped, context.secretOf)
}

/** A stamp in the description is a loss that the plan could not foresee. */
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
    // It is unknown whether a conversation that an append creates keeps the creation time of the earlier one.
    since: start === undefined ? (reader.clock.now?.toISOString() ?? null) : start.since,
  }
  context.confirmLock()
  return archive.durably(() => {
    if (!archive.replayRuns.isLast(run.turn)) throw anotherRunError(archive.path)
    archive.replayRuns.setRequests(run.id, run.carried.requests + client.counters.requests)
    archive.replayCopies.set(copy.id, 'open', timestamp())
    const counted = { cost: budget.costOf(step.estimate), ...step.estimate }
    return archive.replayRequests.intend(intent, counted, run.id, timestamp())
  })
}

function anotherRunError(path: string): HansardError {
  return new HansardError('archive-locked', `Another replay began on ${path}; this run stopped sending`, {
    hint: 'Wait for the other run to end, then run the replay again.',
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
  const counted = { cost: budget.costOf(tokens), ...tokens }
  archive.transaction(() => {
    const receipt = { outcome: 'done' as const, targetId, generated: ids, reported, counted }
    archive.replayRequests.end(intent, timestamp(), receipt)
    archive.replayCopies.set(copy.id, 'pending', timestamp(), { targetId })
  })
}

function unexpected(message: string): HansardError {
  return new HansardError('unexpected-shape', message)
}

/** Sends the request, and again while the conversation is busy: then nothing was done. */
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
      throw unexpected('The response does not name the conversation')
    } catch (error) {
      if (classifyWriteError(error, operation) !== 'busy' || waited + waitMs > BUSY_MS) throw error
      await clock.sleep(waitMs)
    }
  }
}
