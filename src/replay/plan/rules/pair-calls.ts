import { hash } from 'node:crypto'

import { stringIn } from '../../../model/entries/fields.ts'
import type { SourceEntry } from '../source.ts'

/** Which call of a history has which result. */
export interface Calls {
  /**
   * The id to send by position of a call, a result or a tool execution. Null: sent as text, since the other half does
   * not follow or did not come before.
   */
  readonly ids: ReadonlyMap<number, string | null>
  /** Positions between a call and its result. Nothing may be sent as text there. */
  readonly within: ReadonlySet<number>
  /** Calls at the end of the history that still wait for a result. */
  readonly unanswered: readonly SourceEntry[]
  readonly withoutResult: readonly SourceEntry[]
}

/**
 * Pairs calls with results. The API accepts calls, then exactly their results, each once and in any order (otherwise
 * 400, code 3230); nothing else may come between, not even another call. Calls and results that do not pair like this
 * are sent as text. Since a text separates other pairs, this is repeated until nothing changes.
 *
 * @param isSilent returns whether nothing is sent for a message
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
      return { ids: assignIds(entries, pairs, asText), within, unanswered, withoutResult }
    }
  }
}

/** Positions: the result of each call, and the call of each result. */
interface Pairs {
  readonly results: ReadonlyMap<number, number>
  readonly calls: ReadonlyMap<number, number>
}

/**
 * A result belongs to the first open call with its id among the calls that were last made together. An id may occur
 * again in a later turn, and twice in one.
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

/** Adds to `asText` calls and results with something between them. Returns the positions between calls and results. */
function findSeparated(
  entries: readonly SourceEntry[],
  { results, calls }: Pairs,
  asText: Set<number>,
  isSilent: (entry: SourceEntry) => boolean,
): ReadonlySet<number> {
  const within = new Set<number>()
  const open = new Set<number>()
  let isAnswered = false
  const sendOpenAsText = (): void => {
    for (const call of open) asText.add(call).add(results.get(call) ?? call)
    open.clear()
  }
  for (const entry of entries) {
    const { position, type } = entry
    if (open.size > 0) within.add(position)
    else isAnswered = false
    if (results.has(position) && !asText.has(position)) {
      if (isAnswered) sendOpenAsText()
      isAnswered = false
      open.add(position)
    } else if (calls.has(position) && !asText.has(position)) {
      isAnswered = true
      open.delete(calls.get(position) ?? -1)
    } else if (open.size > 0 && type !== 'agent.handoff' && !isSilent(entry)) sendOpenAsText()
  }
  return within
}

/** Gives each call that is sent a unique id: its own if it is valid. */
function assignIds(
  entries: readonly SourceEntry[],
  { results, calls }: Pairs,
  asText: ReadonlySet<number>,
): Calls['ids'] {
  const ids = new Map<number, string | null>()
  const taken = new Set(entries.flatMap((entry) => callId(entry) ?? []))
  const used = new Set<string>()
  for (const entry of entries) {
    const { position, type } = entry
    const id = callId(entry)
    if (type === 'tool.execution') ids.set(position, freeId(entry, taken))
    else if (isCall(entry) ? id === null : type !== 'function.result') continue
    else if (results.has(position) && !asText.has(position) && id !== null) {
      const isKept = ID.test(id) && !used.has(id)
      used.add(id)
      ids.set(position, isKept ? id : freeId(entry, taken))
    } else {
      const call = asText.has(position) ? undefined : ids.get(calls.get(position) ?? -1)
      ids.set(position, call ?? null)
    }
  }
  return ids
}

function isCall({ type }: SourceEntry): boolean {
  return type === 'function.call'
}

/** The id of a call or a result. Null for a call without a name as well, which cannot be answered. */
function callId({ type, fields }: SourceEntry): string | null {
  if (type !== 'function.call' && type !== 'function.result') return null
  if (type === 'function.call' && stringIn(fields.get('name')) === null) return null
  return stringIn(fields.get('tool_call_id'))
}

/** A valid id. */
const ID = /^[a-zA-Z0-9]{9}$/

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Nine letters and digits, always the same for the same entry at the same position. */
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
