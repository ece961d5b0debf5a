import { isObjectText, objectText } from '../../model/json-text.ts'
import { lossOf, stringIn, type SourceEntry } from '../source.ts'
import type { Calls } from './calls.ts'
import { entryAsText } from './entry-as-text.ts'
import { droppedFields, rewriteMessage } from './message.ts'
import type { Piece } from './piece.ts'

/** What the rules must know beside the entry. */
export interface Surroundings {
  /** Does the target's model reason, so that it takes thinking? */
  readonly keepsThinking: boolean
  readonly calls: Calls
}

type Rule = (entry: SourceEntry, surroundings: Surroundings) => Piece

/** Rewrites an entry so that the strictest reading of the API takes it as an input, and says what that costs. */
export function rewriteEntry(entry: SourceEntry, surroundings: Surroundings): Piece {
  const rule = Object.hasOwn(rules, entry.type) ? rules[entry.type] : undefined
  return (rule ?? unknown)(entry, surroundings)
}

/** A rule for each of the six types that the API knows. */
const rules: Readonly<Record<string, Rule>> = {
  'message.input': message,
  'message.output': message,
  'tool.execution': executionAsCall,
  'function.call': call,
  'function.result': result,
  'agent.handoff': noteHandoff,
}

/** A prefix asks for a continuation, which in a history already follows. */
function message(entry: SourceEntry, { keepsThinking }: Surroundings): Piece {
  return rewriteMessage(entry, { keepsThinking, keepsPrefix: false })
}

function unknown(entry: SourceEntry): Piece {
  return entryAsText(entry, 'unknown-entry-as-text')
}

/** What the service's tool did becomes a call and its result: what it found out is in `info`. */
function executionAsCall(entry: SourceEntry, { calls }: Surroundings): Piece {
  const { fields, position } = entry
  const id = JSON.stringify(calls.toolIds.get(position))
  const name = stringIn(fields.get('name')) ?? 'tool'
  const found = fields.get('info') ?? 'null'
  const asCall = objectText({
    type: '"function.call"',
    tool_call_id: id,
    name: JSON.stringify(name),
    arguments: argumentsOf(fields.get('arguments')),
  })
  const asResult = objectText({
    type: '"function.result"',
    tool_call_id: id,
    result: JSON.stringify(found === 'null' ? '{}' : (stringIn(found) ?? found)),
  })
  const loss = lossOf('tool-execution-as-call', entry, '', entry.text, `[${asCall},${asResult}]`)
  const dropped = droppedFields(entry, ['type', 'name', 'arguments', 'info'])
  return {
    inputs: [
      { text: asCall, by: 'call' },
      { text: asResult, by: 'result' },
    ],
    losses: [loss, ...dropped],
  }
}

function call(entry: SourceEntry, { calls }: Surroundings): Piece {
  const { fields } = entry
  const fate = calls.fates.get(entry.position)
  if (fate === undefined) return unknown(entry)
  if (fate === 'as-text') return entryAsText(entry, 'call-as-text')
  const given = fields.get('arguments')
  const sentArguments = argumentsOf(given)
  const text = objectText({
    type: '"function.call"',
    tool_call_id: JSON.stringify(fate.sendAs),
    name: fields.get('name'),
    arguments: sentArguments,
  })
  const changed =
    given === sentArguments ? [] : [lossOf('value-as-text', entry, 'arguments', given ?? null, sentArguments)]
  return {
    inputs: [{ text, by: 'call' }],
    losses: [
      ...renamed(entry, fate.sendAs),
      ...changed,
      ...droppedFields(entry, ['type', 'tool_call_id', 'name', 'arguments']),
    ],
  }
}

function result(entry: SourceEntry, { calls }: Surroundings): Piece {
  const { fields } = entry
  const fate = calls.fates.get(entry.position)
  if (fate === undefined || fate === 'as-text') return entryAsText(entry, 'result-as-text')
  const given = fields.get('result')
  const sentResult = stringIn(given) === null ? JSON.stringify(given ?? '') : given
  const text = objectText({
    type: '"function.result"',
    tool_call_id: JSON.stringify(fate.sendAs),
    result: sentResult,
  })
  const changed =
    given === sentResult ? [] : [lossOf('value-as-text', entry, 'result', given ?? null, sentResult ?? null)]
  return {
    inputs: [{ text, by: 'result' }],
    losses: [
      ...renamed(entry, fate.sendAs),
      ...changed,
      ...droppedFields(entry, ['type', 'tool_call_id', 'result']),
    ],
  }
}

/** Whether a handoff is taken as an input nobody knows, and its agents are not over there. */
function noteHandoff(entry: SourceEntry, { calls }: Surroundings): Piece {
  if (calls.within.has(entry.position)) {
    return { inputs: [], losses: [lossOf('handoff-dropped', entry, '', entry.text, null)] }
  }
  return entryAsText(
    entry,
    'handoff-noted',
    `[handoff: ${agent(entry, 'previous')} to ${agent(entry, 'next')}]`,
  )
}

function agent({ fields }: SourceEntry, which: 'previous' | 'next'): string {
  const name = stringIn(fields.get(`${which}_agent_name`)) ?? stringIn(fields.get(`${which}_agent_id`))
  return name ?? 'an agent'
}

/** Arguments are a string, which may be half of a JSON, or an object; nothing else is taken. */
function argumentsOf(text: string | undefined): string {
  if (text === undefined || text === 'null') return '"{}"'
  if (stringIn(text) !== null || isObjectText(text)) return text
  return JSON.stringify(text)
}

function renamed(entry: SourceEntry, sendAs: string) {
  const given = entry.fields.get('tool_call_id') ?? 'null'
  return stringIn(given) === sendAs
    ? []
    : [lossOf('call-renamed', entry, 'tool_call_id', given, JSON.stringify(sendAs))]
}
