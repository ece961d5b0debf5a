import type { EntryView } from '../../model/entries/entry-view.ts'
import { stringIn } from '../../model/entries/fields.ts'

/** The type of an entry that replaces a damaged one. */
export const UNREADABLE = 'hansard.unreadable'

/** Returns what an entry is, for its heading: its author, or its kind. */
export function entryTitle(entry: EntryView): string {
  switch (entry.kind) {
    case 'message':
      return entry.role.charAt(0).toUpperCase() + entry.role.slice(1)
    case 'execution':
      return 'Tool'
    case 'call':
      return 'Function call'
    case 'result':
      return 'Function result'
    case 'handoff':
      return 'Handoff'
    case 'unknown':
      if (entry.type === UNREADABLE) return 'Unreadable'
      return `${entry.type ?? 'Entry without a type'} (unknown to this version of hansard)`
  }
}

/** Returns the names that follow it: of the tool or function, of the call, and whether the call was confirmed. */
export function entryNames(entry: EntryView): string[] {
  return namesOf(entry).filter((name) => name !== undefined)
}

function namesOf(entry: EntryView): (string | undefined)[] {
  switch (entry.kind) {
    case 'execution':
      return [entry.name, stringIn(entry.function) ?? undefined]
    case 'call':
      return [entry.name, entry.callId, entry.confirmation]
    case 'result':
      return [entry.callId]
    default:
      return []
  }
}
