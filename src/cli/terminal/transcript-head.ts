import type { Colors } from 'picocolors/types.js'

import type { StoredConversation } from '../../archive/content/conversations.ts'
import type { HistoryRange } from '../../archive/content/histories.ts'
import { displayText, fieldsOf } from '../../model/entries/fields.ts'
import { formatWhen } from '../../model/relative-time.ts'
import { plural } from '../../model/plural.ts'
import { defuse, defuseLine } from './terminal-text.ts'

type HeadFacts = Pick<StoredConversation, 'row' | 'length' | 'goneAt'>

/** A line of the head: a label, and a text that may have several lines. */
export type HeadLine = readonly [label: string, text: string]

/**
 * Returns what the head of a transcript shows, in order; only what the conversation has.
 *
 * @throws an error if the conversation object is damaged
 */
export function headLines({ row, length, goneAt }: HeadFacts, now: Date): HeadLine[] {
  const fields = fieldsOf(row)
  const fact = (key: string) => displayText(fields.get(key))
  const time = (text: string | undefined | null) => (text ? formatWhen(text, now) : undefined)
  const version = fact('agent_version')
  const agent = fact('agent_id')
  const metadata = fact('metadata')
  const lines: [string, string | undefined][] = [
    ['model', line(fact('model'))],
    ['agent', line(agent && (version === undefined ? agent : `${agent} (version ${version})`))],
    ['created', line(time(fact('created_at')))],
    ['updated', line(time(fact('updated_at')))],
    ['gone since', line(time(goneAt))],
    ['entries', describeLength(length)],
    ['description', text(fact('description'))],
    ['instructions', text(fact('instructions'))],
    ['metadata', metadata === '{}' ? undefined : line(metadata)],
  ]
  return lines.filter((each): each is [string, string] => Boolean(each[1]))
}

/** The width of the column of labels. */
export const LABEL_CELLS = 14

/** Formats the label of a line of the head. */
export function formatLabel(label: string, colors: Colors): string {
  return colors.dim(label.padEnd(LABEL_CELLS))
}

/** Says how many entries there are and how they are numbered, and which of them are shown if not all are. */
export function describeLength(length: number, { from, to = Infinity }: HistoryRange = {}): string {
  const numbers = ['', ', numbered 0'][length] ?? `, numbered 0 to ${length - 1}`
  const all = `${plural(length, 'entry')}${numbers}`
  return from === undefined ? all : `${all}; here ${from} to ${Math.min(to, length - 1)}`
}

function line(given: string | undefined): string | undefined {
  return given === undefined ? undefined : defuseLine(given)
}

function text(given: string | undefined): string | undefined {
  return given === undefined ? undefined : defuse(given).trim()
}
