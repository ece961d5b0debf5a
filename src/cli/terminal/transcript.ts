import type { Colors } from 'picocolors/types.js'

import type { StoredConversation } from '../../archive/content/conversations.ts'
import type { HistoryRange, StoredEntry } from '../../archive/content/histories.ts'
import { messageOf } from '../../errors.ts'
import { entryText, type TextStyle } from '../../model/entries/entry-text.ts'
import { entryView, type EntryView } from '../../model/entries/entry-view.ts'
import { displayText, readableFields } from '../../model/entries/fields.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { indented } from '../../model/json/indent-json.ts'
import { defuse, defuseJson, defuseLine } from './terminal-text.ts'
import { describeLength, formatLabel, headLines, LABEL_CELLS } from './transcript-head.ts'
import { linesOf, wrapText } from './wrap-text.ts'

/** How to format a conversation for reading. */
export interface TranscriptOptions {
  /** The entries to show. With a range, the head is short, so that the first of them is in sight. */
  readonly range?: HistoryRange | undefined
  readonly title: string
  /** The width of the terminal; Infinity for text that is not wrapped. */
  readonly cells: number
  readonly colors: Colors
  readonly now: Date
  /** Called for each part that could not be shown: an entry by its position, or the conversation object (undefined). */
  readonly onUnshown: (position: number | undefined, reason: string) => void
}

/** Formats a conversation for reading, in pieces of whole lines. Unknown types are shown as JSON. */
export function* transcript(
  conversation: StoredConversation,
  options: TranscriptOptions,
): Generator<string, void, undefined> {
  let piece = ''
  for (const line of transcriptLines(conversation, options)) {
    piece += `${line}\n`
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield piece
}

const PIECE = 64 * 1024

function* transcriptLines(
  conversation: StoredConversation,
  options: TranscriptOptions,
): Generator<string, void, undefined> {
  const { title, colors, range } = options
  yield* lay(colors.bold(defuseLine(title)), options)
  yield* lay(colors.dim(defuseLine(conversation.id)), options)
  if (range === undefined) yield* linesOfHead(conversation, options)
  else yield* lay(describeLength(conversation.length, range), options)
  const model = modelOf(conversation)
  let position = range?.from ?? 0
  for (const found of conversation.entriesAsFound(range)) {
    yield ''
    yield* linesOfEntry(found, { position: position++, model }, options)
  }
}

/** If the conversation object is damaged, the entries are still shown. */
function* linesOfHead(conversation: StoredConversation, options: TranscriptOptions): Generator<string> {
  const { colors, now, onUnshown } = options
  try {
    for (const [label, text] of headLines(conversation, now)) {
      const lines = lay(text, options, LABEL_CELLS + INDENT)
      for (const [i, line] of enumerate(lines))
        yield i === 0 ? `  ${formatLabel(label, colors)}${line.trimStart()}` : line
    }
  } catch (thrown) {
    onUnshown(undefined, messageOf(thrown))
    const reason = defuseLine(messageOf(thrown))
    yield* lay(colors.dim(`(the conversation object cannot be shown: ${reason})`), options)
  }
}

/** The position of an entry, and the model of its conversation. */
interface Place {
  readonly position: number
  readonly model: string | undefined
}

/** If an entry is damaged, the others are still shown. */
function* linesOfEntry(found: StoredEntry, place: Place, options: TranscriptOptions): Generator<string> {
  const { colors, onUnshown } = options
  const { position } = place
  let parts: [title: string, body: string]
  try {
    if (found === undefined) throw new Error('missing from the archive')
    const entry = entryView(found.toString())
    parts = [formatTitle(entry, place, colors), bodyOf(entry, colors)]
  } catch (thrown) {
    onUnshown(position, messageOf(thrown))
    const reason = defuseLine(messageOf(thrown))
    return yield* lay(colors.dim(`(entry ${position} cannot be shown: ${reason})`), options)
  }
  const [title, body] = parts
  yield* lay(title, options)
  yield* lay(body, options, INDENT)
}

const INDENT = 2

/** Puts a text on lines that fit, after a margin. */
function* lay(text: string, { cells }: TranscriptOptions, margin = 0): Generator<string> {
  const space = ' '.repeat(margin)
  const lines = cells === Infinity ? linesOf(text) : wrapText(text, Math.max(MIN_CELLS, cells - margin))
  for (const line of lines) yield line === '' ? '' : space + line
}

/** On a narrower terminal lines are broken by the terminal. */
const MIN_CELLS = 10

function bodyOf(entry: EntryView, colors: Colors): string {
  const body = withoutEmptyEnds(entryText(entry, terminalStyle(colors)))
  return entry.kind === 'message' && body === '' ? colors.dim('(no content)') : body
}

/** Makes foreign text safe for the terminal, and colors what is put around it. */
function terminalStyle(colors: Colors): TextStyle {
  return {
    text: defuse,
    label: (label) => `\n${colors.dim(`[${defuseLine(label)}]`)}\n`,
    citation: (label) => `\n${colors.dim(`[${defuseLine(label)}]`)}\n`,
    reference: (ids) => colors.dim(` [${defuseLine(ids)}]`),
    thought: (text) => `${colors.dim(`(thinking) ${text.trimEnd()}`)}\n`,
    json: (json) => defuseJson([...indented(json)].join('')),
  }
}

/** Names an entry by its position, as `search` and the exports do; names its model if that is not the conversation's. */
function formatTitle(entry: EntryView, { position, model: usual }: Place, colors: Colors): string {
  const [time, model] = ['created_at', 'model'].map((key) => displayText(entry.fields.get(key)))
  const title = `entry ${position} · ${defuseLine(describeEntry(entry))}`
  const facts = [
    time === undefined ? undefined : cutTimeUtc(time, 'second'),
    model === usual ? undefined : model,
  ]
  const rest = defuseLine(facts.filter(Boolean).join(' · '))
  return colors.bold(colors.cyan(title)) + (rest === '' ? '' : `  ${colors.dim(rest)}`)
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

function modelOf({ row }: StoredConversation): string | undefined {
  return displayText(readableFields(row).get('model'))
}

/** Removes empty lines at both ends, but not the indentation of the first line. */
function withoutEmptyEnds(text: string): string {
  const trimmed = text.trimEnd()
  const start = trimmed.length - trimmed.trimStart().length
  return trimmed.slice(trimmed.lastIndexOf('\n', start) + 1)
}

function* enumerate<T>(items: Iterable<T>): Generator<readonly [number, T]> {
  let index = 0
  for (const item of items) yield [index++, item]
}
