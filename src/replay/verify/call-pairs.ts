import { stringMember } from '../../model/entries/fields.ts'
import type { CopyDifference } from './certificate.ts'
import { entryForm, typeOf, type EntryForm } from './entry-form.ts'
import type { Expected } from './expected-entries.ts'
import { stringOf, treeOf } from './json-tree.ts'

/**
 * Every call must be followed by its own result over there as at the source, whatever their ids are called; or neither of
 * them may be sent as what it was.
 */
export function callsApart(source: readonly string[], expected: readonly Expected[]): CopyDifference[] {
  const there = source.map((text, position) => ({ position, form: entryForm(treeOf(text)) }))
  const sent = new Map(pairsOf(expected))
  const isSent = (position: number, type: string): boolean =>
    expected.some((each) => each.position === position && typeOf(each.form) === type)
  return pairsOf(there).flatMap(([call, result]): CopyDifference[] => {
    const halves = [isSent(call, 'function.call'), isSent(result, 'function.result')]
    if (halves.every((half) => !half) || sent.get(call) === result) return []
    const detail = `the call in entry ${call} and its result in entry ${result} have come apart`
    return [{ entry: call, path: '', kind: 'apart', detail, expected: null, found: null }]
  })
}

/** Every call is called by itself: an id that takes the place of its own, or is made up, is no other call's. */
export function idsShared(source: readonly string[], expected: readonly Expected[]): CopyDifference[] {
  const calls = expected.filter(({ form }) => typeOf(form) === 'function.call')
  const ids = calls.map(({ form }) => stringOf(form.get('tool_call_id')))
  return calls.flatMap(({ position }, i): CopyDifference[] => {
    const id = ids[i]
    const isOwn = stringMember(source[position] ?? '{}', 'tool_call_id') === id
    if (isOwn || ids.indexOf(id) === ids.lastIndexOf(id)) return []
    const detail = `the call in entry ${position} is given an id that another call has`
    return [{ entry: position, path: '', kind: 'apart', detail, expected: null, found: id ?? null }]
  })
}

/**
 * The places of calls with those of their results. Calls are made at once that nothing stands between, neither a result
 * nor a message; a result belongs to the first open call of its id among those that were made last. A call without a name
 * calls nothing.
 */
function pairsOf(
  entries: readonly { readonly position: number; readonly form: EntryForm }[],
): [number, number][] {
  const open: { position: number; id: string | undefined; group: number }[] = []
  const pairs: [number, number][] = []
  let group = 0
  let isCalling = false
  for (const { position, form } of entries) {
    const id = form.get('tool_call_id')
    const type = typeOf(form)
    const isCall = type === 'function.call' && stringOf(form.get('name') ?? '') !== undefined
    if (type === 'agent.handoff') continue
    if (isCall && !isCalling) group++
    if (isCall) open.push({ position, id, group })
    isCalling = isCall
    if (type !== 'function.result') continue
    const own = open.filter((call) => id !== undefined && call.id === id)
    const call = own.find((each) => each.group === own.at(-1)?.group)
    if (call === undefined) continue
    open.splice(open.indexOf(call), 1)
    pairs.push([call.position, position])
  }
  return pairs
}
