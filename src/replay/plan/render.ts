import { hash } from 'node:crypto'

import { tokensOf } from '../../model/entries/estimate-tokens.ts'
import { stringMember } from '../../model/entries/fields.ts'
import { objectText } from '../../model/json/json-text.ts'
import { formatNumber } from '../../model/plural.ts'
import { addEstimates, estimateOf } from './estimate.ts'
import { holdsRedaction } from './fill-secrets.ts'
import { historySequence } from './history-mode.ts'
import type { Block, PlannedCall, PlannedConversation, ReplayOptions, PlanTarget } from './plan.ts'
import type { ArchivedResult, RequestSequence, SequencedRequest } from './request-sequence.ts'
import { conversationSettings, type ConversationSettings } from './rules/conversation-settings.ts'
import { namingOf, type Naming } from './rules/function-naming.ts'
import type { Source } from './source.ts'
import { revisionOf, stampOf } from './stamp.ts'
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
  const written = sequence.requests.map((each, i) => writeRequest(each, i === 0 ? settings : undefined))
  const requests = written.map(({ request }) => request)
  const blocks = [...settings.blocks, ...sequence.blocks, ...furtherBlocks(sequence, settings, requests)]
  const losses = [...settings.losses, ...sequence.losses]
  const isBlocked = blocks.length > 0
  const calls = isBlocked ? [] : written.map(({ call }) => call)
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

/** Writes the body of a start with these settings, or of an append. */
function writeRequest(
  { inputs, results, expects, tokensIn, tokensOut }: SequencedRequest,
  settings: ConversationSettings | undefined,
): { readonly request: Request; readonly call: PlannedCall } {
  const operation = settings === undefined ? 'append' : 'start'
  const body = objectText(Object.assign({}, settings?.fields, { inputs: `[${inputs.join(',')}]` }))
  const [sha256, bytes] = [hash('sha256', body, 'hex'), Buffer.byteLength(body)]
  return {
    request: { operation, body, results },
    call: { operation, inputs: inputs.length, sha256, bytes, expects, tokensIn, tokensOut },
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
      subject: null,
      reason: 'it has no message that could be sent',
      hint: 'Nothing to do: the archive keeps the conversation.',
    })
  }
  const context = model?.context ?? Infinity
  if (longest > context) {
    blocks.push({
      kind: 'context',
      subject: null,
      reason: `it has about ${formatNumber(longest)} tokens; the model reads ${formatNumber(context)} at most`,
      hint: 'Choose a model with a longer context with --map-model.',
    })
  }
  if (bodies.some(({ body }) => holdsRedaction(body))) {
    blocks.push({
      kind: 'redacted',
      subject: null,
      reason: 'a secret that hansard redacted would be sent as its marker',
      hint: 'Leave the tool out with --drop-tools. A conversation with the marker in a message cannot be replayed.',
    })
  }
  return blocks
}
