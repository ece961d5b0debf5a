import { Ajv, type ValidateFunction } from 'ajv'

/** Deeper than this a schema counts as invalid: validators recurse, and depth is the sender's choice. */
const MOST_LEVELS = 90

/** Tells whether a parsed value is a JSON Schema by Draft 7. */
export function isDraft7(value: unknown): boolean {
  if (isDeeper(value, MOST_LEVELS)) return false
  validate ??= compile()
  return validate(value)
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

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
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
