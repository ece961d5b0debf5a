import { hash } from 'node:crypto'

import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { faultOfText, isBytes, readRows } from './read-damaged.ts'

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

/** Checks agents and files: the bytes of a file match their hash, and everything in the state `stored` is there. */
export const files: Check = {
  name: 'files',
  about: 'all stored agents and files are there, and files match their hashes',
  *find({ db }) {
    yield* problemsOfBlobs(db)
    for (const { kind, id, json, isWhole } of db.iterate<DependencyRow>(DEPENDENCIES)) {
      const where = { table: 'dependency', row: id }
      const fault = json === null ? undefined : faultOfText(json)
      if (fault !== undefined) yield { what: `the JSON of this ${kind} is damaged: ${fault}`, where }
      if (isWhole !== 1) yield { what: `this ${kind} is marked as stored, but is missing`, where }
    }
  },
}

function* problemsOfBlobs(db: Sqlite): Generator<Problem> {
  for (const read of readRows<{ sha256: unknown; bytes: unknown }>(db, 'blob', 'sha256, bytes')) {
    const where = { table: 'blob', row: read.id }
    if (read.row === undefined) yield { what: `cannot read it: ${read.why}`, where }
    else if (!isWhole(read.row))
      yield { what: 'its bytes or its hash have changed since it was stored', where }
  }
}

function isWhole({ sha256, bytes }: { sha256: unknown; bytes: unknown }): boolean {
  return bytes instanceof Uint8Array && isBytes(sha256, hash('sha256', bytes, 'buffer'))
}
