import { isJson } from '../../../model/json/parse-json.ts'

/** Why a stored value is not the JSON text it should be; undefined if it is one. */
export function faultOfText(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'it is no text'
  return isJson(value) ? undefined : 'it is not valid JSON'
}

/** Tells whether a stored value is exactly these bytes; decay can make anything of a value, a number too. */
export function isBytes(value: unknown, bytes: Buffer): boolean {
  return value instanceof Uint8Array && bytes.equals(value)
}
