import type { Difference } from './certificate.ts'
import { entryForm, typeOf, type EntryForm } from './entry-form.ts'
import type { Expected } from './expected-entries.ts'
import { stringOf, treeOf } from './tree.ts'

/**
 * Every call must be followed by its own result over there as at the source, whatever their ids are called; or neither of
 * them may be sent as what it was.
 */
export function callsApart(source: readonly string[], expected: readonly Expected[]): Difference[] {
  const there = source.map((text, position) => ({ position, form: entryForm(treeOf(text)) }))
  const sent = new Map(pairsOf(expected))
  const isSent = (position: number, type: string): boolean =>
    expected.some((each) => each.position === position && typeOf(each.form) === type)
  return pairsOf(there).flatMap(([call, result]): Difference[] => {
    const halves = [isSent(call, 'function.call'), isSent(result, 'function.result')]
    if (halves.every((half) => !half) || sent.get(call) === result) return []
    const detail = `the call in entry ${call} and its result in entry ${result} have come apart`
    return [{ entry: call, path: '', kind: 'apart', detail, expected: null, found: null }]
  })
}

/** The places of calls with those of their results: a result belongs to the first open call of its id. A call without a name calls nothing. */
function pairsOf(
  entries: readonly { readonly position: number; readonly form: EntryForm }[],
): [number, number][] {
  const open: { position: number; id: string | undefined }[] = []
  const pairs: [number, number][] = []
  for (const { position, form } of entries) {
    const id = form.get('tool_call_id')
    const isNamed = stringOf(form.get('name') ?? '') !== undefined
    if (typeOf(form) === 'function.call' && isNamed) open.push({ position, id })
    if (typeOf(form) !== 'function.result') continue
    const at = open.findIndex((call) => id !== undefined && call.id === id)
    const [call] = at === -1 ? [] : open.splice(at, 1)
    if (call !== undefined) pairs.push([call.position, position])
  }
  return pairs
}
