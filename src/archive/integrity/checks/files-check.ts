import { hash } from 'node:crypto'

import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { rowsOf } from './read-rows.ts'
import { faultOfText, isBytes } from './stored-text.ts'

interface DependencyRow {
  readonly kind: 'agent' | 'file'
  readonly id: string
  readonly json: string | null
  readonly isWhole: 0 | 1
}

const DEPENDENCIES = `
select kind, id, json,
  state <> 'stored' or (json is not null and (kind = 'agent' or sha256 is not null)) as isWhole
from dependency`

/** Checks what conversations depend on: the bytes of files against their hashes, and what is said to be stored is. */
export const files: Check = {
  name: 'files',
  about: 'agents and files that are said to be stored are, and the bytes have their hashes',
  *find({ db }) {
    yield* problemsOfBlobs(db)
    for (const { kind, id, json, isWhole } of db.prepare(DEPENDENCIES).iterate() as Iterable<DependencyRow>) {
      const where = { table: 'dependency', row: id }
      const fault = json === null ? undefined : faultOfText(json)
      if (fault !== undefined) yield { what: `what the API says of this ${kind} is damaged: ${fault}`, where }
      if (isWhole !== 1) yield { what: `this ${kind} is said to be stored, and is not`, where }
    }
  },
}

function* problemsOfBlobs(db: Sqlite): Generator<Problem> {
  for (const read of rowsOf<{ sha256: unknown; bytes: unknown }>(db, 'blob', 'sha256, bytes')) {
    const where = { table: 'blob', row: read.id }
    if (read.row === undefined) yield { what: `it can’t be read: ${read.why}`, where }
    else if (!isWhole(read.row))
      yield { what: 'its bytes or their hash have changed since they were stored', where }
  }
}

function isWhole({ sha256, bytes }: { sha256: unknown; bytes: unknown }): boolean {
  return bytes instanceof Uint8Array && isBytes(sha256, hash('sha256', bytes, 'buffer'))
}
