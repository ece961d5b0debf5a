import type { Agent, EntryView } from '../../model/entries/entry-view.ts'
import { entryView } from '../../model/entries/entry-view.ts'
import { displayText, stringIn, type Fields } from '../../model/entries/fields.ts'
import { cutTime } from '../../model/instant.ts'
import { fitsOneLine } from '../../model/sanitize-text.ts'
import { UNREADABLE, entryNames, entryTitle } from '../pages/entry-heading.ts'
import { shownValue } from '../pages/shown-value.ts'
import { codeBlock, jsonCodeBlock } from './code-block.ts'
import { contentParts } from './content-blocks.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import type { FootnoteScope, PagePart } from './page-parts.ts'

type Known<Kind extends EntryView['kind']> = EntryView & { readonly kind: Kind }

/** Yields the section of an entry: an anchor, a heading, the content, and its footnotes. */
export function* entryParts(json: string, scope: FootnoteScope): Generator<PagePart> {
  const entry = entryView(json)
  const names = entryNames(entry)
  yield `<a id="entry-${scope.position}"></a>\n\n## ${headingOf(entry, names)}\n\n`
  // A heading shortens long texts, so they are repeated in full.
  const role = entry.kind === 'message' ? entry.role : undefined
  for (const fact of [...names, role, displayText(entry.fields.get('model'))])
    if (fact !== undefined && !fitsOneLine(fact)) yield* codeBlock(fact, 'text')
  yield* partsOf(entry, scope)
  if (entry.rest !== undefined) {
    yield 'Other fields:\n\n'
    yield* jsonCodeBlock(entry.rest)
  }
  yield* scope.footnotes()
}

function headingOf(entry: EntryView, names: readonly string[]): string {
  const named = names.map((name) => escapeMarkdown(name)).join(' · ')
  const [created, model] = [stringIn(entry.fields.get('created_at')), displayText(entry.fields.get('model'))]
  const facts = [created && cutTime(created, 'second'), model].flatMap((fact) =>
    fact ? [escapeMarkdown(fact)] : [],
  )
  const title = escapeMarkdown(entryTitle(entry))
  return [named === '' ? title : `${title}: ${named}`, ...facts].join(' · ')
}

/** Not a generator, so that the compiler finds a kind without a case. */
function partsOf(entry: EntryView, scope: FootnoteScope): Iterable<PagePart> {
  switch (entry.kind) {
    case 'message':
      return contentParts(entry.chunks, scope)
    case 'execution':
      return executionParts(entry)
    case 'call':
      return jsonOrText(undefined, entry.arguments)
    case 'result':
      if (entry.result === undefined || entry.result === '""') return ['*empty*\n\n']
      return jsonOrText(undefined, entry.result)
    case 'handoff':
      return [`${handoffText(entry)}\n\n`]
    case 'unknown':
      return entry.type === UNREADABLE ? unreadable('This entry', entry.fields) : jsonCodeBlock(entry.json)
  }
}

/** Yields the code that an interpreter ran and its output, and everything else about a tool as JSON. */
function* executionParts({
  arguments: given,
  function: called,
  info,
}: Known<'execution'>): Generator<string> {
  yield* jsonOrText('Arguments', given)
  if (stringIn(called) === null) yield* jsonOrText('Function', called)
  yield* jsonOrText('Info', info.rest)
  if (info.code !== undefined && info.code !== '') {
    yield 'Code:\n\n'
    yield* codeBlock(info.code, 'python')
  }
  if (info.output !== undefined && info.output !== '') {
    yield 'Output:\n\n'
    yield* codeBlock(info.output, 'text')
  } else if (info.code !== undefined) yield 'No output.\n\n'
  if (given === undefined && Object.values(info).every((part) => part === undefined))
    yield '*The API returns no details.*\n\n'
}

/** Yields arguments or results: as JSON or as text. */
function* jsonOrText(label: string | undefined, json: string | undefined): Generator<string> {
  if (json === undefined) return
  if (label !== undefined) yield `${label}:\n\n`
  const { kind, text } = shownValue(json)
  yield* kind === 'json' ? jsonCodeBlock(text) : codeBlock(text, 'text')
}

/** Describes a handoff. Recorded responses of the API name only the receiver. */
function handoffText({ from, to }: Known<'handoff'>): string {
  const [sender, receiver] = [agentText(from), agentText(to) ?? 'an unnamed agent']
  return sender === undefined ? `To ${receiver}` : `From ${sender} to ${receiver}`
}

function agentText({ name, id }: Agent): string | undefined {
  if (name === undefined) return id === undefined ? undefined : escapeMarkdown(id, Infinity)
  return id === undefined
    ? escapeMarkdown(name, Infinity)
    : `${escapeMarkdown(name, Infinity)} (${escapeMarkdown(id, Infinity)})`
}

/** Yields the reason why something cannot be read, and what is left of its text. */
export function* unreadable(what: string, fields: Fields): Generator<string> {
  const [reason, text] = [stringIn(fields.get('reason')), stringIn(fields.get('text'))]
  yield `*${what} cannot be read: ${escapeMarkdown(reason ?? 'unknown reason')}.*\n\n`
  if (text !== null) yield* codeBlock(text, 'text')
}
