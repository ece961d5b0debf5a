/** Tells whether a text is valid JSON. */
export function isJson(text: string): boolean {
  return parseJson(text) !== undefined
}

/** Parses a JSON text; undefined where it is not valid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Parses a JSON text that holds an object or an array; undefined for anything else, valid or not. */
export function parseContainer(text: string): object | undefined {
  const value = parseJson(text)
  return isContainer(value) ? value : undefined
}

/** Tells whether a parsed value is an object, and no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value)
}

/** Tells whether a parsed value is an object or an array. */
export function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Looks up a name in a table. Names come from outside: `constructor` must find nothing. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
