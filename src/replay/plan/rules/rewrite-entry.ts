import { handoffText } from '../../../model/entries/entry-text.ts'
import { entryView } from '../../../model/entries/entry-view.ts'
import { stringIn } from '../../../model/entries/fields.ts'
import { isObjectText, objectText } from '../../../model/json/json-text.ts'
import { isJson, lookUp } from '../../../model/json/parse-json.ts'
import type { Loss, LossKind } from '../../loss.ts'
import { changedString, makeLoss, type SourceEntry } from '../source.ts'
import type { Naming } from './function-naming.ts'
import type { Calls } from './pair-calls.ts'
import { droppedFields, rewriteMessage } from './rewrite-message.ts'
import { entryAsText, type Input, type RewrittenEntry } from './rewritten-entry.ts'

/** What the rules need beside the entry. */
export interface RewriteContext {
  /** Whether the target's model reasons, and so accepts thinking. */
  readonly keepsThinking: boolean
  readonly calls: Calls
  readonly naming: Naming
}

type Rule = (entry: SourceEntry, context: RewriteContext) => RewrittenEntry

/** Rewrites an entry as an input that the strictest validators known accept, and returns the losses. */
export function rewriteEntry(entry: SourceEntry, context: RewriteContext): RewrittenEntry {
  return (lookUp(rules, entry.type) ?? rewriteUnknown)(entry, context)
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
  const id = calls.ids.get(position) ?? ''
  const name = naming(stringIn(fields.get('name')) ?? 'tool')
  const args = rewriteArguments(fields.get('arguments'))
  const found = fields.get('info') ?? 'null'
  const asCall = callInput(id, name, args.text)
  const asResult = resultInput(id, JSON.stringify(found === 'null' ? '{}' : (stringIn(found) ?? found)))
  // Sending the arguments as text is part of the conversion to a call.
  const isDeclared = args.loss !== 'value-as-text'
  return {
    inputs: [asCall, asResult],
    losses: [
      makeLoss('tool-execution-as-call', entry, '', entry.text, `[${asCall.text},${asResult.text}]`),
      ...renamedFunction(entry, name),
      ...(isDeclared ? changedArguments(entry, args) : []),
      ...droppedFields(entry, ['type', 'name', 'arguments', 'info']),
    ],
  }
}

function rewriteCall(entry: SourceEntry, { calls, naming }: RewriteContext): RewrittenEntry {
  const { fields } = entry
  const id = calls.ids.get(entry.position)
  if (id === undefined) return rewriteUnknown(entry)
  if (id === null) return entryAsText(entry, 'call-as-text')
  const name = naming(stringIn(fields.get('name')) ?? '')
  const args = rewriteArguments(fields.get('arguments'))
  return {
    inputs: [callInput(id, name, args.text)],
    losses: [
      ...renamedCall(entry, id),
      ...renamedFunction(entry, name),
      ...changedArguments(entry, args),
      ...droppedFields(entry, ['type', 'tool_call_id', 'name', 'arguments']),
    ],
  }
}

function rewriteResult(entry: SourceEntry, { calls }: RewriteContext): RewrittenEntry {
  const id = calls.ids.get(entry.position) ?? null
  if (id === null) return entryAsText(entry, 'result-as-text')
  const given = entry.fields.get('result') ?? ''
  const result = stringIn(given) === null ? JSON.stringify(given) : given
  return {
    inputs: [resultInput(id, result)],
    losses: [
      ...renamedCall(entry, id),
      ...changedString('value-as-text', entry, 'result', entry.fields.get('result'), result),
      ...droppedFields(entry, ['type', 'tool_call_id', 'result']),
    ],
  }
}

function callInput(id: string, name: string, args: string): Input {
  const members = { tool_call_id: JSON.stringify(id), name: JSON.stringify(name), arguments: args }
  return { text: objectText({ type: '"function.call"', ...members }), by: 'call' }
}

function resultInput(id: string, result: string): Input {
  const members = { tool_call_id: JSON.stringify(id), result }
  return { text: objectText({ type: '"function.result"', ...members }), by: 'result' }
}

/**
 * It is unknown whether the API accepts a handoff as an input, and its agents do not exist at the target: it is sent
 * as text.
 */
function noteHandoff(entry: SourceEntry, { calls }: RewriteContext): RewrittenEntry {
  if (calls.within.has(entry.position)) {
    return { inputs: [], losses: [makeLoss('handoff-dropped', entry, '', entry.text)] }
  }
  const view = entryView(entry.text)
  if (view.kind !== 'handoff') return rewriteUnknown(entry)
  const text = [`[handoff: ${handoffText(view)}]`, view.rest].filter((each) => each !== undefined)
  return entryAsText(entry, 'handoff-noted', text.join(' '))
}

function renamedCall(entry: SourceEntry, sendAs: string): Loss[] {
  const given = entry.fields.get('tool_call_id')
  return changedString('call-renamed', entry, 'tool_call_id', given, JSON.stringify(sendAs))
}

function renamedFunction(entry: SourceEntry, sendAs: string): Loss[] {
  const given = entry.fields.get('name')
  if (stringIn(given) === null) return []
  return changedString('function-renamed', entry, 'name', given, JSON.stringify(sendAs))
}

function changedArguments(entry: SourceEntry, { text, loss }: SentArguments): Loss[] {
  return loss === undefined ? [] : [makeLoss(loss, entry, 'arguments', entry.fields.get('arguments'), text)]
}

/** The arguments to send, and the loss, if any. */
interface SentArguments {
  readonly text: string
  readonly loss?: LossKind
}

/**
 * The API accepts an object, or a string of JSON. Truncated arguments are sent as a JSON string inside the string, so
 * that the call keeps its result.
 */
function rewriteArguments(given = 'null'): SentArguments {
  if (given === 'null') return { text: '"{}"', loss: 'value-as-text' }
  if (isObjectText(given)) return { text: given }
  const text = stringIn(given)
  if (text === null) return { text: JSON.stringify(given), loss: 'value-as-text' }
  if (text.trim() === '') return { text: '"{}"', loss: 'blank-arguments' }
  if (isJson(text)) return { text: given }
  return { text: JSON.stringify(JSON.stringify(text)), loss: 'cut-arguments' }
}
