import { stringMember } from '../../model/entries/fields.ts'
import { entryForm, type EntryForm } from './entry-form.ts'
import { treeOf } from './json-tree.ts'

/** An entry of the copy. */
export interface CopyEntry {
  readonly id: string | undefined
  readonly form: EntryForm
}

/** Reads the entries of a copy. */
export function foundEntries(texts: readonly string[]): CopyEntry[] {
  return texts.map((text) => ({ id: stringMember(text, 'id'), form: entryForm(treeOf(text)) }))
}
