import { entryTokens } from '../../model/entries/estimate-tokens.ts'
import { instantOf } from '../../model/instant.ts'
import { isObject, parseJson } from '../../model/json/parse-json.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import { SearchIndex } from './search-index.ts'
import { conditionOf, type Selection } from './selection.ts'

/** How much one conversation contains, and what it is counted under. */
export interface Volume {
  /** When it was created, as `instantOf` formats it; null if the API did not tell. */
  readonly createdAt: string | null
  readonly model: string | null
  readonly agentId: string | null
  readonly entries: number
  /** Estimated from the texts: the API keeps no usage. */
  readonly tokens: number
  /** Entries that are missing or no JSON, and have no tokens. */
  readonly unreadable: number
  /** The calls of each tool or function, by name; null for calls without one. */
  readonly tools: ReadonlyMap<string | null, ToolVolume>
  /** Seconds from each input to the next entry of the model, as their times of creation tell. */
  readonly responseSeconds: readonly number[]
}

/** The calls of one tool in a conversation. */
export interface ToolVolume {
  readonly entries: number
  readonly tokens: number
}

/**
 * Reads how much conversations contain. Entries are parsed here and not in SQL: this takes as long as SQLite's `->>` on
 * the same members, and of equal keys the last one counts.
 */
export class Volumes extends DatabaseAccess {
  /** Reads the volumes of the selected conversations, one at a time. */
  *read(selection: Selection): Generator<Volume, void, undefined> {
    const { limit } = selection
    const { where, values } = conditionOf(selection)
    if (selection.match !== undefined) new SearchIndex(this.db).refuseMissing()
    const sql = `select tip, length as entries, model, agent_id as agentId, created_at as createdAt
      from conversation join revision on revision.id = conversation.revision
      where ${where} ${limit === undefined ? '' : OLDEST}`
    const rows = this.db.iterate<Row>(sql, limit === undefined ? values : { ...values, limit })
    for (const { tip, entries, model, agentId, createdAt } of rows) {
      const created = instantOf(createdAt ?? '') ?? null
      yield { createdAt: created, model, agentId, entries, ...this.#count(tip, entries) }
    }
  }

  /** Counts the entries of a history. One query follows its links from the end, so the last entry comes first. */
  #count(tip: number, entries: number): Pick<Volume, 'tokens' | 'unreadable' | 'tools' | 'responseSeconds'> {
    const tools = new Map<string | null, ToolVolume>()
    const responseSeconds: number[] = []
    let next: unknown
    let tokens = 0
    let readable = 0
    for (const json of this.db.pluck.iterate<string>(ENTRIES, tip)) {
      const entry = parseJson(json)
      if (entry === undefined) continue
      readable++
      const added = entryTokens(entry)
      tokens += added
      const seconds = secondsBetween(entry, next)
      if (seconds !== undefined) responseSeconds.push(seconds)
      next = entry
      if (!isCall(entry)) continue
      const name = nameOf(entry)
      const before = tools.get(name)
      tools.set(name, { entries: (before?.entries ?? 0) + 1, tokens: (before?.tokens ?? 0) + added })
    }
    return { tokens, unreadable: Math.max(0, entries - readable), tools, responseSeconds }
  }
}

/** Without a limit the order does not matter, and sorting took 20 MB for 200,000 conversations. */
const OLDEST = 'order by instant(created_at), conversation.id limit :limit'

interface Row {
  readonly tip: number
  readonly entries: number
  readonly model: string | null
  readonly agentId: string | null
  readonly createdAt: string | null
}

/** A link that does not lead to an older one is damaged, and following it might never end. */
const ENTRIES = `
  with recursive step (id) as (
    select ?
    union all
    select link.previous from step join link on link.id = step.id where link.previous < step.id
  )
  select json from step join link on link.id = step.id join entry on entry.id = link.entry`

/** The seconds from an input to the response of the model; undefined if they are not that, or have no times. */
function secondsBetween(entry: unknown, next: unknown): number | undefined {
  if (!isObject(entry) || !isObject(next)) return undefined
  if (entry['type'] !== 'message.input' || next['type'] === 'message.input') return undefined
  const [from, to] = [entry, next].map(({ created_at: time }) =>
    typeof time === 'string' ? Date.parse(instantOf(time) ?? '') : Number.NaN,
  )
  const milliseconds = (to ?? Number.NaN) - (from ?? Number.NaN)
  return milliseconds >= 0 ? milliseconds / 1000 : undefined
}

function isCall(entry: unknown): entry is Record<string, unknown> {
  return isObject(entry) && (entry['type'] === 'tool.execution' || entry['type'] === 'function.call')
}

/** Returns the name of a tool as other views show it: anything but a string as JSON, and no empty name. */
function nameOf({ name }: Record<string, unknown>): string | null {
  if (name === undefined || name === null || name === '') return null
  return typeof name === 'string' ? name : JSON.stringify(name)
}
