import { displayText, stringIn, type Fields } from '../../model/entries/fields.ts'
import { findReferences } from '../../model/entries/references.ts'
import { cutTime, cutTimeUtc } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import type { ExportedConversation } from '../format.ts'
import { fitsOneLine } from '../sanitize-text.ts'
import { archivedFields } from './attachments.ts'
import { codeBlock } from './code-block.ts'
import { textParts } from './content-blocks.ts'
import { entryParts } from './entry-section.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import { frontMatter } from './front-matter.ts'
import { EntryScope, type DependencyReader, type PagePart } from './page-parts.ts'

/** What a page needs besides the conversation. */
export interface PageFacts {
  readonly title: string
  /** The folder of its files, relative to the page. */
  readonly folder: string
}

/** The archived agent of a conversation. */
export interface ConversationAgent {
  readonly id: string
  readonly version: string
  readonly fields: Fields
}

/** Yields the page of a conversation in parts, so that no page is in memory as a whole. */
export function* pageParts(
  conversation: ExportedConversation,
  { title, folder }: PageFacts,
  archived: DependencyReader,
): Generator<PagePart> {
  const agent = agentOf(conversation, archived)
  yield* headOf(conversation, title, agent)
  let position = 0
  for (const entry of conversation.entries())
    yield* entryParts(entry.text, new EntryScope(position++, folder, archived))
}

/** Returns the agent of a conversation; undefined if it has a model instead. */
export function agentOf(
  { row }: ExportedConversation,
  archived: DependencyReader,
): ConversationAgent | undefined {
  const reference = findReferences(row.text, []).find(({ kind }) => kind === 'agent')
  if (reference === undefined) return undefined
  return { ...reference, fields: archivedFields(archived.read(reference)?.json) }
}

function* headOf(
  conversation: ExportedConversation,
  title: string,
  agent: ConversationAgent | undefined,
): Generator<PagePart> {
  const { id, row, length, createdAt, goneAt } = conversation
  const { fields } = row
  const description = stringIn(fields.get('description'))
  const about = [
    displayText(fields.get('model')) ?? displayText(agent?.fields.get('model')),
    agent && `agent ${displayText(agent.fields.get('name')) ?? agent.id}`,
    createdAt === null ? undefined : cutTimeUtc(createdAt, 'second'),
    plural(length, 'entry'),
    goneAt === null ? undefined : `gone upstream since ${cutTime(goneAt, 'day')}`,
  ]
  yield frontMatter(
    [
      ['title', JSON.stringify(title)],
      ['id', JSON.stringify(id)],
      ['created_at', fields.get('created_at')],
      ['updated_at', fields.get('updated_at')],
      ['model', fields.get('model')],
      ['agent', agent && agentFacts(agent)],
      ['description', description ? JSON.stringify(description) : undefined],
      ['entries', String(length)],
      ['gone_since', goneAt === null ? undefined : JSON.stringify(goneAt)],
    ],
    fields,
  )
  yield `# ${escapeMarkdown(title)}\n\n`
  yield `*${about
    .filter((fact) => fact !== undefined)
    .map((fact) => escapeMarkdown(fact))
    .join(' · ')}*\n\n`
  const name = stringIn(fields.get('name'))
  if (name !== null && !fitsOneLine(name)) yield* textParts(name)
  if (description) yield* textParts(description)
  if (stringIn(fields.get('type')) === 'hansard.unreadable') yield* unreadableRow(fields)
  yield* instructions('Instructions', fields.get('instructions'))
  yield* instructions('Instructions of the agent', agent?.fields.get('instructions'))
}

function agentFacts({ id, version, fields }: ConversationAgent): string {
  return JSON.stringify({ id, version: version || undefined, name: displayText(fields.get('name')) })
}

function* instructions(summary: string, json: string | undefined): Generator<PagePart> {
  const text = displayText(json)
  if (text === undefined) return
  yield `<details>\n<summary>${summary}</summary>\n\n`
  yield* textParts(text)
  yield '</details>\n\n'
}

function* unreadableRow(fields: Fields): Generator<PagePart> {
  const [reason, text] = [stringIn(fields.get('reason')), stringIn(fields.get('text'))]
  yield `*The conversation object cannot be read: ${escapeMarkdown(reason ?? '')}.*\n\n`
  if (text !== null) yield* codeBlock(text, 'text')
}
