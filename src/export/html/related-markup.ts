import type { Archive } from '../../archive/archive.ts'
import { plural } from '../../model/plural.ts'
import type { ExportedConversation } from '../format.ts'
import { forksMarkup } from './forks-markup.ts'
import { html, type Markup } from './markup.ts'

/** Where the pages that are related to a conversation are. */
export interface RelatedLinks {
  /** What its revisions changed. */
  readonly revisions: string
  /** Another conversation; undefined if it has no page. */
  readonly conversation: (id: string) => string | undefined
}

/** Renders links to the revisions and the forks of a conversation, if it has any. */
export function relatedMarkup(
  archive: Archive,
  conversation: ExportedConversation,
  links: RelatedLinks,
): Markup {
  const revisions = archive.conversations.countRevisions(conversation.id)
  const changed = html`<p><a href="${links.revisions}">${plural(revisions, 'revision')}: what changed</a></p>\n`
  return html`${revisions > 1 && changed}${forksMarkup(archive, conversation, links.conversation)}`
}
