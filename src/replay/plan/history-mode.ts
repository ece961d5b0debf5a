import { tokensOf } from '../../model/entries/estimate-tokens.ts'
import { ADDED_ANSWER } from '../loss.ts'
import {
  answerTokens,
  unansweredBlocks,
  type RequestSequence,
  type SequenceOptions,
} from './request-sequence.ts'
import { endHistory } from './rules/end-history.ts'
import { pairCalls } from './rules/pair-calls.ts'
import { rewriteEntry } from './rules/rewrite-entry.ts'
import { rewriteMessage } from './rules/rewrite-message.ts'
import { assistantMessage, type RewrittenEntry } from './rules/rewritten-entry.ts'
import { makeLoss, readEntry, type SourceEntry } from './source.ts'

/** Estimated tokens of the reply to the added user entry. */
const SHORT_REPLY = 8

/** Sends the whole history with one start. */
export function historySequence(texts: readonly string[], options: SequenceOptions): RequestSequence {
  const entries = texts.map(readEntry)
  const { keepsThinking, naming } = options
  const calls = pairCalls(entries, (entry) => isSilent(entry, keepsThinking))
  const rewritten = entries.map((entry) => rewriteEntry(entry, { keepsThinking, naming, calls }))
  const pieces = addAnswers(entries, rewritten)
  const { inputs, losses, expects } = endHistory(entries, pieces, options.tail)
  const tokensIn = inputs.reduce((sum, { text }) => sum + tokensOf(text), options.settingsTokens)
  const tokensOut = expects === 'reply-to-nudge' ? SHORT_REPLY : answerTokens(entries)
  const request = {
    inputs: inputs.map(({ text }) => text),
    expects,
    results: [],
    tokensIn,
    tokensOut: Math.min(tokensOut, options.maxTokens ?? Infinity),
  }
  return {
    requests: inputs.length === 0 ? [] : [request],
    extraCalls: [],
    longest: tokensIn,
    losses,
    blocks: unansweredBlocks(calls.unanswered),
  }
}

/** Returns whether nothing of a message is sent. */
function isSilent(entry: SourceEntry, keepsThinking: boolean): boolean {
  if (!entry.type.startsWith('message.')) return false
  return rewriteMessage(entry, { keepsThinking, keepsPrefix: false }).inputs.length === 0
}

/**
 * Inserts a short answer between a function result and a user message directly after it: some targets refuse that
 * order.
 */
function addAnswers(entries: readonly SourceEntry[], pieces: readonly RewrittenEntry[]): RewrittenEntry[] {
  let last: string | undefined
  return pieces.map((piece, i): RewrittenEntry => {
    const entry = entries[i]
    const isRefused = last === 'result' && piece.inputs[0]?.by === 'user'
    last = piece.inputs.at(-1)?.by ?? last
    if (!isRefused || entry === undefined) return piece
    const added = assistantMessage(ADDED_ANSWER)
    const loss = makeLoss('answer-added', entry, '', null, `[${added.text}]`)
    return { inputs: [added, ...piece.inputs], losses: [...piece.losses, loss] }
  })
}
