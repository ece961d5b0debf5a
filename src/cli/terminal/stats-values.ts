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
export function statsToJson({ groups, ...total }: Stats): object {
  const by = (dimension: Dimension, key: string) =>
    groups[dimension].map(({ value, ...group }) => ({ [key]: value, ...group }))
  return {
    ...total,
    byMonth: by('month', 'month'),
    byModel: by('model', 'model'),
    byAgent: by('agent', 'agentId'),
    byTool: by('tool', 'tool'),
  }
}
