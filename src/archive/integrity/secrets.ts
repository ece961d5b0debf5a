import { redactSecrets } from '../../model/secrets.ts'
import type { Sqlite } from '../sqlite.ts'
import type { Check } from './check.ts'

/** Finds connector secrets that should have been redacted before they were stored. */
export const secrets: Check = {
  name: 'secrets',
  about: 'no connector secret is stored in the clear',
  *find({ db }) {
    for (const { table, row, text } of textsWithTools(db)) {
      if (!holdsSecret(text)) continue
      yield { what: 'the secret of a connector is stored in the clear', where: { table, row } }
    }
  },
}

function* textsWithTools(db: Sqlite): Generator<{ table: string; row: number | string; text: unknown }> {
  const revisions = db.prepare('select id, row from revision').raw()
  for (const [row, text] of revisions.iterate() as Iterable<[number, unknown]>)
    yield { table: 'revision', row, text }
  const agents = db.prepare(`select id, json from dependency where kind = 'agent' and json is not null`).raw()
  for (const [row, text] of agents.iterate() as Iterable<[string, unknown]>)
    yield { table: 'dependency', row, text }
}

/** A damaged text can't be searched, and is reported with its row. */
function holdsSecret(text: unknown): boolean {
  try {
    return typeof text === 'string' && redactSecrets(text) !== text
  } catch {
    return false
  }
}
