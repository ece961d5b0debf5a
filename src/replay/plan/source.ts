import { fieldsOf, stringIn } from '../../model/entries/fields.ts'
import type { Loss, LossKind } from '../loss.ts'

/** The archived JSON texts that a replay needs. */
export interface Source {
  readonly id: string
  readonly row: string
  readonly entries: readonly string[]
  /** For an agent conversation: the agent in the version of that time, if archived. */
  readonly agent: string | undefined
}

/** An entry with its members as JSON texts. Of two members with one key the last counts, as for JSON.parse. */
export interface SourceEntry {
  /** From 0. */
  readonly position: number
  readonly id: string | null
  readonly type: string
  readonly text: string
  readonly fields: ReadonlyMap<string, string>
}

/** Reads an entry. The default type is message.input, as in the specification. */
export function readEntry(text: string, position: number): SourceEntry {
  const fields = fieldsOf(text)
  return { position, id: stringIn(fields.get('id')), type: readType(fields, 'message.input'), text, fields }
}

/** Reads an object's type. A type that is not a string is returned as its JSON text, which no rule knows. */
export function readType(fields: ReadonlyMap<string, string>, byDefault: string): string {
  const type = fields.get('type') ?? 'null'
  return type === 'null' ? byDefault : (stringIn(type) ?? type)
}

/** Appends a member to a path: `.name`, or `["na.me"]` if the key could be read as several steps. */
export function memberPath(path: string, key: string): string {
  const isPlain = /^[A-Za-z_][\w-]*$/.test(key)
  if (!isPlain) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** Longest quote of an archived value in a loss. */
const QUOTED_CHARACTERS = 500

/** Makes a loss of an entry, or of the conversation itself if `entry` is null. */
export function makeLoss(
  kind: LossKind,
  entry: Pick<SourceEntry, 'position' | 'id'> | null,
  path: string,
  before: string | null,
  after: string | null,
): Loss {
  const quoted =
    before !== null && before.length > QUOTED_CHARACTERS ? `${before.slice(0, QUOTED_CHARACTERS)}…` : before
  return { kind, position: entry?.position ?? null, id: entry?.id ?? null, path, before: quoted, after }
}
