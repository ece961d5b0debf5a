import { Ajv, type ValidateFunction } from 'ajv'

/** Deeper than this a schema counts as invalid: validators recurse, and depth is the sender's choice. */
const MOST_LEVELS = 90

/** Tells whether a parsed value is a JSON Schema by Draft 7. */
export function isDraft7(value: unknown): boolean {
  return draft7Fault(value) === undefined
}

/** Says why a parsed value is not a JSON Schema by Draft 7; undefined if it is one. */
export function draft7Fault(value: unknown): string | undefined {
  if (isDeeper(value, MOST_LEVELS)) return `it is deeper than ${MOST_LEVELS} levels`
  validate ??= compile()
  if (validate(value)) return undefined
  const [{ instancePath = '', message = 'invalid' } = {}] = validate.errors ?? []
  return `${instancePath} ${message}`.trim()
}

let validate: ValidateFunction | undefined

/**
 * Draft 7's own schema comes with ajv, which checks no formats in it; so it is compiled once more as any other. Of its
 * formats only `regex` can make a schema unusable.
 */
function compile(): ValidateFunction {
  const known = new Ajv().getSchema('http://json-schema.org/draft-07/schema')?.schema as object
  const rules = Object.entries(known).filter(([key]) => key !== '$id' && key !== '$schema')
  const formats = { regex: isPattern, uri: true, 'uri-reference': true } as const
  return new Ajv({ meta: false, validateSchema: false, strict: false, formats }).compile(
    Object.fromEntries(rules),
  )
}

/** Escapes of letters that Python knows. */
const ESCAPES = 'abfnrtvxuABdDsSwWZ'

/** Validators compile patterns with Python, which has no `\p{…}` and no `(?<name>…)`. */
function isPattern(text: string): boolean {
  const escaped = [...text.matchAll(/\\(.)/gs)].map(([, letter = '']) => letter)
  if (escaped.some((letter) => /[a-z]/i.test(letter) && !ESCAPES.includes(letter))) return false
  try {
    new RegExp(text)
    return !/\(\?<(?![=!])/.test(text)
  } catch {
    return false
  }
}

/** A loop over the levels, not a recursion. */
function isDeeper(value: unknown, most: number): boolean {
  let level: object[] = [value].filter(isHolder)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true
    level = level.flatMap((holder) => (Object.values(holder) as unknown[]).filter(isHolder))
  }
  return false
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
