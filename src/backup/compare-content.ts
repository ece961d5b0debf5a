import { sameContent } from '../model/entries/same-content.ts'
import { joinMembers, members } from '../model/json/json-text.ts'
import { plural } from '../model/plural.ts'

/** How a conversation in the account differs from the archived one. */
export interface Difference {
  /** Number of entries added at the end, if that is the only difference. */
  readonly entriesAdded?: number
  /** Position of the first entry that differs or is missing. */
  readonly position?: number
  /** The difference in words. */
  readonly detail?: string
}

/** Compares an archived conversation with the one in the account, by content. Returns undefined if they are equal. */
export function compareContent(
  archived: { readonly row: string; entries(): Iterable<string> },
  live: { readonly row: string; readonly entries: Iterable<string> },
): Difference | undefined {
  const known = archived.entries()[Symbol.iterator]()
  let position = 0
  let entriesAdded = 0
  for (const entry of live.entries) {
    const earlier = known.next()
    if (earlier.done === true) entriesAdded++
    else if (!sameContent(earlier.value, entry)) return entryDifference(position, 'differs')
    else position++
  }
  if (known.next().done !== true) return entryDifference(position, 'is no longer there')
  const keys = differingKeys(archived.row, live.row).filter(
    (key) => entriesAdded === 0 || key !== 'updated_at',
  )
  if (keys.length > 0) return { detail: `differs in ${keys.join(', ')}` }
  return entriesAdded === 0 ? undefined : { entriesAdded, detail: `grew by ${plural(entriesAdded, 'entry')}` }
}

function entryDifference(position: number, how: string): Difference {
  return { position, detail: `entry ${position} ${how}` }
}

function differingKeys(archived: string, live: string): string[] {
  if (sameContent(archived, live)) return []
  const [before, after] = [membersOf(archived), membersOf(live)]
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys].filter((key) => !sameContent(before.get(key) ?? '{}', after.get(key) ?? '{}'))
}

/** Returns each member as an object of its own, so that it is compared by the rules for its key. */
function membersOf(row: string): Map<string, string> {
  return new Map(members(row).map(({ key, value }) => [key, joinMembers([[key, value]])]))
}
