import { isObject } from '../../model/json/parse-json.ts'
import type { Complaint } from '../replies/error-responses.ts'

/** Says what is wrong with a value; nothing when it fits. */
export type Shape = (value: unknown, loc: Complaint['loc']) => Complaint[]

export const anything: Shape = () => []
export const text = kindOf('string', 'string_type', 'Input should be a valid string')
export const truth = kindOf('boolean', 'bool_type', 'Input should be a valid boolean')

/** Any object. */
export const dict: Shape = (value, loc) =>
  isObject(value) ? [] : complain('dict_type', loc, 'Input should be a valid dictionary')

/** A number within bounds. */
export function number(minimum = -Infinity, maximum = Infinity): Shape {
  return (value, loc) => {
    if (typeof value !== 'number') return complain('float_type', loc, 'Input should be a valid number')
    if (value < minimum) {
      return complain('greater_than_equal', loc, `Input should be greater than or equal to ${minimum}`)
    }
    if (value > maximum)
      return complain('less_than_equal', loc, `Input should be less than or equal to ${maximum}`)
    return []
  }
}

/** A whole number from `minimum` on. */
export function integer(minimum = -Infinity): Shape {
  return (value, loc) =>
    Number.isInteger(value)
      ? number(minimum)(value, loc)
      : complain('int_type', loc, 'Input should be a valid integer')
}

/** One of these words. */
export function word(...words: readonly string[]): Shape {
  const allowed = words.map((each) => `'${each}'`).join(' or ')
  return (value, loc) =>
    words.includes(value as string) ? [] : complain('literal_error', loc, `Input should be ${allowed}`)
}

/** Null, or this. */
export function nullable(shape: Shape): Shape {
  return (value, loc) => (value === null ? [] : shape(value, loc))
}

/** An array of these. */
export function list(shape: Shape): Shape {
  return (value, loc) =>
    Array.isArray(value)
      ? value.flatMap((element, i) => shape(element, [...loc, i]))
      : complain('list_type', loc, 'Input should be a valid list')
}

/** A string, or this. */
export function textOr(shape: Shape): Shape {
  return (value, loc) => (typeof value === 'string' ? [] : shape(value, loc))
}

/** An object with these fields and no others. */
export function fields(shapes: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  return (value, loc) => {
    if (!isObject(value)) return complain('model_type', loc, 'Input should be a valid dictionary or object')
    const absent = required.filter((name) => !Object.hasOwn(value, name))
    return [
      ...absent.flatMap((name) => complain('missing', [...loc, name], 'Field required')),
      ...Object.entries(value).flatMap(([name, inner]) => {
        const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
        return (shape ?? forbidden)(inner, [...loc, name])
      }),
    ]
  }
}

/** An object whose `type` names its shape; `fallback` is the type of one without. */
export function tagged(shapes: Readonly<Record<string, Shape>>, fallback?: string): Shape {
  return (value, loc) => {
    if (!isObject(value)) return complain('model_type', loc, 'Input should be a valid dictionary or object')
    const tag = value['type'] ?? fallback
    const shape = typeof tag === 'string' && Object.hasOwn(shapes, tag) ? shapes[tag] : undefined
    if (shape !== undefined) return shape(value, loc)
    const expected = Object.keys(shapes).map((each) => `'${each}'`)
    const found = `Input tag ${JSON.stringify(tag)} found using 'type' does not match any of the expected tags`
    return complain('union_tag_invalid', loc, `${found}: ${expected.join(', ')}`)
  }
}

/** A value that may not be there at all. */
export const forbidden: Shape = (_, loc) => complain('extra_forbidden', loc, 'Extra inputs are not permitted')

/** One complaint, as the list that a shape answers with. */
export function complain(type: string, loc: Complaint['loc'], msg: string): Complaint[] {
  return [{ type, loc, msg }]
}

function kindOf(kind: string, type: string, msg: string): Shape {
  return (value, loc) => (typeof value === kind ? [] : complain(type, loc, msg))
}
