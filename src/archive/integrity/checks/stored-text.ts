import { isJson } from '../../../model/json/parse-json.ts'

/** Describes why a stored value is not JSON text; undefined if it is. */
export function faultOfText(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'it is not text'
  return isJson(value) ? undefined : 'it is not valid JSON'
}

/** Tells whether a stored value is exactly these bytes. A decayed value may have any type. */
export function isBytes(value: unknown, bytes: Buffer): boolean {
  return value instanceof Uint8Array && bytes.equals(value)
}
