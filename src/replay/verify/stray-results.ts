import { fieldsOf } from '../../model/entries/fields.ts'
import type { CopyDifference } from './certificate.ts'
import { difference } from './difference.ts'
import { entryType, readForm, type CopyEntry, type EntryForm } from './entry-form.ts'
import { stringOf, treeOf } from './json-tree.ts'

/** Finds a result at the target that the function never returned at the source. */
export function strayResult(
  source: readonly string[],
  found: readonly CopyEntry[],
  renamed: ReadonlyMap<string, string>,
): CopyDifference[] {
  const forms = source.map((text) => ({ form: readForm(text) }))
  const known = new Set(
    source.flatMap((text, i) => {
      if (!isResult(forms[i])) return []
      const name = functionName(forms, i)
      return keyOf(renamed.get(name ?? '') ?? name, resultText(text))
    }),
  )
  const stray = found.find(
    (entry, i) =>
      isResult(entry) && !known.has(keyOf(functionName(found, i), stringOf(entry.form.get('result')) ?? '')),
  )
  if (stray === undefined) return []
  const detail = 'a function got a result that it never returned at the source'
  const excerpt = stray.form.get('result')?.slice(0, 200) ?? null
  return [difference(source.length, 'added', detail, { path: 'result', found: excerpt })]
}

function isResult(entry: { readonly form: EntryForm } | undefined): boolean {
  return entryType(entry?.form) === 'function.result'
}

/** The result as it is sent: the string itself, or its JSON. */
function resultText(text: string): string {
  const given = fieldsOf(text).get('result') ?? '""'
  return stringOf(treeOf(given)) ?? given
}

/** The name of the function that was called with the id of the result at a position. */
function functionName(entries: readonly { readonly form: EntryForm }[], at: number): string | undefined {
  const id = entries[at]?.form.get('tool_call_id')
  const call = entries
    .slice(0, at)
    .findLast(({ form }) => entryType(form) === 'function.call' && form.get('tool_call_id') === id)
  return call?.form.get('name')
}

function keyOf(name: string | undefined, result: string): string {
  return JSON.stringify([name, result])
}
