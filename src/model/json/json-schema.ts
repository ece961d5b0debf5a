import { Ajv } from 'ajv'

import { isContainer } from './parse-json.ts'

/** A schema that is nested deeper counts as invalid: validators recurse, and the sender decides how deep it is. */
const MAX_DEPTH = 90

/** Tells whether a parsed value is a valid JSON Schema (Draft 7). */
export function isDraft7(value: unknown): boolean {
  return explainInvalidSchema(value) === undefined
}

/** Returns why a parsed value is not a valid JSON Schema (Draft 7), or undefined if it is. */
export function explainInvalidSchema(value: unknown): string | undefined {
  check ??= compile()
  return isShallow(value) ? check(value) : `schema is nested deeper than ${MAX_DEPTH} levels`
}

/** Tells whether a parsed value is shallow enough to be a schema. */
export function isShallow(value: unknown): boolean {
  let level: object[] = [value].filter(isContainer)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false
    level = level.flatMap((container) => (Object.values(container) as unknown[]).filter(isContainer))
  }
  return true
}

type Check = (value: unknown) => string | undefined

let check: Check | undefined

/** ajv brings the schema of Draft 7 but checks no formats in it, so it is compiled again as an ordinary schema. */
function compile(): Check {
  const formats = { regex: isPattern, uri: true, 'uri-reference': true } as const
  const ajv = new Ajv({ strict: false, logger: false, formats })
  const draft7 = ajv.getSchema('http://json-schema.org/draft-07/schema')?.schema
  const isSchema = ajv.compile({ ...Object(draft7), $id: 'draft-7' } as object)
  return (value) => {
    if (isSchema(value)) return undefined
    return ajv.errorsText(isSchema.errors, { dataVar: 'schema', separator: '; ' })
  }
}

/** The escaped letters that Python accepts as well, because validators compile patterns in Python. */
const ESCAPES = 'abfnrtvxuABdDsSwWZ'

function isPattern(pattern: string): boolean {
  const escapes = [...pattern.matchAll(/\\(.)/gs)].map(([, letter = '']) => letter)
  if (escapes.some((letter) => /[a-z]/i.test(letter) && !ESCAPES.includes(letter))) return false
  try {
    new RegExp(pattern)
    return !/\(\?<(?![=!])/.test(pattern)
  } catch {
    return false
  }
}
