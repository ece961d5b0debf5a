import { isObject } from '../../model/json/parse-json.ts'
import type { ValidationIssue } from '../responses/error-responses.ts'

/** Returns what is wrong with a value; an empty list if it is valid. */
export type Validator = (value: unknown, loc: ValidationIssue['loc']) => ValidationIssue[]

export const anything: Validator = () => []
export const string = primitive('string', 'string_type', 'Input should be a valid string')
export const boolean = primitive('boolean', 'bool_type', 'Input should be a valid boolean')

/** Any object. */
export const dict: Validator = (value, loc) =>
  isObject(value) ? [] : issue('dict_type', loc, 'Input should be a valid dictionary')

/** A number within these bounds. */
export function number(minimum = -Infinity, maximum = Infinity): Validator {
  return (value, loc) => {
    if (typeof value !== 'number') return issue('float_type', loc, 'Input should be a valid number')
    if (value < minimum) {
      return issue('greater_than_equal', loc, `Input should be greater than or equal to ${minimum}`)
    }
    if (value > maximum)
      return issue('less_than_equal', loc, `Input should be less than or equal to ${maximum}`)
    return []
  }
}

/** An integer that is at least `minimum`. */
export function integer(minimum?: number): Validator {
  return (value, loc) =>
    Number.isInteger(value)
      ? number(minimum)(value, loc)
      : issue('int_type', loc, 'Input should be a valid integer')
}

/** One of these strings. */
export function literal(...values: readonly string[]): Validator {
  const allowed = values.map((each) => `'${each}'`).join(' or ')
  return (value, loc) =>
    values.includes(value as string) ? [] : issue('literal_error', loc, `Input should be ${allowed}`)
}

/** Null, or a valid value. */
export function nullable(validator: Validator): Validator {
  return (value, loc) => (value === null ? [] : validator(value, loc))
}

export const nullableString = nullable(string)

/** An array of valid values. */
export function list(validator: Validator): Validator {
  return (value, loc) =>
    Array.isArray(value)
      ? value.flatMap((element, i) => validator(element, [...loc, i]))
      : issue('list_type', loc, 'Input should be a valid list')
}

/** A string, or a valid value. */
export function stringOr(validator: Validator): Validator {
  return (value, loc) => (typeof value === 'string' ? [] : validator(value, loc))
}

type Fields = Readonly<Record<string, Validator>>

/** An object with these fields and no others. A field in both records is required. */
export function fields(required: Fields, optional: Fields = {}): Validator {
  const validators = new Map(Object.entries({ ...optional, ...required }))
  return (value, loc) => {
    if (!isObject(value)) return issue('model_type', loc, 'Input should be a valid dictionary or object')
    const absent = Object.keys(required).filter((name) => !Object.hasOwn(value, name))
    return [
      ...absent.flatMap((name) => issue('missing', [...loc, name], 'Field required')),
      ...Object.entries(value).flatMap(([name, inner]) =>
        (validators.get(name) ?? forbidden)(inner, [...loc, name]),
      ),
    ]
  }
}

/** An object whose `type` chooses its validator; `fallback` is the type of an object without one. */
export function tagged(types: Fields, fallback?: string): Validator {
  const validators = new Map<unknown, Validator>(Object.entries(types))
  const expected = Object.keys(types).map((each) => `'${each}'`)
  return (value, loc) => {
    if (!isObject(value)) return issue('model_type', loc, 'Input should be a valid dictionary or object')
    const tag = value['type'] ?? fallback
    const validator = validators.get(tag)
    if (validator !== undefined) return validator(value, loc)
    const found = `Input tag ${JSON.stringify(tag)} found using 'type' does not match any of the expected tags`
    return issue('union_tag_invalid', loc, `${found}: ${expected.join(', ')}`)
  }
}

/** A field that must be absent. */
export const forbidden: Validator = (_, loc) =>
  issue('extra_forbidden', loc, 'Extra inputs are not permitted')

/** A list of one issue. */
export function issue(type: string, loc: ValidationIssue['loc'], msg: string): ValidationIssue[] {
  return [{ type, loc, msg }]
}

function primitive(kind: string, type: string, msg: string): Validator {
  return (value, loc) => (typeof value === kind ? [] : issue(type, loc, msg))
}
