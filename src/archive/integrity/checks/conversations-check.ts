import type { SealedRevision } from '../../schema/seal.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { isSealed } from './revisions-check.ts'

interface ConversationRow {
  readonly key: number
  readonly id: string
  readonly revision: number
  readonly newest: number | null
}

type RevisionRow = SealedRevision & { readonly id: number; readonly seal: unknown }

/** Not by an index, which may be what is damaged. */
const WITH_NEWEST = `
select key, id, revision, newest
from conversation not indexed left join
  (select conversation, max(id) as newest from revision not indexed group by conversation)
  on conversation = key`

/** Compares each conversation with its newest revision: it must point there, and have the id that the row has. */
export const conversations: Check = {
  name: 'conversations',
  about: 'every conversation points to its newest revision and has the id that the API gave it',
  *find({ db }) {
    const revision = db.prepare('select * from revision where id = ?')
    for (const conversation of db.prepare(WITH_NEWEST).iterate() as Iterable<ConversationRow>) {
      yield* problemsOf(conversation, revision.get(conversation.newest) as RevisionRow | undefined)
    }
  },
}

function* problemsOf(
  { key, id, revision }: ConversationRow,
  newest: RevisionRow | undefined,
): Generator<Problem> {
  const where = { table: 'conversation', row: key, conversation: id }
  if (newest === undefined) return yield { what: 'it has no revision', where }
  if (newest.id !== revision) {
    const what = `it points to revision ${revision}, and its newest is ${newest.id}`
    yield { what, where, mend: (db) => set(db, key, 'revision', newest.id) }
  }
  const found = idOf(newest.row)
  if (found === id || found === undefined) return
  const what = `its row says that its id is ${JSON.stringify(found)}`
  yield { what, where, ...(isSealed(newest) && { mend: (db: Sqlite) => set(db, key, 'id', found) }) }
}

/** The id in a row; a row that can't be read is reported with its revision. */
function idOf(row: string): string | undefined {
  try {
    const { id } = JSON.parse(row) as { id?: unknown }
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}

function set(db: Sqlite, key: number, column: 'id' | 'revision', value: string | number): void {
  db.prepare(`update conversation set ${column} = ? where key = ?`).run(value, key)
}
