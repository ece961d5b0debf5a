import { hash } from 'node:crypto'

import { stringIn, type SourceEntry } from '../source.ts'

/** What becomes of a call or of a result. */
export type Fate =
  /** It is sent, under this id. */
  | { readonly sendAs: string }
  /** It can't stand as it is: the other half does not follow, or never came before. */
  | 'as-text'

/** How the calls of a history go together with their results. */
export interface Calls {
  /** By position: of function.call and function.result; anything else has none. */
  readonly fates: ReadonlyMap<number, Fate>
  /** Positions at which a call waits for its result: what stands there must not come between as text. */
  readonly within: ReadonlySet<number>
  /** Calls that nobody has answered. */
  readonly unanswered: readonly SourceEntry[]
  /** Ids for tool executions, by position. */
  readonly toolIds: ReadonlyMap<number, string>
}

/**
 * Pairs calls with results. Between a call and its result the API takes nothing but other calls and results (400, code
 * 3230), and the results must be those of the calls. What does not go together so is sent as text; and since a text comes
 * between others, that is repeated until nothing changes.
 */
export function pairCalls(entries: readonly SourceEntry[]): Calls {
  const asText = new Set<number>()
  for (;;) {
    const before = asText.size
    const attempt = walk(entries, asText)
    if (asText.size === before) return attempt
  }
}

interface Open {
  readonly entry: SourceEntry
  readonly id: string
  readonly sendAs: string
  isInterrupted: boolean
}

function walk(entries: readonly SourceEntry[], asText: Set<number>): Calls {
  const taken = new Set(entries.flatMap((entry) => callId(entry) ?? []))
  const fates = new Map<number, Fate>()
  const within = new Set<number>()
  const toolIds = new Map<number, string>()
  let open: Open[] = []
  for (const entry of entries) {
    const { position, type } = entry
    const id = callId(entry)
    if (open.some(({ isInterrupted }) => !isInterrupted)) within.add(position)
    if (type === 'tool.execution') toolIds.set(position, freeId(entry, taken))
    else if (type === 'function.call' && id !== null) {
      const sendAs = open.some((call) => call.id === id) ? freeId(entry, taken) : id
      const isApart = asText.has(position)
      if (isApart) interrupt(open)
      fates.set(position, isApart ? 'as-text' : { sendAs })
      open.push({ entry, id, sendAs, isInterrupted: isApart })
    } else if (type === 'function.result') {
      const call = open.find((candidate) => candidate.id === id)
      open = open.filter((candidate) => candidate !== call)
      const isApart = call === undefined || call.isInterrupted
      if (isApart) {
        asText.add(position)
        if (call !== undefined) asText.add(call.entry.position)
        interrupt(open)
      }
      fates.set(position, isApart ? 'as-text' : { sendAs: call.sendAs })
    } else if (type !== 'agent.handoff') interrupt(open)
  }
  return { fates, within, unanswered: open.map(({ entry }) => entry), toolIds }
}

function interrupt(open: readonly Open[]): void {
  for (const call of open) call.isInterrupted = true
}

/** The id of a call or of its result; null for a call without a name too, which nobody could answer. */
function callId({ type, fields }: SourceEntry): string | null {
  if (type !== 'function.call' && type !== 'function.result') return null
  if (type === 'function.call' && stringIn(fields.get('name')) === null) return null
  return stringIn(fields.get('tool_call_id'))
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Nine letters and digits, as the API wants an id of a call: always the same ones for the same entry in its place. */
function freeId({ position, text }: SourceEntry, taken: Set<string>): string {
  for (let attempt = 0; ; attempt++) {
    const digest = hash('sha256', `${attempt} ${position} ${text}`, 'buffer')
    const id = Array.from(digest.subarray(0, 9), (byte) => LETTERS[byte % LETTERS.length]).join('')
    if (taken.has(id)) continue
    taken.add(id)
    return id
  }
}
