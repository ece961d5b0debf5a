import type { CopyDifference, Replayed } from './certificate.ts'
import { difference, excerpts } from './difference.ts'
import { differingMembers, formText, entryType, type CopyEntry, type EntryForm } from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'

/** The first expected entry that is missing or differs; undefined if there is none. */
export function firstDifference(
  expected: readonly ExpectedEntry[],
  found: readonly CopyEntry[],
  generated: Replayed['generated'],
): CopyDifference | undefined {
  const at = expected.findIndex(({ form }, i) => !isSame(form, found[i], generated))
  const expectedEntry = expected[at]
  return expectedEntry === undefined
    ? undefined
    : explainDifference(expectedEntry, expected[at + 1], found.slice(at, at + 2))
}

/** Reports an entry that was neither sent nor generated. */
export function addedEntry({ form }: CopyEntry, entry: number): CopyDifference {
  const detail = `unexpected entry before this position: ${describeType(form)}`
  return difference(entry, 'added', detail, { found: briefly(form) })
}

/** An entry that the receipt lists as generated was not sent, even if its content is equal. */
function isSame(form: EntryForm, found: CopyEntry | undefined, generated: Replayed['generated']): boolean {
  if (found === undefined || isRecorded(found, generated)) return false
  return isEqual(form, found.form)
}

function isEqual(form: EntryForm, found: EntryForm): boolean {
  return differingMembers(form, found).length === 0
}

/** Returns whether the receipt lists an entry as generated. */
export function isRecorded({ id }: CopyEntry, generated: Replayed['generated']): boolean {
  return id !== undefined && generated?.includes(id) === true
}

function explainDifference(
  { position: entry, form }: ExpectedEntry,
  next: ExpectedEntry | undefined,
  [foundEntry, nextFound]: readonly CopyEntry[],
): CopyDifference {
  const isNext = foundEntry !== undefined && next !== undefined && isEqual(next.form, foundEntry.form)
  const isLater = nextFound !== undefined && isEqual(form, nextFound.form)
  const expected = briefly(form)
  if (isNext && isLater) {
    const detail = `out of order, after the next entry: ${describeType(form)}`
    return difference(entry, 'moved', detail, { expected })
  }
  if (foundEntry === undefined || isNext) {
    return difference(entry, 'missing', `missing: ${describeType(form)}`, { expected })
  }
  if (isLater) return addedEntry(foundEntry, entry)
  const [path = '', ...more] = differingMembers(form, foundEntry.form)
  const isGenerated = path === '' && more.length === 0
  const detail = isGenerated
    ? 'the entry there was generated, not sent'
    : `differs in ${[path, ...more].join(', ')}`
  const quotes = excerpts(form.get(path), foundEntry.form.get(path))
  return difference(entry, 'another', detail, { path, ...quotes })
}

function briefly(form: EntryForm): string {
  return excerpts(formText(form), undefined).expected ?? ''
}

/** The type of an entry, for people: an entry may have any shape. */
function describeType(form: EntryForm): string {
  return entryType(form) ?? 'an entry without a type'
}
