import { eachMember, joinMembers, member } from '../json/json-text.ts'

/** The members of an object as JSON texts, by their keys; of two under one key the last, as for JSON.parse. */
export type Fields = ReadonlyMap<string, string>

/** The members of an object; anything else has none. */
export function fieldsOf(json: string): Fields {
  const fields = new Map<string, string>()
  eachMember(json, 0, (key, start, end) => fields.set(key, json.slice(start, end)))
  return fields
}

/** The members of a text from the archive; none where it has decayed so far that they cannot be found. */
export function readableFields(json: string): Fields {
  try {
    return fieldsOf(json)
  } catch {
    return new Map()
  }
}

/** The string that a JSON text is; null where it is anything else. */
export function stringIn(json: string | undefined): string | null {
  if (json?.startsWith('"') !== true) return null
  return json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1)
}

/** Reads a member that is a string; undefined where it is missing or something else. */
export function stringMember(text: string, key: string): string | undefined {
  return stringIn(member(text, key)?.value) ?? undefined
}

/**
 * What a person reads of a value: the letters of a string, anything else token for token, so that numbers keep their
 * digits. Undefined where there is nothing: no value, null, or an empty string.
 */
export function displayText(json: string | undefined): string | undefined {
  if (json === undefined || json === 'null' || json === '""') return undefined
  return stringIn(json) ?? json
}

/** The name of a type: one that is no string gets none of its own, as it may be megabytes of JSON. */
export function typeName(json: string | undefined): string | undefined {
  if (json === undefined || json === 'null') return undefined
  const isComposed = json.startsWith('{') || json.startsWith('[')
  return stringIn(json) ?? (isComposed ? 'an object' : json)
}

/** The members that are not among the known ones, as the text of an object; undefined where none says anything. */
export function restOf(fields: Fields, known: ReadonlySet<string>): string | undefined {
  let rest: [string, string][] | undefined
  for (const [key, value] of fields) if (!known.has(key) && value !== 'null') (rest ??= []).push([key, value])
  return rest === undefined ? undefined : joinMembers(rest)
}
