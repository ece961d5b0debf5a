import { elements, member } from '../../model/json-text.ts'

/** A value within an entry, and its text as it came: shown, it has the digits and the keys that parsing takes. */
export interface JsonValue {
  readonly text: string
  readonly value: unknown
}

/** A member of an object, the last of its name; undefined where there is none, or null. */
export function memberOf({ text, value }: JsonValue, key: string): JsonValue | undefined {
  const own = asObject(value)[key] ?? undefined
  return own === undefined ? undefined : { text: member(text, key)?.value ?? JSON.stringify(own), value: own }
}

/** The elements of an array; anything else has none. */
export function elementsOf({ text, value }: JsonValue): JsonValue[] {
  if (!Array.isArray(value)) return []
  const texts = elements(text)
  return value.map((own: unknown, i) => ({ text: texts[i] ?? 'null', value: own }))
}

/** The members of an object; anything else has none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** The members of an archived object; none where its text decayed or is missing. */
export function factsOf(json: string | null | undefined): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(json ?? '{}'))
  } catch {
    return {}
  }
}
