import { fieldsOf, stringIn } from '../../model/entries/fields.ts'
import type { Loss, LossKind } from '../loss.ts'

/** What is archived of a conversation, as far as its replay needs it: JSON texts. */
export interface Source {
  readonly id: string
  readonly row: string
  readonly entries: readonly string[]
  /** The agent of an agent conversation, in the version of that time, where it is archived. */
  readonly agent: string | undefined
}

/** An entry, its members as texts; of two under one key the last, as for JSON.parse. */
export interface SourceEntry {
  /** From 0. */
  readonly position: number
  readonly id: string | null
  readonly type: string
  readonly text: string
  readonly fields: ReadonlyMap<string, string>
}

/** Reads an entry. One without a type is a message.input, as the specification has it. */
export function readEntry(text: string, position: number): SourceEntry {
  const fields = fieldsOf(text)
  return { position, id: stringIn(fields.get('id')), type: typeOf(fields, 'message.input'), text, fields }
}

/** The type that stands in an object, or what one without a type is. A type that is no string is known to nobody. */
export function typeOf(fields: ReadonlyMap<string, string>, byDefault: string): string {
  const type = fields.get('type') ?? 'null'
  return type === 'null' ? byDefault : (stringIn(type) ?? type)
}

/** Leads a path on to a member: `.name`, or `["na.me"]` where the key could be taken for more than one step. */
export function step(path: string, key: string): string {
  const isPlain = /^[A-Za-z_][\w-]*$/.test(key)
  if (!isPlain) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** How much of what was there a loss quotes. */
const QUOTED = 500

/** Declares a loss of an entry, or of the conversation itself where `entry` is null. */
export function lossOf(
  kind: LossKind,
  entry: Pick<SourceEntry, 'position' | 'id'> | null,
  path: string,
  before: string | null,
  after: string | null,
): Loss {
  const quoted = before !== null && before.length > QUOTED ? `${before.slice(0, QUOTED)}…` : before
  return { kind, position: entry?.position ?? null, id: entry?.id ?? null, path, before: quoted, after }
}
