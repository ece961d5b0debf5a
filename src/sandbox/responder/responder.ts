import type { ParsedEntry } from '../check/parsed-entry.ts'
import { hashText } from '../random.ts'
import { callFunction, runBuiltIn } from './built-in-tools.ts'
import type { Chunk, Draft, Responder } from './draft.ts'

/** Everything that a response depends on. */
export interface ResponderInput {
  readonly responder: Responder
  readonly entries: readonly ParsedEntry[]
  readonly toolChoice: string
  readonly maxTokens: number
  /** Does the service continue after a handoff, or leave that to the client? */
  readonly handoffExecution: 'server' | 'client'
}

/** Generates the response to a conversation: always the same one for the same entries. */
export function respond(input: ResponderInput): Draft[] {
  const { entries, responder, toolChoice } = input
  const followsResult = entries.at(-1)?.type === 'function.result'
  const [next] = responder.handoffs
  if (next !== undefined && !followsResult) return handOver(input, next)
  const functions = responder.tools.filter(({ type }) => type === 'function')
  if (functions.length > 0 && toolChoice !== 'none' && !followsResult) {
    const called = toolChoice === 'auto' ? functions.slice(0, 1) : functions
    return called.map((tool) => callFunction(tool, hashEntries(entries)))
  }
  return writeMessage(input)
}

function handOver(input: ResponderInput, to: Responder): Draft[] {
  const handoff: Draft = { kind: 'handoff', from: input.responder, to }
  if (input.handoffExecution === 'client') return [handoff]
  return [handoff, ...respond({ ...input, responder: to })]
}

function writeMessage({ responder, entries, toolChoice, maxTokens }: ResponderInput): Draft[] {
  const hash = hashEntries(entries)
  const used = toolChoice === 'none' ? [] : responder.tools.filter(({ type }) => type !== 'function')
  const runs = used.map((tool) => runBuiltIn(tool, hash))
  const text = cut(compose(entries, hash), maxTokens)
  const chunks = [
    ...(responder.reasons ? [thought(hash)] : []),
    { type: 'text', text },
    ...runs.flatMap((run) => run.chunks),
  ]
  return [
    ...runs.map((run) => run.draft),
    { kind: 'message', content: chunks.length === 1 ? text : chunks, responder },
  ]
}

const SENTENCES = [
  'Rivers carry silt, and silt remembers where the river has been.',
  'Erosion — the bank gives way.',
  'Dépôt — the bend fills.',
  'A meander is a slow decision.',
  '1. Measure the current.\n2. Wait a century.\n3. Measure again.',
  'Ask the delta: it keeps **every** word.',
  'The lower course is all patience 🌊.',
]

function compose(entries: readonly ParsedEntry[], hash: number): string {
  const last = entries.at(-1)
  const opening = last?.type === 'function.result' ? `The result was ${last.text}.` : ''
  const continued = last?.prefix ? last.text : opening
  const sentences = [0, 1, 2].map((i) => SENTENCES[(hash + i * 3) % SENTENCES.length] ?? '')
  return [continued, ...sentences].filter((each) => each !== '').join(' ')
}

function thought(hash: number): Chunk {
  const text = `The user wants something; number ${hash % 97} comes to mind.`
  return { type: 'thinking', thinking: [{ type: 'text', text }], closed: true }
}

/** The sandbox counts four characters as one token. */
function cut(text: string, maxTokens: number): string {
  return text.slice(0, maxTokens * 4)
}

function hashEntries(entries: readonly ParsedEntry[]): number {
  return hashText(entries.map(({ type, text }) => `${type}:${text}`).join('\n'))
}
