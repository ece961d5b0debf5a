import type { SealedRevision } from '../seal.ts'
import type { Sqlite } from '../sqlite.ts'
import type { Check, Problem } from './check.ts'
import { isSealed } from './revisions.ts'
import { rowsOf } from './rows.ts'

interface ConversationRow {
  readonly id: string
  readonly revision: number
}

type Newest = SealedRevision & { readonly id: number; readonly seal: unknown }

/** Compares each conversation with its newest revision: it must point there, and have the id that the row has. */
export const conversations: Check = {
  name: 'conversations',
  about: 'every conversation points to its newest revision and has the id that the API gave it',
  *find({ db }) {
    const newest = db.prepare('select * from revision where conversation = ? order by id desc limit 1')
    for (const read of rowsOf<ConversationRow>(db, 'conversation', 'id, revision')) {
      if (read.row === undefined) {
        yield { what: `it can’t be read: ${read.why}`, where: { table: 'conversation', row: read.id } }
      } else {
        yield* problemsOf(read.id, read.row, newest.get(read.id) as Newest | undefined)
      }
    }
  },
}

function* problemsOf(
  key: number,
  { id, revision }: ConversationRow,
  newest: Newest | undefined,
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
