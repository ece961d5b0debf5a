import { decodeString } from '../json/json-scanner.ts'
import { eachMember, joinMembers, member } from '../json/json-text.ts'

/** The members of an object by key, their values as JSON texts. Of duplicate keys the last counts, as for JSON.parse. */
export type Fields = ReadonlyMap<string, string>

/** Texts of these names, where each may be missing. */
export type Texts<Names extends string> = Readonly<Record<Names, string | undefined>>

/** Reads the members of an object. Any other value has none. */
export function fieldsOf(json: string): Fields {
  const fields = new Map<string, string>()
  eachMember(json, 0, (key, start, end) => fields.set(key, json.slice(start, end)))
  return fields
}

/** Reads the members of a text from the archive. A text too damaged to scan has none. */
export function readableFields(json: string): Fields {
  try {
    return fieldsOf(json)
  } catch {
    return new Map()
  }
}

/** Decodes a JSON text that is a string; null if it is anything else. */
export function stringIn(json: string | undefined): string | null {
  return json?.startsWith('"') === true ? decodeString(json) : null
}

/** Reads a member that is a string; undefined if it is missing or anything else. */
export function stringMember(text: string, key: string): string | undefined {
  return stringIn(member(text, key)?.value) ?? undefined
}

/**
 * Returns a value for people: a string decoded, anything else as its JSON, so that numbers keep their digits. Undefined
 * for no value, null and the empty string.
 */
export function displayText(json: string | undefined): string | undefined {
  if (json === undefined || json === 'null' || json === '""') return undefined
  return stringIn(json) ?? json
}

/** Returns the value of a `type` member. An object or array becomes `an object`: it may be megabytes of JSON. */
export function typeName(json: string | undefined): string | undefined {
  if (json === undefined || json === 'null') return undefined
  const isComposed = json.startsWith('{') || json.startsWith('[')
  return stringIn(json) ?? (isComposed ? 'an object' : json)
}

/** Returns the members that are not known and not null, as the text of an object; undefined if there are none. */
export function restOf(fields: Fields, known: ReadonlySet<string>): string | undefined {
  let rest: [string, string][] | undefined
  for (const [key, value] of fields) if (!known.has(key) && value !== 'null') (rest ??= []).push([key, value])
  return rest === undefined ? undefined : joinMembers(rest)
}
