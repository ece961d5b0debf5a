import { fieldsOf } from '../../model/entries/fields.ts'
import type { CopyDifference } from './certificate.ts'
import { entryForm, typeOf, type EntryForm } from './entry-form.ts'
import type { CopyEntry } from './found-entries.ts'
import { stringOf, treeOf } from './json-tree.ts'

/** A function that is called again must be answered with what it has answered at the source. */
export function strayResult(
  source: readonly string[],
  found: readonly CopyEntry[],
  renamed: ReadonlyMap<string, string>,
): CopyDifference[] {
  const forms = source.map((text) => ({ text, form: entryForm(treeOf(text)) }))
  const known = new Set(
    forms.flatMap(({ text, form }, i) =>
      typeOf(form) === 'function.result'
        ? [...resultTexts(text)].map((result) => {
            const name = nameOf(form, forms.slice(0, i))
            return keyOf(renamed.get(name ?? '') ?? name, result)
          })
        : [],
    ),
  )
  const stray = found.findIndex(({ form }, i) => {
    if (typeOf(form) !== 'function.result') return false
    return !known.has(keyOf(nameOf(form, found.slice(0, i)), stringOf(form.get('result')) ?? ''))
  })
  if (stray === -1) return []
  const { form } = found[stray] ?? { form: new Map<string, string>() }
  const detail = 'a function was answered with what it never answered at the source'
  const there = form.get('result')?.slice(0, 200) ?? null
  return [{ entry: source.length, path: 'result', kind: 'added', detail, expected: null, found: there }]
}

/** A result as it may be sent: the string that it is, or its JSON. */
function resultTexts(text: string): string[] {
  const given = fieldsOf(text).get('result') ?? '""'
  return [stringOf(treeOf(given)) ?? given]
}

/** The function that was called under the id of a result. */
function nameOf(result: EntryForm, before: readonly { readonly form: EntryForm }[]): string | undefined {
  const call = before.findLast(
    ({ form }) => typeOf(form) === 'function.call' && form.get('tool_call_id') === result.get('tool_call_id'),
  )
  return call?.form.get('name')
}

function keyOf(name: string | undefined, result: string): string {
  return JSON.stringify([name, result])
}
