import { excluded } from './exclusion-reasons.ts'
import { temporaryDatabase } from './temporary-database.ts'

type Type = 'object' | 'array' | 'string' | 'number' | 'boolean'

/**
 * Stores the JSON type of each field of the tool definitions, so that all lines of a file agree. Schemas are the only
 * part of a line whose fields the senders name. A temporary file is used, since their number grows with the archive.
 */
export class FieldTypes {
  #known: ReturnType<typeof openKnown> | undefined

  /**
   * Checks the fields of the definitions of a line. Call `keep` to store the new ones once the line is written.
   *
   * @throws ExcludedError if a field had another type before
   */
  check(tools: readonly string[]): { keep(): void } {
    if (tools.length === 0) return { keep: () => undefined }
    const known = (this.#known ??= openKnown())
    const found = new Map<string, Type>()
    for (const [path, type] of fieldsOf(tools.map((tool): unknown => JSON.parse(tool)))) {
      const before = found.get(path) ?? known.typeOf(path)
      if (before !== undefined && before !== type)
        throw excluded('toolTypes', `${path} is ${type} here, ${before} there`)
      found.set(path, type)
    }
    return { keep: () => found.forEach((type, path) => known.add(path, type)) }
  }

  close(): void {
    this.#known?.close()
  }
}

function openKnown() {
  const db = temporaryDatabase('create table field (path text primary key, type text not null) without rowid')
  return {
    typeOf: (path: string) => db.pluck.get('select type from field where path = ?', path) as Type | undefined,
    add: (path: string, is: Type) =>
      db.run('insert into field values (?, ?) on conflict do nothing', path, is),
    close: () => void db.close(),
  }
}

/** Yields every field in a value with its type; null has no type. A loop, since the sender chooses the depth. */
function* fieldsOf(tools: unknown): Generator<[string, Type], void, undefined> {
  const open: [string, unknown][] = [['tools', tools]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, value] = next
    if (value === null) continue
    if (typeof value !== 'object') {
      yield [path, typeof value as Type]
      continue
    }
    yield [path, Array.isArray(value) ? 'array' : 'object']
    for (const [key, inner] of Object.entries(value))
      open.push([Array.isArray(value) ? `${path}[]` : `${path}.${key}`, inner])
  }
}
