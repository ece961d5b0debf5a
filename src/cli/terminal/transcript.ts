import type { Colors } from 'picocolors/types.js'

import type { StoredConversation } from '../../archive/content/conversations.ts'
import type { StoredEntry } from '../../archive/content/histories.ts'
import { messageOf } from '../../errors.ts'
import { entryText, type TextStyle } from '../../model/entries/entry-text.ts'
import { entryView, type EntryView } from '../../model/entries/entry-view.ts'
import { displayText, fieldsOf } from '../../model/entries/fields.ts'
import { cutTime, cutTimeUtc } from '../../model/instant.ts'
import { indented } from '../../model/json/indent-json.ts'
import { plural } from '../../model/plural.ts'
import { defuse, defuseJson, defuseLine } from './terminal-text.ts'

/** Called for each part that could not be shown: an entry by its position, or the conversation object (undefined). */
export type OnUnshown = (position: number | undefined, reason: string) => void

/** Formats a conversation for reading, one piece at a time. Unknown types are shown as JSON. */
export function* transcript(
  conversation: StoredConversation,
  colors: Colors,
  onUnshown: OnUnshown,
): Generator<string, void, undefined> {
  yield formatHeadSafely(conversation, colors, onUnshown)
  let position = 0
  for (const found of conversation.entriesAsFound())
    yield formatEntrySafely(found, position++, colors, onUnshown)
}

/** Formats the head. If the conversation object is damaged, the entries are still shown. */
function formatHeadSafely(conversation: StoredConversation, colors: Colors, onUnshown: OnUnshown): string {
  try {
    return formatHead(conversation, colors)
  } catch (thrown) {
    onUnshown(undefined, messageOf(thrown))
    const reason = defuseLine(messageOf(thrown))
    return `${colors.bold(defuseLine(conversation.id))}\n${colors.dim(`(the conversation object cannot be shown: ${reason})`)}\n`
  }
}

/** Formats one entry. If it is damaged, the others are still shown. */
function formatEntrySafely(
  found: StoredEntry,
  position: number,
  colors: Colors,
  onUnshown: OnUnshown,
): string {
  try {
    if (found === undefined) throw new Error('missing from the archive')
    const entry = entryView(found.toString())
    const body = entryText(entry, terminalStyle(colors))
    const isEmpty = entry.kind === 'message' && body === ''
    return `\n${formatTitle(entry, colors)}\n${isEmpty ? colors.dim('  (no content)') : indent(body)}\n`
  } catch (thrown) {
    onUnshown(position, messageOf(thrown))
    return colors.dim(`\n(entry ${position} cannot be shown: ${defuseLine(messageOf(thrown))})\n`)
  }
}

/** Makes foreign text safe for the terminal, and colors what is put around it. */
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

function formatHead({ id, row, length, goneAt }: StoredConversation, colors: Colors): string {
  const fields = fieldsOf(row)
  const fact = (key: string) => displayText(fields.get(key))
  const [agent, version, instructions] = [fact('agent_id'), fact('agent_version'), fact('instructions')]
  const summary = [
    id,
    fact('model'),
    agent && `agent ${agent}${version === undefined ? '' : ` v${version}`}`,
    formatTime(fact('created_at')),
    plural(length, 'entry'),
    goneAt === null ? undefined : `gone upstream since ${cutTime(goneAt, 'day')}`,
  ]
  const { description, metadata } = { description: fact('description'), metadata: fact('metadata') }
  const lines = [
    colors.bold(defuseLine(fact('name') ?? id)),
    colors.dim(defuseLine(summary.filter(Boolean).join(' · '))),
    description && defuse(description),
    instructions && colors.dim(`instructions: ${defuse(instructions)}`),
    metadata === undefined || metadata === '{}' ? undefined : colors.dim(`metadata: ${defuseLine(metadata)}`),
  ]
  return `${lines.filter(Boolean).join('\n')}\n`
}

function formatTitle(entry: EntryView, colors: Colors): string {
  const facts = ['created_at', 'model'].map((key) => displayText(entry.fields.get(key)))
  const [time, model] = [formatTime(facts[0]), facts[1]]
  const title = colors.bold(colors.cyan(defuseLine(describeEntry(entry))))
  return `${title}  ${colors.dim(defuseLine([time, model].filter(Boolean).join(' · ')))}`
}

function describeEntry(entry: EntryView): string {
  switch (entry.kind) {
    case 'message':
      return entry.role
    case 'execution':
      return `tool ${entry.name ?? ''}`
    case 'call': {
      const named = ['call', entry.name, entry.callId].filter(Boolean).join(' ')
      return entry.confirmation === undefined ? named : `${named} (${entry.confirmation})`
    }
    case 'result':
      return `result ${entry.callId ?? ''}`
    case 'handoff':
      return 'handoff'
    case 'unknown':
      return `${entry.type ?? 'entry'} (unknown to this version of hansard)`
  }
}

function formatTime(time: string | undefined): string | undefined {
  return time === undefined ? undefined : cutTimeUtc(time, 'second')
}

function indent(text: string): string {
  return text.trim().replaceAll(/^(?=.)/gm, '  ')
}
