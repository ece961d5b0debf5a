import { explainSqlite, openTemporary } from '../../archive/sqlite/sqlite.ts'
import { excluded } from './exclusion-reasons.ts'

type Type = 'object' | 'array' | 'string' | 'number' | 'boolean'

/**
 * Stores which lines were written, to find duplicates, and the JSON type of each field of their tool definitions, so that
 * all lines of a file agree: schemas are the only part of a line whose fields the senders name. A temporary file is used,
 * which SQLite removes when the process ends, since a set in memory would take 16 MB for a million lines and grow with the
 * archive. Sixteen bytes of SHA-256 distinguish 2^64 lines.
 */
export class WrittenLines {
  readonly #db = openLines()

  /**
   * Adds the line of a conversation, before it is written; adding it once more changes nothing.
   *
   * @throws ExcludedError if a field of its tool definitions had another type before, or another conversation has the
   *   same line
   */
  add(id: string, sha256: Buffer, tools: readonly string[]): void {
    const db = this.#db
    const hash = sha256.subarray(0, 16)
    const types = this.#checkTypes(tools)
    try {
      db.run('insert into line values (?, ?) on conflict do nothing', hash, id)
      const first = db.pluck.get('select id from line where hash = ?', hash)
      if (first !== id) throw excluded('duplicate', first)
      for (const field of types) db.run('insert into field values (?, ?) on conflict do nothing', ...field)
    } catch (thrown) {
      throw explainSqlite(thrown, 'a temporary file')
    }
  }

  #checkTypes(tools: readonly string[]): ReadonlyMap<string, Type> {
    const found = new Map<string, Type>()
    for (const [path, type] of fieldsOf(tools.map((tool): unknown => JSON.parse(tool)))) {
      const before = found.get(path) ?? this.#db.pluck.get('select type from field where path = ?', path)
      if (before !== undefined && before !== type)
        throw excluded('toolTypes', `${path} is ${type} here, ${String(before)} there`)
      found.set(path, type)
    }
    return found
  }

  close(): void {
    this.#db.close()
  }
}

function openLines() {
  const db = openTemporary()
  db.exec(`create table line (hash blob primary key, id text not null) without rowid;
    create table field (path text primary key, type text not null) without rowid`)
  return db
}

/** Yields every field in a value with its type; null has no type. A loop, since the sender chooses the depth. */
function* fieldsOf(tools: unknown): Generator<[string, Type]> {
  const open: [string, unknown][] = [['tools', tools]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, value] = next
    if (value === null) continue
    const isList = Array.isArray(value)
    yield [path, isList ? 'array' : (typeof value as Type)]
    if (typeof value !== 'object') continue
    for (const [key, inner] of Object.entries(value))
      open.push([isList ? `${path}[]` : `${path}.${key}`, inner])
  }
}
