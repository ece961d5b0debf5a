import { fieldsOf } from '../../model/entries/fields.ts'
import type { CopyDifference } from './certificate.ts'
import { entryForm, entryType, type EntryForm } from './entry-form.ts'
import type { CopyEntry } from './found-entries.ts'
import { stringOf, treeOf } from './json-tree.ts'

/** Finds a result at the target that the function never returned at the source. */
export function strayResult(
  source: readonly string[],
  found: readonly CopyEntry[],
  renamed: ReadonlyMap<string, string>,
): CopyDifference[] {
  const forms = source.map((text) => ({ text, form: entryForm(treeOf(text)) }))
  const known = new Set(
    forms.flatMap(({ text, form }, i) =>
      entryType(form) === 'function.result'
        ? [...resultTexts(text)].map((result) => {
            const name = nameOf(form, forms.slice(0, i))
            return keyOf(renamed.get(name ?? '') ?? name, result)
          })
        : [],
    ),
  )
  const stray = found.findIndex(({ form }, i) => {
    if (entryType(form) !== 'function.result') return false
    return !known.has(keyOf(nameOf(form, found.slice(0, i)), stringOf(form.get('result')) ?? ''))
  })
  if (stray === -1) return []
  const { form } = found[stray] ?? { form: new Map<string, string>() }
  const detail = 'a function got a result that it never returned at the source'
  const excerpt = form.get('result')?.slice(0, 200) ?? null
  return [{ entry: source.length, path: 'result', kind: 'added', detail, expected: null, found: excerpt }]
}

/** The result as it is sent: the string itself, or its JSON. */
function resultTexts(text: string): string[] {
  const given = fieldsOf(text).get('result') ?? '""'
  return [stringOf(treeOf(given)) ?? given]
}

/** The name of the function that was called with a result's id. */
function nameOf(result: EntryForm, before: readonly { readonly form: EntryForm }[]): string | undefined {
  const call = before.findLast(
    ({ form }) =>
      entryType(form) === 'function.call' && form.get('tool_call_id') === result.get('tool_call_id'),
  )
  return call?.form.get('name')
}

function keyOf(name: string | undefined, result: string): string {
  return JSON.stringify([name, result])
}
