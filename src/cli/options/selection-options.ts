import { InvalidArgumentError, type Command } from 'commander'

import type { Selection } from '../../archive/content/selection.ts'
import { HansardError } from '../../errors.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import type { Io } from '../io.ts'
import { date } from './date-options.ts'
import { integer } from './option-values.ts'

/** The options that select conversations, the same for every command. */
export interface SelectionOptions {
  readonly id?: readonly string[]
  /** ISO times in UTC: `3d` and `yesterday` are already resolved. */
  readonly since?: string
  readonly until?: string
  readonly model?: readonly string[]
  readonly agent?: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
  readonly match?: string
  readonly limit?: number
  readonly includeGone?: boolean
}

/** Adds the options that select conversations. `limit` is the help of --limit. */
export function selection(command: Command, { now }: Pick<Io, 'now'>, limit?: string): Command {
  return liveSelection(command, { now }, limit)
    .optionsGroup('Selection:')
    .option('--include-gone', 'include conversations that no longer exist upstream')
    .optionsGroup('')
}

/** Adds the options that select conversations that are not gone. */
export function liveSelection(
  command: Command,
  { now }: Pick<Io, 'now'>,
  limit = 'maximum number, oldest first (default: all)',
): Command {
  return command
    .optionsGroup('Selection:')
    .option('--id <id...>', 'only these conversations; the beginning of an id is enough')
    .option('--since <time>', 'only created since (UTC): 3d, yesterday, 2026-11-22T08:00', date(now))
    .option('--until <time>', 'only created before this time (UTC)', date(now))
    .option('--model <name...>', 'only with one of these models')
    .option('--agent <agent...>', 'only with one of these agents')
    .option('--metadata <key=value...>', 'only with all of these metadata values', pair)
    .option('--match <text>', 'only with all these words, "exact phrases", prefix*, -excluded')
    .option('--limit <n>', limit, integer(1))
    .optionsGroup('')
}

/** Converts the options to a selection. */
export function selectionOf({ id, model, agent, match, ...rest }: SelectionOptions): Selection {
  const { since, until, metadata, limit, includeGone } = rest
  if (since !== undefined && until !== undefined && since >= until) throw emptyRange(since, until)
  const what = { ids: id, models: model, agents: agent, match: match === undefined ? undefined : [match] }
  return { ...what, since, until, metadata, limit, includeGone }
}

function emptyRange(since: string, until: string): HansardError {
  const message = `No time is both since ${cutTimeUtc(since, 'minute')} and before ${cutTimeUtc(until, 'minute')}`
  return new HansardError('usage', message, { hint: 'Give --since an earlier time than --until.' })
}

/** Returns whether any of the options was given. */
export function selects(options: SelectionOptions): boolean {
  return Object.values(selectionOf(options)).some((value) => value !== undefined)
}

function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=')
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  throw new InvalidArgumentError('Expected key=value.')
}
