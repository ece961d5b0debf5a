import { stringMember } from '../../model/entries/fields.ts'
import { entryForm, type EntryForm } from './entry-form.ts'
import { treeOf } from './json-tree.ts'

/** An entry of the target. */
export interface CopyEntry {
  readonly id: string | undefined
  readonly form: EntryForm
}

/** Reads the entries that the target holds. */
export function foundEntries(texts: readonly string[]): CopyEntry[] {
  return texts.map((text) => ({ id: stringMember(text, 'id'), form: entryForm(treeOf(text)) }))
}
