import { InvalidArgumentError, type Command } from 'commander'

import type { Selection } from '../../archive/content/selection.ts'
import { whole } from './option-values.ts'

/** The options of every command that works on conversations. */
export interface SelectionOptions {
  readonly id?: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly model?: readonly string[]
  readonly agent?: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
  readonly match?: string
  readonly limit?: number
  readonly includeGone?: boolean
}

/** Gives a command the options that say which conversations it works on; `first` says which of them --limit takes. */
export function selection(command: Command, first = 'oldest'): Command {
  return command
    .option('--id <id...>', 'only these conversations')
    .option('--since <time>', 'created then or later: 2026-11, 2026-11-22, 2026-11-22T08:00Z (UTC)')
    .option('--until <time>', 'created before')
    .option('--model <name...>', 'with one of these models')
    .option('--agent <id...>', 'with one of these agents')
    .option('--metadata <key=value...>', 'that carry all of this metadata', pair)
    .option('--match <text>', 'that hold these words, "words in a row", begin*, -without')
    .option('--limit <n>', `so many at most, the ${first} first`, whole(1, Number.MAX_SAFE_INTEGER))
    .option('--include-gone', 'those too that are no longer upstream')
}

/** The selection that these options make. */
export function selectionOf({ id, model, agent, match, ...rest }: SelectionOptions): Selection {
  const { since, until, metadata, limit, includeGone } = rest
  const what = { ids: id, models: model, agents: agent, match: match === undefined ? undefined : [match] }
  return { ...what, since, until, metadata, limit, includeGone }
}

/** Tells whether any of them was given. */
export function selects(options: SelectionOptions): boolean {
  return Object.values(selectionOf(options)).some((value) => value !== undefined)
}

function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=')
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  throw new InvalidArgumentError('It must be key=value.')
}
