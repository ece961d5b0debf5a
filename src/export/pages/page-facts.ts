import { conversationTitle } from '../../model/entries/conversation-title.ts'
import { displayText, fieldsOf, type Fields } from '../../model/entries/fields.ts'
import { findReferences, type Reference } from '../../model/entries/references.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { oneLine } from '../../model/sanitize-text.ts'
import type { DependencyReader, ExportedConversation } from '../format.ts'

/** What a page says about its conversation beside what the API sent. */
export interface PageFacts {
  readonly title: string
  /** The archived agent; undefined if the conversation has a model instead. */
  readonly agent: ConversationAgent | undefined
  readonly model: string | undefined
}

export interface ConversationAgent extends Reference {
  readonly fields: Fields
}

/** Finds the title, the agent and the model of a conversation. */
export function factsOf(
  conversation: Pick<ExportedConversation, 'id' | 'row' | 'entries'>,
  archived: DependencyReader,
): PageFacts {
  const { text, fields } = conversation.row
  const reference = findReferences(text, []).find(({ kind }) => kind === 'agent')
  const agent = reference && { ...reference, fields: archivedFields(archived.read(reference)?.json) }
  const model = displayText(fields.get('model')) ?? displayText(agent?.fields.get('model'))
  return { title: titleOf(conversation), agent, model }
}

/** Returns the title of a conversation, or its id if it has none. */
function titleOf({ id, row, entries }: Pick<ExportedConversation, 'id' | 'row' | 'entries'>): string {
  const readFirst = () => {
    for (const { text } of entries()) return text
    return undefined
  }
  return conversationTitle(displayText(row.fields.get('name')), readFirst) ?? oneLine(id)
}

/** Returns the members of an archived object; none if its text is damaged or missing. */
export function archivedFields(json: string | null | undefined): Fields {
  return fieldsOf(typeof json === 'string' && isJson(json) ? json : '{}')
}
