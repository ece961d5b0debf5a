import { dimensions, type Count, type Dimension, type Stats } from '../../export/stats/count-stats.ts'
import { defuseLine } from './terminal-text.ts'

/** A line per group, for spreadsheets and scripts: all groups, and plain numbers. */
export function* statsToTsv(stats: Stats, by: Dimension | undefined): Generator<string, void, undefined> {
  const line = (...cells: readonly (string | number)[]) =>
    cells.map((cell) => defuseLine(String(cell))).join('\t')
  const counts = ({ conversations, entries, estimatedTokens }: Count) =>
    [conversations, entries, estimatedTokens] as const
  yield line('by', 'value', 'name', 'conversations', 'entries', 'estimated_tokens')
  if (by === undefined) yield line('total', '', '', ...counts(stats))
  for (const dimension of dimensions) {
    if (by !== undefined && by !== dimension) continue
    for (const group of stats.groups[dimension])
      yield line(dimension, group.value ?? '', group.name ?? '', ...counts(group))
  }
}

/** The statistics as the object of --json. */
export function statsToJson({ groups, unreadable, ...total }: Stats): object {
  const of = (dimension: Dimension, key: string) =>
    groups[dimension].map(({ value, name, ...counts }) => ({
      [key]: value,
      ...(dimension === 'agent' ? { name } : {}),
      ...countsToJson(counts),
    }))
  return {
    ...countsToJson(total),
    unreadable,
    by_month: of('month', 'month'),
    by_model: of('model', 'model'),
    by_agent: of('agent', 'agent_id'),
    by_tool: of('tool', 'tool'),
  }
}

function countsToJson({ conversations, entries, estimatedTokens }: Count): object {
  return { conversations, entries, estimated_tokens: estimatedTokens }
}
