import type { Colors } from 'picocolors/types.js'

import type { StoredConversation } from '../../archive/content/conversations.ts'
import type { StoredEntry } from '../../archive/content/histories.ts'
import { messageOf } from '../../errors.ts'
import { entryText, type TextStyle } from '../../model/entries/entry-text.ts'
import { entryView, type EntryView } from '../../model/entries/entry-view.ts'
import { fieldsOf, said } from '../../model/entries/fields.ts'
import { cutTime, cutTimeUtc } from '../../model/instant.ts'
import { indented } from '../../model/json/indent-json.ts'
import { plural } from './plural.ts'
import { defuse, defuseJson, defuseLine } from './terminal-text.ts'

/** Told of each entry that could not be shown, by its position in the history (undefined: the row), and why. */
export type OnUnshown = (position: number | undefined, reason: string) => void

/** A conversation as people read it, a piece at a time. What is unknown is shown as JSON. */
export function* transcript(
  conversation: StoredConversation,
  colors: Colors,
  onUnshown: OnUnshown,
): Generator<string, void, undefined> {
  yield shownHead(conversation, colors, onUnshown)
  let position = 0
  for (const found of conversation.entriesAsFound()) yield shown(found, position++, colors, onUnshown)
}

/** What is said of a conversation may have decayed while its entries are sound. */
function shownHead(conversation: StoredConversation, colors: Colors, onUnshown: OnUnshown): string {
  try {
    return headOf(conversation, colors)
  } catch (thrown) {
    onUnshown(undefined, messageOf(thrown))
    const reason = defuseLine(messageOf(thrown))
    return `${colors.bold(defuseLine(conversation.id))}\n${colors.dim(`(its row cannot be shown: ${reason})`)}\n`
  }
}

/** One entry that cannot be read keeps none of the others from being shown. */
function shown(found: StoredEntry, position: number, colors: Colors, onUnshown: OnUnshown): string {
  try {
    if (found === undefined) throw new Error('it is missing from the archive')
    const entry = entryView(found.toString())
    const body = entryText(entry, terminalStyle(colors))
    const isEmpty = entry.kind === 'message' && body === ''
    return `\n${titleOf(entry, colors)}\n${isEmpty ? colors.dim('  (no content)') : indent(body)}\n`
  } catch (thrown) {
    onUnshown(position, messageOf(thrown))
    return colors.dim(`\n(entry ${position} cannot be shown: ${defuseLine(messageOf(thrown))})\n`)
  }
}

/** Text of others is made safe for the terminal; what is put around it may be coloured. */
function terminalStyle(colors: Colors): TextStyle {
  return {
    text: defuse,
    label: (label) => colors.dim(`\n[${defuseLine(label)}]\n`),
    citation: (label) => colors.dim(`\n[${defuseLine(label)}]\n`),
    reference: (ids) => colors.dim(` [${defuseLine(ids)}]`),
    thought: (text) => colors.dim(`(thinking) ${text}\n`),
    json: (json) => defuseJson([...indented(json)].join('')),
  }
}

function headOf({ id, row, length, goneAt }: StoredConversation, colors: Colors): string {
  const fields = fieldsOf(row)
  const fact = (key: string) => said(fields.get(key))
  const [agent, version, instructions] = [fact('agent_id'), fact('agent_version'), fact('instructions')]
  const summary = [
    id,
    fact('model'),
    agent && `agent ${agent}${version === undefined ? '' : ` v${version}`}`,
    timeOf(fact('created_at')),
    plural(length, 'entry'),
    goneAt === null ? undefined : `gone upstream since ${cutTime(goneAt, 'day')}`,
  ]
  const { description, metadata } = { description: fact('description'), metadata: fact('metadata') }
  const lines = [
    colors.bold(defuseLine(fact('name') ?? id)),
    colors.dim(defuseLine(summary.filter(isText).join(' · '))),
    description && defuse(description),
    instructions && colors.dim(`instructions: ${defuse(instructions)}`),
    metadata === undefined || metadata === '{}' ? undefined : colors.dim(`metadata: ${defuseLine(metadata)}`),
  ]
  return `${lines.filter(isText).join('\n')}\n`
}

function titleOf(entry: EntryView, colors: Colors): string {
  const facts = ['created_at', 'model'].map((key) => said(entry.fields.get(key)))
  const [time, model] = [timeOf(facts[0]), facts[1]]
  const title = colors.bold(colors.cyan(defuseLine(whoOrWhat(entry))))
  return `${title}  ${colors.dim(defuseLine([time, model].filter(isText).join(' · ')))}`
}

function whoOrWhat(entry: EntryView): string {
  switch (entry.kind) {
    case 'message':
      return entry.role
    case 'execution':
      return `tool ${entry.name ?? ''}`
    case 'call': {
      const named = ['call', entry.name, entry.callId].filter(isText).join(' ')
      return entry.confirmation === undefined ? named : `${named} (${entry.confirmation})`
    }
    case 'result':
      return `result ${entry.callId ?? ''}`
    case 'handoff':
      return 'handoff'
    case 'unknown':
      return `${entry.type ?? 'entry'} (unknown to this hansard)`
  }
}

function timeOf(time: string | undefined): string | undefined {
  return time === undefined ? undefined : cutTimeUtc(time, 'second')
}

function indent(text: string): string {
  return text.trim().replaceAll(/^(?=.)/gm, '  ')
}

function isText(part: string | undefined): part is string {
  return part !== undefined && part !== ''
}
