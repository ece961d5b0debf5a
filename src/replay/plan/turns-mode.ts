import { tokensOf } from '../../model/entries/estimate-tokens.ts'
import { stringIn } from '../../model/entries/fields.ts'
import type { Loss } from '../loss.ts'
import type { CallTokens } from './plan.ts'
import {
  answerTokens,
  unansweredBlocks,
  type ArchivedResult,
  type RequestSequence,
  type SequenceOptions,
  type SequencedRequest,
} from './request-sequence.ts'
import type { Naming } from './rules/function-naming.ts'
import { pairCalls } from './rules/pair-calls.ts'
import { rewriteMessage } from './rules/rewrite-message.ts'
import type { Input } from './rules/rewritten-entry.ts'
import { makeLoss, readEntry, type SourceEntry } from './source.ts'

/** One user turn, and what the source answered. */
interface Turn {
  readonly inputs: Input[]
  readonly answer: SourceEntry[]
}

/** Asks each user turn again: the first with a start, the others with appends. */
export function turnsSequence(texts: readonly string[], options: SequenceOptions): RequestSequence {
  const entries = texts.map(readEntry)
  const { withoutResult } = pairCalls(entries)
  const { turns, losses } = splitTurns(entries, options.keepsThinking)
  const usual = answerTokens(entries)
  const extraCalls: CallTokens[] = []
  let longest = 0
  let soFar = options.settingsTokens
  /** Each call reads everything before it. */
  const call = (read: readonly string[], made: readonly string[]): CallTokens => {
    const tokensIn = soFar + sum(read)
    const tokensOut = Math.min(made.length === 0 ? usual : sum(made), options.maxTokens ?? Infinity)
    longest = tokensIn
    soFar = tokensIn + tokensOut
    return { tokensIn, tokensOut }
  }
  const requests = turns.map(({ inputs, answer }): SequencedRequest => {
    const sent = inputs.map(({ text }) => text)
    const [first, ...rest] = splitSteps(answer)
    const tokens = call(sent, first?.made ?? [])
    extraCalls.push(...rest.map(({ results, made }) => call(results, made)))
    return { inputs: sent, expects: 'answer', results: collectResults(answer, options.naming), ...tokens }
  })
  return { requests, extraCalls, longest, losses, blocks: unansweredBlocks(withoutResult) }
}

/**
 * Splits a history into turns. Answers are generated again. An assistant message that was an input is sent before the
 * next user message, since a request may not end with it. What is not asked again is a loss.
 */
function splitTurns(
  entries: readonly SourceEntry[],
  keepsThinking: boolean,
): { turns: readonly Turn[]; losses: readonly Loss[] } {
  const turns: Turn[] = []
  const losses: Loss[] = []
  let waiting: { entry: SourceEntry; inputs: readonly Input[] }[] = []
  let isOpen = false
  for (const entry of entries) {
    if (entry.type !== 'message.input') {
      isOpen = false
      if (turns.length === 0 || !regenerated.includes(entry.type)) losses.push(notAskedAgain(entry))
      else turns.at(-1)?.answer.push(entry)
      continue
    }
    const piece = rewriteMessage(entry, { keepsThinking, keepsPrefix: true })
    losses.push(...piece.losses)
    const last = piece.inputs.at(-1)
    if (last === undefined) continue
    waiting.push({ entry, inputs: piece.inputs })
    if (last.by === 'assistant') continue
    const inputs = waiting.flatMap((each) => each.inputs)
    waiting = []
    if (isOpen) turns.at(-1)?.inputs.push(...inputs)
    else turns.push({ inputs, answer: [] })
    isOpen = true
  }
  return { turns, losses: [...losses, ...waiting.map(({ entry }) => notAskedAgain(entry))] }
}

/** Types of entries in an answer, which the target generates again. */
const regenerated = ['message.output', 'tool.execution', 'function.call', 'function.result', 'agent.handoff']

function notAskedAgain(entry: SourceEntry): Loss {
  return makeLoss('not-asked-again', entry, '', entry.text)
}

/** The function results of a turn at the source, in their order. */
function collectResults(answer: readonly SourceEntry[], naming: Naming): ArchivedResult[] {
  const open: SourceEntry[] = []
  return answer.flatMap((entry): ArchivedResult[] => {
    if (entry.type === 'function.call') open.push(entry)
    if (entry.type !== 'function.result') return []
    const id = stringIn(entry.fields.get('tool_call_id'))
    const at = open.findIndex(({ fields }) => id !== null && stringIn(fields.get('tool_call_id')) === id)
    const [call] = at === -1 ? [] : open.splice(at, 1)
    const name = stringIn(call?.fields.get('name'))
    if (call === undefined || name === null) return []
    const given = entry.fields.get('result') ?? ''
    const result = stringIn(given) === null ? JSON.stringify(given) : given
    const args = call.fields.get('arguments') ?? 'null'
    return [{ position: entry.position, name: naming(name), arguments: args, result }]
  })
}

/**
 * Splits an answer into model calls: what was generated first, then each results with what was generated from them.
 */
function splitSteps(answer: readonly SourceEntry[]): { results: string[]; made: string[] }[] {
  const steps: { results: string[]; made: string[] }[] = [{ results: [], made: [] }]
  for (const { type, text } of answer) {
    const step = steps.at(-1)
    if (type !== 'function.result') step?.made.push(text)
    else if (step?.made.length === 0) step.results.push(text)
    else steps.push({ results: [text], made: [] })
  }
  return steps
}

function sum(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + tokensOf(text), 0)
}
