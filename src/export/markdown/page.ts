import { stringOf } from '../../model/entry.ts'
import { referencesOf } from '../../model/references.ts'
import type { ExportedConversation } from '../format.ts'
import { textParts } from './content.ts'
import { entryParts } from './entries.ts'
import { fence } from './fence.ts'
import { frontMatter } from './front-matter.ts'
import { factsOf } from './json-value.ts'
import { EntryScope, type Archived, type Part } from './parts.ts'
import { escaped, wordsOf } from './plain-text.ts'

/** A page's own facts, beside what the conversation says. */
export interface PageFacts {
  readonly title: string
  /** Where its files are, from where the page is. */
  readonly folder: string
}

/** An agent as archived, where the conversation belongs to one. */
export interface ConversationAgent {
  readonly id: string
  readonly version: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** A conversation as a page, in parts: no page is ever in memory as a whole. */
export function* pageParts(
  conversation: ExportedConversation,
  { title, folder }: PageFacts,
  archived: Archived,
): Generator<Part> {
  const agent = agentOf(conversation, archived)
  yield* headOf(conversation, title, agent)
  let position = 0
  for (const entry of conversation.entries())
    yield* entryParts(entry, new EntryScope(position++, folder, archived))
}

/** The agent that a conversation belongs to; undefined if it has a model of its own. */
export function agentOf({ row }: ExportedConversation, archived: Archived): ConversationAgent | undefined {
  const reference = referencesOf(row.text, []).find(({ kind }) => kind === 'agent')
  if (reference === undefined) return undefined
  return { ...reference, facts: factsOf(archived.read(reference)?.json) }
}

function* headOf(
  conversation: ExportedConversation,
  title: string,
  agent: ConversationAgent | undefined,
): Generator<Part> {
  const { id, row, length, createdAt, goneAt } = conversation
  const { value } = row
  const description = stringOf(value['description'])
  const about = [
    wordsOf(value['model']) ?? wordsOf(agent?.facts['model']),
    agent && `agent ${wordsOf(agent.facts['name']) ?? agent.id}`,
    createdAt === null ? undefined : `${createdAt.slice(0, 19).replace('T', ' ')} UTC`,
    length === 1 ? '1 entry' : `${length.toLocaleString('en')} entries`,
    goneAt === null ? undefined : `gone upstream since ${goneAt.slice(0, 10)}`,
  ]
  yield frontMatter(
    {
      title,
      id,
      created_at: value['created_at'],
      updated_at: value['updated_at'],
      model: value['model'],
      agent: agent && { id: agent.id, version: agent.version || undefined, name: agent.facts['name'] },
      description,
      entries: length,
      gone_since: goneAt,
    },
    row,
  )
  yield `# ${escaped(title)}\n\n`
  yield `*${about
    .filter((fact) => fact !== undefined)
    .map((fact) => escaped(fact))
    .join(' · ')}*\n\n`
  if (description !== undefined) yield* textParts(description)
  if (value.type === 'hansard.unreadable') yield* unreadableRow(value)
  yield* instructions('Instructions', value['instructions'])
  yield* instructions('Instructions of the agent', agent?.facts['instructions'])
}

function* instructions(summary: string, text: unknown): Generator<Part> {
  if (typeof text !== 'string' || text === '') return
  yield `<details>\n<summary>${summary}</summary>\n\n`
  yield* textParts(text)
  yield '</details>\n\n'
}

function* unreadableRow({ reason, text }: Readonly<Record<string, unknown>>): Generator<Part> {
  yield `*What the API said of this conversation could not be read: ${escaped(wordsOf(reason) ?? '')}.*\n\n`
  if (typeof text === 'string') yield* fence(text, 'text')
}
