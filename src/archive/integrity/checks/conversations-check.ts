import { parseContainer } from '../../../model/json/parse-json.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { isSealed, type SealedRow } from './revisions-check.ts'

interface ConversationRow {
  readonly key: number
  readonly id: string
  readonly revision: number
  readonly newest: number | null
}

type RevisionRow = SealedRow & { readonly id: number }

/** Uses no index, since an index may be damaged. */
const WITH_NEWEST = `
select key, id, revision, newest
from conversation not indexed left join
  (select conversation, max(id) as newest from revision not indexed group by conversation)
  on conversation = key`

/** Checks that each conversation points to its newest revision and has the id that is in its row. */
export const conversations: Check = {
  name: 'conversations',
  about: 'every conversation points to its newest revision and has the id in its row',
  *find({ db }) {
    for (const conversation of db.iterate<ConversationRow>(WITH_NEWEST)) {
      const newest = db.get<RevisionRow>('select * from revision where id = ?', conversation.newest)
      yield* problemsOf(conversation, newest)
    }
  },
}

function* problemsOf(conversation: ConversationRow, newest: RevisionRow | undefined): Generator<Problem> {
  const { key, id, revision } = conversation
  const where = { table: 'conversation', row: key, conversationId: id }
  if (newest === undefined) return yield { what: 'has no revision', where }
  if (newest.id !== revision) {
    const what = `points to revision ${revision}, but the newest is ${newest.id}`
    yield { what, where, repair: (db) => set(db, key, 'revision', newest.id) }
  }
  const found = readId(newest.row)
  if (found === id || found === undefined) return
  const what = `its row has another id: ${JSON.stringify(found)}`
  yield { what, where, ...(isSealed(newest) && { repair: (db: Sqlite) => set(db, key, 'id', found) }) }
}

/** The id in a row. A row that cannot be parsed is reported with its revision. */
function readId(row: string): string | undefined {
  const { id } = (parseContainer(row) ?? {}) as { readonly id?: unknown }
  return typeof id === 'string' ? id : undefined
}

function set(db: Sqlite, key: number, column: 'id' | 'revision', value: string | number): void {
  db.run(`update conversation set ${column} = ? where key = ?`, value, key)
}
