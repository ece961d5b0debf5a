import { handoffText } from '../../../model/entries/entry-text.ts'
import { entryView } from '../../../model/entries/entry-view.ts'
import { stringIn } from '../../../model/entries/fields.ts'
import { objectText } from '../../../model/json/json-text.ts'
import type { Loss, LossKind } from '../../loss.ts'
import { makeLoss, type SourceEntry } from '../source.ts'
import { rewriteArguments, type SentArguments } from './call-arguments.ts'
import { entryAsText } from './entry-as-text.ts'
import type { Naming } from './function-naming.ts'
import type { Calls } from './pair-calls.ts'
import { droppedFields, rewriteMessage } from './rewrite-message.ts'
import type { RewrittenEntry } from './rewritten-entry.ts'

/** What the rules need beside the entry. */
export interface RewriteContext {
  /** Whether the target's model reasons, and so accepts thinking. */
  readonly keepsThinking: boolean
  readonly calls: Calls
  readonly naming: Naming
}

type Rule = (entry: SourceEntry, surroundings: RewriteContext) => RewrittenEntry

/** Rewrites an entry as an input that the strictest validators known accept, and returns the losses. */
export function rewriteEntry(entry: SourceEntry, surroundings: RewriteContext): RewrittenEntry {
  const rule = Object.hasOwn(rules, entry.type) ? rules[entry.type] : undefined
  return (rule ?? rewriteUnknown)(entry, surroundings)
}

/** One rule for each of the six types that the API knows. */
const rules: Readonly<Record<string, Rule>> = {
  'message.input': rewriteHistoryMessage,
  'message.output': rewriteHistoryMessage,
  'tool.execution': executionAsCall,
  'function.call': rewriteCall,
  'function.result': rewriteResult,
  'agent.handoff': noteHandoff,
}

/** A prefix asks for a continuation, which a history already contains. */
function rewriteHistoryMessage(entry: SourceEntry, { keepsThinking }: RewriteContext): RewrittenEntry {
  return rewriteMessage(entry, { keepsThinking, keepsPrefix: false })
}

function rewriteUnknown(entry: SourceEntry): RewrittenEntry {
  return entryAsText(entry, 'unknown-entry-as-text')
}

/** Sends the execution of a built-in tool as a call and its result, taken from `info`. */
function executionAsCall(entry: SourceEntry, { calls, naming }: RewriteContext): RewrittenEntry {
  const { fields, position } = entry
  const id = JSON.stringify(calls.toolIds.get(position))
  const name = naming(stringIn(fields.get('name')) ?? 'tool')
  const args = rewriteArguments(fields.get('arguments'))
  const found = fields.get('info') ?? 'null'
  const asCall = objectText({
    type: '"function.call"',
    tool_call_id: id,
    name: JSON.stringify(name),
    arguments: args.text,
  })
  const asResult = objectText({
    type: '"function.result"',
    tool_call_id: id,
    result: JSON.stringify(found === 'null' ? '{}' : (stringIn(found) ?? found)),
  })
  const loss = makeLoss('tool-execution-as-call', entry, '', entry.text, `[${asCall},${asResult}]`)
  const dropped = droppedFields(entry, ['type', 'name', 'arguments', 'info'])
  return {
    inputs: [
      { text: asCall, by: 'call' },
      { text: asResult, by: 'result' },
    ],
    losses: [
      loss,
      ...renamedFunction(entry, name),
      ...changedArguments(entry, args, isRewritten),
      ...dropped,
    ],
  }
}

function rewriteCall(entry: SourceEntry, { calls, naming }: RewriteContext): RewrittenEntry {
  const { fields } = entry
  const pairing = calls.pairings.get(entry.position)
  if (pairing === undefined) return rewriteUnknown(entry)
  if (pairing === 'as-text') return entryAsText(entry, 'call-as-text')
  const name = naming(stringIn(fields.get('name')) ?? '')
  const args = rewriteArguments(fields.get('arguments'))
  const text = objectText({
    type: '"function.call"',
    tool_call_id: JSON.stringify(pairing.sendAs),
    name: JSON.stringify(name),
    arguments: args.text,
  })
  return {
    inputs: [{ text, by: 'call' }],
    losses: [
      ...renamedCall(entry, pairing.sendAs),
      ...renamedFunction(entry, name),
      ...changedArguments(entry, args, () => true),
      ...droppedFields(entry, ['type', 'tool_call_id', 'name', 'arguments']),
    ],
  }
}

function rewriteResult(entry: SourceEntry, { calls }: RewriteContext): RewrittenEntry {
  const { fields } = entry
  const pairing = calls.pairings.get(entry.position)
  if (pairing === undefined || pairing === 'as-text') return entryAsText(entry, 'result-as-text')
  const given = fields.get('result')
  const sentResult = stringIn(given) === null ? JSON.stringify(given ?? '') : given
  const text = objectText({
    type: '"function.result"',
    tool_call_id: JSON.stringify(pairing.sendAs),
    result: sentResult,
  })
  const changed =
    given === sentResult
      ? []
      : [makeLoss('value-as-text', entry, 'result', given ?? null, sentResult ?? null)]
  return {
    inputs: [{ text, by: 'result' }],
    losses: [
      ...renamedCall(entry, pairing.sendAs),
      ...changed,
      ...droppedFields(entry, ['type', 'tool_call_id', 'result']),
    ],
  }
}

/**
 * It is unknown whether the API accepts a handoff as an input, and its agents do not exist at the target: it is sent
 * as text.
 */
function noteHandoff(entry: SourceEntry, { calls }: RewriteContext): RewrittenEntry {
  if (calls.within.has(entry.position)) {
    return { inputs: [], losses: [makeLoss('handoff-dropped', entry, '', entry.text, null)] }
  }
  const view = entryView(entry.text)
  if (view.kind !== 'handoff') return rewriteUnknown(entry)
  const text = [`[handoff: ${handoffText(view)}]`, view.rest].filter((each) => each !== undefined)
  return entryAsText(entry, 'handoff-noted', text.join(' '))
}

function renamedCall(entry: SourceEntry, sendAs: string): Loss[] {
  const given = entry.fields.get('tool_call_id') ?? 'null'
  return stringIn(given) === sendAs
    ? []
    : [makeLoss('call-renamed', entry, 'tool_call_id', given, JSON.stringify(sendAs))]
}

function renamedFunction(entry: SourceEntry, sendAs: string): Loss[] {
  const given = entry.fields.get('name') ?? 'null'
  const name = stringIn(given)
  return name === null || name === sendAs
    ? []
    : [makeLoss('function-renamed', entry, 'name', given, JSON.stringify(sendAs))]
}

function changedArguments(
  entry: SourceEntry,
  { text, loss }: SentArguments,
  isDeclared: (loss: LossKind) => boolean,
): Loss[] {
  if (loss === undefined || !isDeclared(loss)) return []
  return [makeLoss(loss, entry, 'arguments', entry.fields.get('arguments') ?? null, text)]
}

/** Sending the arguments of a tool execution as text is part of its conversion to a call. */
function isRewritten(loss: LossKind): boolean {
  return loss !== 'value-as-text'
}
