import type { DependencyReader } from '../format.ts'
import { EntryScope } from '../pages/entry-scope.ts'
import type { ReferredFile } from '../pages/referred-files.ts'
import { html, type Markup } from './markup.ts'

/** Where the files of entries are: returns the address of a file, by the entry and its number in it, from 0. */
export type FileAddress = (file: ReferredFile, position: number, number: number) => string

/** A source that a text cites. */
export interface Citation {
  /** The place of the source in the list of the entry, from 1. */
  readonly number: number
  /** The reference in the text. */
  readonly mark: Markup
  readonly source: Markup
}

/** Numbers the sources of an entry, and knows where its files are. */
export class SourceScope extends EntryScope {
  readonly #addressOf: FileAddress

  constructor(position: number, archived: DependencyReader, addressOf: FileAddress) {
    super(position, archived)
    this.#addressOf = addressOf
  }

  /** Returns the address of the next file. */
  fileAddress(file: ReferredFile): string {
    return this.#addressOf(file, this.position, this.nextFile())
  }

  cite(source: Markup): Citation {
    const number = this.numberOf(source.toString())
    const mark = html`<sup><a href="#source-${this.position}-${number}">[${number}]</a></sup>`
    return { number, mark, source }
  }
}
