import { displayText, stringIn } from '../../model/entries/fields.ts'
import { cutTime, cutTimeUtc } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import type { DependencyReader, ExportedConversation } from '../format.ts'
import { fitsOneLine } from '../../model/sanitize-text.ts'
import type { ConversationAgent, PageFacts } from '../pages/page-facts.ts'
import { textParts } from './content-blocks.ts'
import { entryParts, unreadable } from './entry-section.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import { frontMatter } from './front-matter.ts'
import { FootnoteScope, type PagePart } from './page-parts.ts'

/**
 * Yields the page of a conversation in parts, so that no page is in memory as a whole.
 *
 * @param folder the folder of the page's files, relative to the page
 */
export function* pageParts(
  conversation: ExportedConversation,
  facts: PageFacts,
  folder: string,
  archived: DependencyReader,
): Generator<PagePart> {
  yield* headOf(conversation, facts)
  let position = 0
  for (const entry of conversation.entries())
    yield* entryParts(entry.text, new FootnoteScope(position++, folder, archived))
}

function* headOf(
  { id, row: { fields }, length, createdAt, goneAt }: ExportedConversation,
  { title, agent, model }: PageFacts,
): Generator<PagePart> {
  const description = stringIn(fields.get('description'))
  const about = [
    model,
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
  if (stringIn(fields.get('type')) === 'hansard.unreadable')
    yield* unreadable('The conversation object', fields)
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
