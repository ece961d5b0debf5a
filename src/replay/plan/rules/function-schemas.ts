import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import { isDraft7, isShallow } from '../../../model/json/json-schema.ts'
import { elements, isArrayText, isObjectText, joinMembers } from '../../../model/json/json-text.ts'
import { ANY_PARAMETERS, type Loss } from '../../loss.ts'
import { makeLoss, memberPath } from '../source.ts'

/** The API refuses both anywhere in a tool. */
const REFUSED = ['$id', '$schema']

/** Removes the refused keys from a parameter schema; replaces the schema if it is not valid Draft 7. */
export function carrySchema(schema: string, path: string): { text: string; losses: readonly Loss[] } {
  const losses: Loss[] = []
  const text = isShallow(JSON.parse(schema)) ? withoutRefused(schema, path, losses) : schema
  if (isDraft7(JSON.parse(text))) return { text: losses.length === 0 ? schema : text, losses }
  return { text: ANY_PARAMETERS, losses: [makeLoss('schema-replaced', null, path, schema, ANY_PARAMETERS)] }
}

/** Keeps all other values token for token. A removed property is also removed from `required`. */
function withoutRefused(text: string, path: string, losses: Loss[]): string {
  const inner = (value: string, at: string): string => withoutRefused(value, at, losses)
  if (isArrayText(text)) {
    const kept = elements(text).map((each, i) => inner(each, `${path}[${i}]`))
    return `[${kept.join(',')}]`
  }
  if (!isObjectText(text)) return text
  const kept = [...fieldsOf(text)].flatMap(([key, value]): [string, string][] => {
    const keyPath = memberPath(path, key)
    if (REFUSED.includes(key)) {
      losses.push(makeLoss('schema-key-dropped', null, keyPath, value))
      return []
    }
    const isNames = key === 'required' && isArrayText(value)
    return [[key, isNames ? withoutNames(value, keyPath, losses) : inner(value, keyPath)]]
  })
  return joinMembers(kept)
}

function withoutNames(text: string, path: string, losses: Loss[]): string {
  const kept = elements(text).flatMap((each, i) => {
    if (!REFUSED.includes(stringIn(each) ?? '')) return [each]
    losses.push(makeLoss('schema-key-dropped', null, `${path}[${i}]`, each))
    return []
  })
  return `[${kept.join(',')}]`
}
