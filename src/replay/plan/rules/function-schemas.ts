import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import { isDraft7, isShallow } from '../../../model/json/json-schema.ts'
import { elements, isArrayText, isObjectText, joinMembers } from '../../../model/json/json-text.ts'
import { ANY_PARAMETERS, type Loss } from '../../loss.ts'
import { lossOf, step } from '../source.ts'

/** The parameters of a function as they can be sent. */
export interface CarriedSchema {
  readonly text: string
  readonly losses: readonly Loss[]
}

/** Neither is taken anywhere in a tool. */
const REFUSED = ['$id', '$schema']

/** Carries a parameter schema over: without the keys that are refused, and replaced where it is no schema of Draft 7. */
export function carrySchema(schema: string, path: string): CarriedSchema {
  const losses: Loss[] = []
  const text = isShallow(JSON.parse(schema)) ? withoutRefused(schema, path, losses) : schema
  if (isDraft7(JSON.parse(text))) return losses.length === 0 ? { text: schema, losses } : { text, losses }
  return { text: ANY_PARAMETERS, losses: [lossOf('schema-replaced', null, path, schema, ANY_PARAMETERS)] }
}

/** Leaves the other values token for token. A property that is left out is not required either. */
function withoutRefused(text: string, path: string, losses: Loss[]): string {
  const inner = (value: string, at: string): string => withoutRefused(value, at, losses)
  if (isArrayText(text)) {
    return `[${elements(text)
      .map((each, i) => inner(each, `${path}[${i}]`))
      .join(',')}]`
  }
  if (!isObjectText(text)) return text
  const kept = [...fieldsOf(text)].flatMap(([key, value]): [string, string][] => {
    const here = step(path, key)
    if (REFUSED.includes(key)) {
      losses.push(lossOf('schema-key-dropped', null, here, value, null))
      return []
    }
    const isNames = key === 'required' && isArrayText(value)
    return [[key, isNames ? withoutNames(value, here, losses) : inner(value, here)]]
  })
  return joinMembers(kept)
}

function withoutNames(text: string, path: string, losses: Loss[]): string {
  const kept = elements(text).flatMap((each, i) => {
    if (!REFUSED.includes(stringIn(each) ?? '')) return [each]
    losses.push(lossOf('schema-key-dropped', null, `${path}[${i}]`, each, null))
    return []
  })
  return `[${kept.join(',')}]`
}
