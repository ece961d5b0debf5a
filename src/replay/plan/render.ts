import { hash } from 'node:crypto'

import { stringMember } from '../../model/entries/fields.ts'
import { objectText } from '../../model/json/json-text.ts'
import { addEstimates, estimateOf, tokensOf } from './estimate.ts'
import { holdsRedaction } from './fill-secrets.ts'
import { historySequence } from './history-mode.ts'
import type { Block, PlannedCall, PlannedConversation, ReplayOptions, PlanTarget } from './plan.ts'
import type { ArchivedResult, RequestSequence } from './request-sequence.ts'
import { conversationSettings, type ConversationSettings } from './rules/conversation-settings.ts'
import { namingOf, type Naming } from './rules/function-naming.ts'
import { revisionOf } from './source-revision.ts'
import type { Source } from './source.ts'
import { stampOf } from './stamp.ts'
import { turnsSequence } from './turns-mode.ts'

/** One request with its body. */
export interface Request {
  readonly operation: PlannedCall['operation']
  /** JSON text; secrets of connectors are not in it yet (`fillSecrets`). */
  readonly body: string
  /** In `turns`: what to answer with when a function is called, in the order of the source. */
  readonly results: readonly ArchivedResult[]
}

/** What will be done with one conversation, and the requests that do it: one for each of the plan's calls. */
export interface Rendering {
  readonly planned: PlannedConversation
  readonly requests: readonly Request[]
}

/** Computes from the archived texts of a conversation what its replay sends, and what that loses. Pure. */
export function render(source: Source, options: ReplayOptions, target: PlanTarget): Rendering {
  const { mode, label, price } = options
  const revision = revisionOf(source)
  const stamp = stampOf({ id: source.id, revision, mode, label })
  const naming = namingOf(source)
  const settings = conversationSettings(source, options, target, { stamp, naming })
  const script = scriptOf(source, settings, options, naming)
  const requests = requestsOf(script, settings)
  const blocks = [...settings.blocks, ...script.blocks, ...furtherBlocks(script, settings, requests)]
  const losses = [...settings.losses, ...script.losses]
  const isBlocked = blocks.length > 0
  const calls = isBlocked ? [] : script.requests.map((each, i) => callOf(each, requests[i]))
  const extra = isBlocked ? [] : script.extraCalls
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

function scriptOf(
  { entries }: Source,
  settings: ConversationSettings,
  { mode, tail }: ReplayOptions,
  naming: Naming,
): RequestSequence {
  const { keepsThinking, maxTokens, fields } = settings
  const told = [fields['instructions'], fields['tools']].filter((text) => text !== undefined)
  const settingsTokens = told.reduce((sum, text) => sum + tokensOf(text), 0)
  const write = mode === 'history' ? historySequence : turnsSequence
  return write(entries, { tail, keepsThinking, naming, maxTokens, settingsTokens })
}

function requestsOf(script: RequestSequence, { fields }: ConversationSettings): Request[] {
  return script.requests.map(({ inputs, results }, i): Request => {
    const said = { inputs: `[${inputs.join(',')}]` }
    return i === 0
      ? { operation: 'start', body: objectText({ ...fields, ...said }), results }
      : { operation: 'append', body: objectText(said), results }
  })
}

function callOf(scripted: RequestSequence['requests'][number], request: Request | undefined): PlannedCall {
  const { operation, body } = request ?? { operation: 'start', body: '' }
  const { inputs, expects, tokensIn, tokensOut } = scripted
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
      reason: 'there is nothing to say: it has no message that could be sent',
      hint: 'Leave it; the archive keeps it.',
    })
  }
  const context = model?.context ?? Infinity
  if (longest > context) {
    blocks.push({
      kind: 'context',
      reason: `it takes about ${longest} tokens, and the model reads ${context} at most`,
      hint: 'Name a model with a longer context with --map-model.',
    })
  }
  if (bodies.some(({ body }) => holdsRedaction(body))) {
    blocks.push({
      kind: 'redacted',
      reason: 'a place where hansard took out a secret would be sent',
      hint: 'Leave the tool out with --drop-tools; if the words stand in a message, this is not for replay.',
    })
  }
  return blocks
}
