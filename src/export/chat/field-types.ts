import { excluded } from './exclusion-reasons.ts'
import { temporaryDatabase } from './temporary-database.ts'

type Type = 'object' | 'array' | 'string' | 'number' | 'boolean'

/**
 * Remembers which JSON type each field of the tool definitions has, so that all lines of a file agree: schemas are the one
 * part of a line whose fields are named by others. In a temporary file, as their number grows with the archive.
 */
export class FieldTypes {
  #known: ReturnType<typeof openKnown> | undefined

  /**
   * Finds the fields of a line's definitions that are new; `keep` remembers them once the line is written.
   *
   * @throws ExcludedError where a field has had another type
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

/** Every field within a value with its type; null has none. A loop, as depth is the sender's choice. */
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
