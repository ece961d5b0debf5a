import { fieldsOf, stringIn, type Fields } from '../../model/entries/fields.ts'
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
  readonly fields: Fields
}

/** Reads an entry. The default type is message.input, as in the specification. */
export function readEntry(text: string, position: number): SourceEntry {
  const fields = fieldsOf(text)
  return { position, id: stringIn(fields.get('id')), type: readType(fields, 'message.input'), text, fields }
}

/** Reads an object's type. A type that is not a string is returned as its JSON text, which no rule knows. */
export function readType(fields: Fields, byDefault: string): string {
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

/** What a loss is of: an entry, or the conversation itself. */
type Subject = Pick<SourceEntry, 'position' | 'id'> | null

export function makeLoss(
  kind: LossKind,
  subject: Subject,
  path: string,
  before: string | null = null,
  after: string | null = null,
): Loss {
  const isLong = before !== null && before.length > QUOTED_CHARACTERS
  const quoted = isLong ? `${before.slice(0, QUOTED_CHARACTERS)}…` : before
  return { kind, position: subject?.position ?? null, id: subject?.id ?? null, path, before: quoted, after }
}

/** The loss of a string that is sent as another one; none if both are the same. */
export function changedString(
  kind: LossKind,
  subject: Subject,
  path: string,
  before: string | undefined,
  after: string,
): Loss[] {
  return stringIn(before) === stringIn(after) ? [] : [makeLoss(kind, subject, path, before, after)]
}

/** The losses of the members of an object that are not sent. Null means absent, and is no loss. */
export function droppedMembers(
  subject: Subject,
  path: string,
  fields: Fields,
  sent: readonly string[],
): Loss[] {
  return [...fields]
    .filter(([key, value]) => !sent.includes(key) && value !== 'null')
    .map(([key, value]) => makeLoss('field-dropped', subject, memberPath(path, key), value))
}
