import { displayText, fieldsOf, stringIn, type Fields } from '../../model/entries/fields.ts'
import { cutTime, cutTimeUtc } from '../../model/instant.ts'
import { formatNumber } from '../../model/plural.ts'
import { fitsOneLine } from '../../model/sanitize-text.ts'
import type { ExportedConversation } from '../format.ts'
import { UNREADABLE } from '../pages/entry-heading.ts'
import type { PageFacts } from '../pages/page-facts.ts'
import { folded, joinBlocks, type Block } from './block.ts'
import { jsonBlocks, markdownBlocks } from './chunk-blocks.ts'
import { unreadableBlocks } from './entry-blocks.ts'
import { html, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** What a page says about its conversation. */
type HeadFacts = Pick<ExportedConversation, 'id' | 'row' | 'length' | 'goneAt'>

/** Renders the head of a conversation: its title, its facts, instructions and metadata, and the object as it was sent. */
export function conversationHead({ id, row, length, goneAt }: HeadFacts, facts: PageFacts): Markup {
  const { fields, text } = row
  return html`<header class="conversation">
<h1 dir="auto">${visibleText(facts.title)}</h1>
<dl class="facts">
${rowsOf([
  ['Model', facts.model],
  ['Agent', agentName(facts)],
  ['Created', timeIn(fields.get('created_at'))],
  ['Updated', timeIn(fields.get('updated_at'))],
  ['Entries', formatNumber(length)],
  ['Gone', goneAt === null ? undefined : `since ${cutTime(goneAt, 'day')}`],
  ['Id', id],
])}</dl>
${joinBlocks([...wordsAbout(fields)])}
${metadataMarkup(fields.get('metadata'))}
${instructions('Instructions', fields.get('instructions'))}
${instructions('Instructions of the agent', facts.agent?.fields.get('instructions'))}
${folded('Conversation object', joinBlocks([...jsonBlocks(text)]))}
</header>
`
}

/** Yields a name that the title shortens, the description, and what is left of a damaged object. */
function* wordsAbout(fields: Fields): Generator<Block> {
  const name = stringIn(fields.get('name'))
  const description = stringIn(fields.get('description'))
  if (name !== null && !fitsOneLine(name)) yield* markdownBlocks(name)
  if (description) yield* markdownBlocks(description)
  if (stringIn(fields.get('type')) === UNREADABLE) yield* unreadableBlocks(fields)
}

/** Renders pairs as the rows of a list; those without a value are left out. */
function rowsOf(rows: readonly (readonly [string, string | undefined])[]): Markup {
  const shown = rows.filter(([, value]) => value !== undefined && value !== '')
  return html`${shown.map(rowMarkup)}`
}

function rowMarkup([name, value]: readonly [string, string | undefined]): Markup {
  return html`<div><dt>${visibleText(name)}</dt> <dd dir="auto">${visibleText(value ?? '')}</dd></div>
`
}

function agentName({ agent }: PageFacts): string | undefined {
  if (agent === undefined) return undefined
  const version = agent.version === '' ? '' : `, version ${agent.version}`
  const name = displayText(agent.fields.get('name'))
  return name === undefined ? `${agent.id}${version}` : `${name} (${agent.id}${version})`
}

function timeIn(json: string | undefined): string | undefined {
  const time = displayText(json)
  return time === undefined ? undefined : cutTimeUtc(time, 'second')
}

function metadataMarkup(json: string | undefined): Markup | undefined {
  const rows = [...fieldsOf(json ?? '{}')].map(([key, value]) => [key, displayText(value)] as const)
  return rows.length === 0
    ? undefined
    : html`<dl class="metadata">
${rowsOf(rows)}</dl>
`
}

function instructions(summary: string, json: string | undefined): Markup | undefined {
  const text = displayText(json)
  return text === undefined ? undefined : folded(summary, joinBlocks([...markdownBlocks(text)]))
}
