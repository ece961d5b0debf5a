import type { Selection } from '../archive/content/selection.ts'
import { HansardError } from '../errors.ts'
import { parseDateNear, DATE_EXAMPLES } from '../model/relative-time.ts'

/** What the address of a list asks for. Empty texts ask for nothing. */
export interface ListQuery {
  readonly q: string
  readonly since: string
  readonly until: string
  readonly model: string
  readonly agent: string
  readonly metadata: string
  readonly only: string
  /** How many conversations come before. */
  readonly offset: number
}

/** Reads the parameters of an address. */
export function listQuery(given: Readonly<Record<string, string>>): ListQuery {
  const text = (name: string) => (given[name] ?? '').trim()
  const offset = Number(text('offset'))
  return {
    q: given['q'] ?? '',
    since: text('since'),
    until: text('until'),
    model: text('model'),
    agent: text('agent'),
    metadata: text('metadata'),
    only: text('only'),
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
  }
}

/** The address of the same list at another offset. */
export function listAddress(query: ListQuery, offset: number): string {
  const given = Object.entries({ ...query, offset: offset === 0 ? '' : String(offset) })
  const parameters = new URLSearchParams(given.filter(([, value]) => value !== ''))
  return parameters.size === 0 ? '/' : `/?${parameters.toString()}`
}

/** Whether it asks for a part of the conversations. */
export function isFiltered({ since, until, model, agent, metadata, only }: ListQuery): boolean {
  return [since, until, model, agent, metadata, only].some((value) => value !== '')
}

/**
 * The conversations that a list shows: all that meet the filters, also those that are gone.
 *
 * @throws HansardError `usage` for a filter that cannot be read
 */
export function selectionOf(query: ListQuery, now: Date): Selection {
  const { since, until, model, agent, metadata, only } = query
  return {
    includeGone: true,
    since: since === '' ? undefined : instantIn(since, now),
    until: until === '' ? undefined : instantIn(until, now),
    models: model === '' ? undefined : [model],
    agents: agent === '' ? undefined : [agent],
    metadata: metadata === '' ? undefined : pairIn(metadata),
    only: only === 'gone' || only === 'altered' ? only : undefined,
  }
}

/**
 * What may be meant while one still types: the last word is perhaps only the beginning of one. Not one or two ASCII letters, with
 * which thousands of words begin. Undefined if the last word is complete.
 */
export function completedText({ q }: ListQuery): string | undefined {
  return /[\p{L}\p{N}]{3}$|(?![\0-\u007f])[\p{L}\p{N}]$/u.test(q) ? `${q}*` : undefined
}

function instantIn(text: string, now: Date): string {
  const instant = parseDateNear(text, now)
  if (instant !== undefined) return instant
  throw new HansardError('usage', `${JSON.stringify(text)} is not a date`, { hint: `Try ${DATE_EXAMPLES}.` })
}

function pairIn(text: string): Record<string, string> {
  const at = text.indexOf('=')
  if (at > 0) return { [text.slice(0, at)]: text.slice(at + 1) }
  throw new HansardError('usage', `${JSON.stringify(text)} is not a filter of metadata`, {
    hint: 'Write it as key=value.',
  })
}
