import { hash } from 'node:crypto'

import { stringMember } from '../../model/entries/fields.ts'
import { objectText } from '../../model/json/json-text.ts'
import { formatNumber } from '../../model/plural.ts'
import { addEstimates, estimateOf, tokensOf } from './estimate.ts'
import { holdsRedaction } from './fill-secrets.ts'
import { historySequence } from './history-mode.ts'
import type { Block, PlannedCall, PlannedConversation, ReplayOptions, PlanTarget } from './plan.ts'
import type { ArchivedResult, RequestSequence, SequencedRequest } from './request-sequence.ts'
import { conversationSettings, type ConversationSettings } from './rules/conversation-settings.ts'
import { namingOf, type Naming } from './rules/function-naming.ts'
import { revisionOf } from './source-revision.ts'
import type { Source } from './source.ts'
import { stampOf } from './stamp.ts'
import { turnsSequence } from './turns-mode.ts'

/** A request with its body. */
export interface Request {
  readonly operation: PlannedCall['operation']
  /** JSON text without the secrets of connectors (`fillSecrets`). */
  readonly body: string
  /** In `turns`: results to answer function calls with, in the order of the source. */
  readonly results: readonly ArchivedResult[]
}

/** What a replay does with one conversation, and the requests for it: one per planned call. */
export interface Rendering {
  readonly planned: PlannedConversation
  readonly requests: readonly Request[]
}

/** Computes from the archived texts what the replay of a conversation sends and what that loses. A pure function. */
export function render(source: Source, options: ReplayOptions, target: PlanTarget): Rendering {
  const { mode, label, price } = options
  const revision = revisionOf(source)
  const stamp = stampOf({ id: source.id, revision, mode, label })
  const naming = namingOf(source)
  const settings = conversationSettings(source, options, target, { stamp, naming })
  const sequence = sequenceFor(source, settings, options, naming)
  const requests = requestsOf(sequence, settings)
  const blocks = [...settings.blocks, ...sequence.blocks, ...furtherBlocks(sequence, settings, requests)]
  const losses = [...settings.losses, ...sequence.losses]
  const isBlocked = blocks.length > 0
  const calls = isBlocked ? [] : sequence.requests.map((each, i) => plannedCall(each, requests[i]))
  const extra = isBlocked ? [] : sequence.extraCalls
  const planned: PlannedConversation = {
    id: source.id,
    name: stringMember(source.row, 'name') ?? null,
    revision,
    stamp,
    state: isBlocked ? 'blocked' : losses.length > 0 ? 'ready-with-losses' : 'ready',
    blocks,
    calls,
    losses,
    warnings: settings.warnings,
    secrets: settings.secrets,
    estimate: addEstimates(estimateOf(calls, price), estimateOf(extra, price)),
  }
  return { planned, requests: isBlocked ? [] : requests }
}

function sequenceFor(
  { entries }: Source,
  settings: ConversationSettings,
  { mode, tail }: ReplayOptions,
  naming: Naming,
): RequestSequence {
  const { keepsThinking, maxTokens, fields } = settings
  const texts = [fields['instructions'], fields['tools']].filter((text) => text !== undefined)
  const settingsTokens = texts.reduce((sum, text) => sum + tokensOf(text), 0)
  const write = mode === 'history' ? historySequence : turnsSequence
  return write(entries, { tail, keepsThinking, naming, maxTokens, settingsTokens })
}

function requestsOf(sequence: RequestSequence, { fields }: ConversationSettings): Request[] {
  return sequence.requests.map(({ inputs, results }, i): Request => {
    const inputsField = { inputs: `[${inputs.join(',')}]` }
    return i === 0
      ? { operation: 'start', body: objectText({ ...fields, ...inputsField }), results }
      : { operation: 'append', body: objectText(inputsField), results }
  })
}

function plannedCall(sequenced: SequencedRequest, request: Request | undefined): PlannedCall {
  const { operation, body } = request ?? { operation: 'start', body: '' }
  const { inputs, expects, tokensIn, tokensOut } = sequenced
  return {
    operation,
    inputs: inputs.length,
    sha256: hash('sha256', body, 'hex'),
    bytes: Buffer.byteLength(body),
    expects,
    tokensIn,
    tokensOut,
  }
}

function furtherBlocks(
  { requests, longest }: RequestSequence,
  { model }: ConversationSettings,
  bodies: readonly Request[],
): Block[] {
  const blocks: Block[] = []
  if (requests.length === 0) {
    blocks.push({
      kind: 'nothing-to-send',
      reason: 'it has no message that could be sent',
      hint: 'Nothing to do: the archive keeps the conversation.',
    })
  }
  const context = model?.context ?? Infinity
  if (longest > context) {
    blocks.push({
      kind: 'context',
      reason: `it has about ${formatNumber(longest)} tokens; the model reads ${formatNumber(context)} at most`,
      hint: 'Choose a model with a longer context with --map-model.',
    })
  }
  if (bodies.some(({ body }) => holdsRedaction(body))) {
    blocks.push({
      kind: 'redacted',
      reason: 'a secret that hansard redacted would be sent as its marker',
      hint: 'Leave the tool out with --drop-tools. A conversation with the marker in a message cannot be replayed.',
    })
  }
  return blocks
}
