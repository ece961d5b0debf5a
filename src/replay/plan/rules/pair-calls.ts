import { hash } from 'node:crypto'

import { stringIn } from '../../../model/entries/fields.ts'
import type { SourceEntry } from '../source.ts'

/** What becomes of a call or of a result. */
export type CallPairing =
  /** It is sent, under this id. */
  | { readonly sendAs: string }
  /** It cannot be sent as it is: the other half does not follow, or never came before. */
  | 'as-text'

/** How the calls of a history go together with their results. */
export interface Calls {
  /** By position: of function.call and function.result; anything else has none. */
  readonly pairings: ReadonlyMap<number, CallPairing>
  /** Positions at which a call waits for its result: what stands there must not come between as text. */
  readonly within: ReadonlySet<number>
  /** Calls without a result at the end of the history: it waits for them. */
  readonly unanswered: readonly SourceEntry[]
  /** All calls without a result. */
  readonly withoutResult: readonly SourceEntry[]
  /** Ids for tool executions, by position. */
  readonly toolIds: ReadonlyMap<number, string>
}

/**
 * Pairs calls with results. The API takes calls, then exactly their results, each once and in any order (400, code 3230);
 * nothing else may come between, not even another call. Calls and results that do not go together so are sent as text; and
 * since a text comes between others, that is repeated until nothing changes.
 *
 * @param isSilent tells of a message whether nothing is sent for it
 */
export function pairCalls(
  entries: readonly SourceEntry[],
  isSilent: (entry: SourceEntry) => boolean = () => false,
): Calls {
  const pairs = pairByIds(entries)
  const withoutResult = entries.filter(
    (entry) => isCall(entry) && !pairs.results.has(entry.position) && callId(entry) !== null,
  )
  const end = entries.findLastIndex(({ type }) => !type.startsWith('function.') && type !== 'agent.handoff')
  const unanswered = withoutResult.filter(({ position }) => position > end)
  const asText = new Set(withoutResult.map(({ position }) => position))
  for (;;) {
    const before = asText.size
    const within = findSeparated(entries, pairs, asText, isSilent)
    if (asText.size === before) {
      return { ...assignIds(entries, pairs, asText), within, unanswered, withoutResult }
    }
  }
}

/** By position: the result of a call, and the call of a result. */
interface Pairs {
  readonly results: ReadonlyMap<number, number>
  readonly calls: ReadonlyMap<number, number>
}

/**
 * A result belongs to a call of its id that has none yet: of the calls made at once last, the first. An id can come again
 * in a later turn, and twice in one.
 */
function pairByIds(entries: readonly SourceEntry[]): Pairs {
  const [results, calls] = [new Map<number, number>(), new Map<number, number>()]
  const open = new Map<string, { position: number; group: number }[]>()
  let group = 0
  let isAnswered = false
  for (const entry of entries) {
    const id = callId(entry)
    const waiting = id === null ? [] : (open.get(id) ?? [])
    if (isCall(entry) && id !== null) {
      if (isAnswered) group++
      isAnswered = false
      open.set(id, [...waiting, { position: entry.position, group }])
    } else if (entry.type === 'function.result') {
      isAnswered = true
      const newest = waiting.at(-1)?.group
      const call = waiting.find((each) => each.group === newest)
      if (call === undefined) continue
      waiting.splice(waiting.indexOf(call), 1)
      results.set(call.position, entry.position)
      calls.set(entry.position, call.position)
    } else if (entry.type !== 'agent.handoff') group++
  }
  return { results, calls }
}

/** Adds to `asText` the calls and results between which something else comes; returns where calls wait. */
function findSeparated(
  entries: readonly SourceEntry[],
  { results, calls }: Pairs,
  asText: Set<number>,
  isSilent: (entry: SourceEntry) => boolean,
): ReadonlySet<number> {
  const within = new Set<number>()
  const open = new Set<number>()
  let isAnswered = false
  const breakOff = (): void => {
    for (const call of open) asText.add(call).add(results.get(call) ?? call)
    open.clear()
  }
  for (const entry of entries) {
    const { position, type } = entry
    if (open.size > 0) within.add(position)
    else isAnswered = false
    if (results.has(position) && !asText.has(position)) {
      if (isAnswered) breakOff()
      isAnswered = false
      open.add(position)
    } else if (calls.has(position) && !asText.has(position)) {
      isAnswered = true
      open.delete(calls.get(position) ?? -1)
    } else if (open.size > 0 && type !== 'agent.handoff' && !isSilent(entry)) breakOff()
  }
  return within
}

/** Gives each call that is sent an id that no other has: its own, where it is one that is taken. */
function assignIds(
  entries: readonly SourceEntry[],
  { results, calls }: Pairs,
  asText: ReadonlySet<number>,
): Pick<Calls, 'pairings' | 'toolIds'> {
  const pairings = new Map<number, CallPairing>()
  const toolIds = new Map<number, string>()
  const taken = new Set(entries.flatMap((entry) => callId(entry) ?? []))
  const used = new Set<string>()
  for (const entry of entries) {
    const { position, type } = entry
    const id = callId(entry)
    if (type === 'tool.execution') toolIds.set(position, freeId(entry, taken))
    else if (isCall(entry) ? id === null : type !== 'function.result') continue
    else if (results.has(position) && !asText.has(position) && id !== null) {
      const isKept = ID.test(id) && !used.has(id)
      used.add(id)
      pairings.set(position, { sendAs: isKept ? id : freeId(entry, taken) })
    } else {
      const call = asText.has(position) ? undefined : pairings.get(calls.get(position) ?? -1)
      pairings.set(position, call ?? 'as-text')
    }
  }
  return { pairings: pairings, toolIds }
}

function isCall({ type }: SourceEntry): boolean {
  return type === 'function.call'
}

/** The id of a call or of its result; null for a call without a name too, which nobody could answer. */
function callId({ type, fields }: SourceEntry): string | null {
  if (type !== 'function.call' && type !== 'function.result') return null
  if (type === 'function.call' && stringIn(fields.get('name')) === null) return null
  return stringIn(fields.get('tool_call_id'))
}

/** An id as validators take it. */
const ID = /^[a-zA-Z0-9]{9}$/

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Nine letters and digits: always the same ones for the same entry in its place. */
function freeId({ position, id, fields }: SourceEntry, taken: Set<string>): string {
  const own = JSON.stringify([position, id, fields.get('tool_call_id')])
  for (let attempt = 0; ; attempt++) {
    const digest = hash('sha256', `${attempt} ${own}`, 'buffer')
    const free = Array.from(digest.subarray(0, 9), (byte) => LETTERS[byte % LETTERS.length]).join('')
    if (taken.has(free)) continue
    taken.add(free)
    return free
  }
}
