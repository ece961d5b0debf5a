import { matchIds, type IdMatch } from '../content/match-ids.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import { IS_ALERT } from './events.ts'

/** The ids of conversations, agents and files with something that a person may acknowledge. */
const OPEN = `(
  select conversation as id from failure where resolved_at is null
  union all select conversation from event where ${IS_ALERT} and conversation is not null
  union all select id from dependency where state = 'failed'
  union all select conversation.id from unindexed join holding using (document)
    join conversation on conversation.key = holding.conversation where acknowledged_at is null
)`

/** What is open: failures, alerts, and texts that could not be indexed. */
export class OpenIds extends DatabaseAccess {
  /** Finds what a text names, an id or its beginning, among the ids with something open. */
  resolve(text: string): IdMatch {
    return matchIds(this.db, OPEN, text)
  }
}
