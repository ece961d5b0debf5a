import { stringMember } from '../../model/entries/fields.ts'
import type { CopyDifference } from './certificate.ts'
import { difference } from './difference.ts'
import { entryType, readForm, type EntryForm } from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import { stringOf } from './json-tree.ts'

/**
 * Finds calls that are not followed by their own result as at the source, whatever their ids are. Only both together
 * may be sent as something else.
 */
export function separatedCalls(
  source: readonly string[],
  expected: readonly ExpectedEntry[],
): CopyDifference[] {
  const sourceEntries = source.map((text, position) => ({ position, form: readForm(text) }))
  const sent = new Map(pairByIds(expected))
  const isSent = (position: number, type: string): boolean =>
    expected.some((each) => each.position === position && entryType(each.form) === type)
  return pairByIds(sourceEntries).flatMap(([call, result]): CopyDifference[] => {
    const halves = [isSent(call, 'function.call'), isSent(result, 'function.result')]
    if (halves.every((half) => !half) || sent.get(call) === result) return []
    const detail = `the call in entry ${call} and its result in entry ${result} are separated`
    return [difference(call, 'apart', detail)]
  })
}

/** Finds calls whose replaced or generated id is also the id of another call. */
export function sharedIds(source: readonly string[], expected: readonly ExpectedEntry[]): CopyDifference[] {
  const calls = expected.filter(({ form }) => entryType(form) === 'function.call')
  const ids = calls.map(({ form }) => stringOf(form.get('tool_call_id')))
  return calls.flatMap(({ position }, i): CopyDifference[] => {
    const id = ids[i]
    const isOwn = stringMember(source[position] ?? '{}', 'tool_call_id') === id
    if (isOwn || ids.indexOf(id) === ids.lastIndexOf(id)) return []
    const detail = `the call in entry ${position} has the id of another call`
    return [difference(position, 'apart', detail, { found: id ?? null })]
  })
}

/**
 * Positions of calls with the positions of their results. Calls with nothing between them, neither a result nor a
 * message, are made together; a result belongs to the first open call with its id among those made last. A call
 * without a name is not a call.
 */
function pairByIds(
  entries: readonly { readonly position: number; readonly form: EntryForm }[],
): [number, number][] {
  const open: { position: number; id: string | undefined; group: number }[] = []
  const pairs: [number, number][] = []
  let group = 0
  let isCalling = false
  for (const { position, form } of entries) {
    const id = form.get('tool_call_id')
    const type = entryType(form)
    const isCall = type === 'function.call' && stringOf(form.get('name') ?? '') !== undefined
    if (type === 'agent.handoff') continue
    if (isCall && !isCalling) group++
    if (isCall) open.push({ position, id, group })
    isCalling = isCall
    if (type !== 'function.result') continue
    const sameId = open.filter((call) => id !== undefined && call.id === id)
    const call = sameId.find((each) => each.group === sameId.at(-1)?.group)
    if (call === undefined) continue
    open.splice(open.indexOf(call), 1)
    pairs.push([call.position, position])
  }
  return pairs
}
