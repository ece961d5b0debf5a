import { isObject } from './parse-json.ts'

/*
 * Keys are camelCase in TypeScript and snake_case in everything that others read: `--json`, plans and certificates, as
 * in the API, the views and the columns of exports. Values are converted where they leave or enter the program.
 */

/**
 * Returns a copy of a value whose keys are in snake_case. A `Map` becomes an object that keeps its keys, because they
 * are data, such as names of models; so does an object under a key in `dataKeyed` (in camelCase).
 */
export function toSnakeCase(value: unknown, dataKeyed: readonly string[] = []): unknown {
  return renameKeys(value, snakeCase, new Set(dataKeyed))
}

/** Returns a copy of a parsed value whose keys are in camelCase: the reverse of `toSnakeCase`. */
export function toCamelCase(value: unknown, dataKeyed: readonly string[] = []): unknown {
  return renameKeys(value, camelCase, new Set(dataKeyed.map(snakeCase)))
}

type Rename = (key: string) => string

function renameKeys(value: unknown, rename: Rename, dataKeyed: ReadonlySet<string>): unknown {
  const change = (inner: unknown): unknown => renameKeys(inner, rename, dataKeyed)
  if (Array.isArray(value)) return value.map(change)
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, inner]) => [String(key), change(inner)]))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([key, inner]): [string, unknown] => [
    rename(key),
    change(dataKeyed.has(key) && isObject(inner) ? new Map(Object.entries(inner)) : inner),
  ])
  return Object.fromEntries(members)
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function camelCase(key: string): string {
  return key.replaceAll(/_[a-z]/g, (letters) => letters.charAt(1).toUpperCase())
}
