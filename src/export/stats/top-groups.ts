import { formatNumber } from '../../model/plural.ts'
import type { Dimension, Group } from './count-stats.ts'

/** A group, or several, as a row of a table or a chart. */
export interface GroupRow {
  /** For people. It may be foreign text. */
  readonly label: string
  /** Null for several tools together, because a conversation may use more than one of them. */
  readonly conversations: number | null
  readonly entries: number
  readonly estimatedTokens: number
}

/** The groups that are shown, and all others as one row. */
export interface TopGroups {
  readonly dimension: Dimension
  readonly rows: readonly GroupRow[]
  readonly rest: GroupRow | undefined
}

/** Chooses the latest months, or the largest of other groups. With the rest there are at most `most` rows. */
export function topGroups(dimension: Dimension, groups: readonly Group[], most = Infinity): TopGroups {
  const shown = groups.length > most ? most - 1 : groups.length
  const first = dimension === 'month' ? groups.length - shown : 0
  const rows = groups.slice(first, first + shown).map((group) => toRow(dimension, group))
  const others = [...groups.slice(0, first), ...groups.slice(first + shown)]
  return { dimension, rows, rest: others.length === 0 ? undefined : combine(dimension, others) }
}

function toRow(dimension: Dimension, { value, name, ...counts }: Group): GroupRow {
  return { label: name ?? value ?? missing[dimension], ...counts }
}

const missing: Readonly<Record<Dimension, string>> = {
  month: '(no date)',
  model: '(set by agent)',
  agent: '(no agent)',
  tool: '(no name)',
}

function combine(dimension: Dimension, groups: readonly Group[]): GroupRow {
  const sum = (key: 'conversations' | 'entries' | 'estimatedTokens') =>
    groups.reduce((total, group) => total + group[key], 0)
  return {
    label: `(${formatNumber(groups.length)} ${dimension === 'month' ? 'earlier' : 'more'})`,
    conversations: dimension === 'tool' ? null : sum('conversations'),
    entries: sum('entries'),
    estimatedTokens: sum('estimatedTokens'),
  }
}
