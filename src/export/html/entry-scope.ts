import type { DependencyReader } from '../format.ts'
import type { ReferredFile } from '../pages/referred-files.ts'
import { html, type Markup } from './markup.ts'

/** Where the files of entries are: returns the address of a file, by the entry and its number in it, from 0. */
export type FileAddress = (file: ReferredFile, position: number, number: number) => string

/** Numbers the sources and files of an entry, so that they are the same on every page. */
export class EntryScope {
  readonly position: number
  readonly archived: DependencyReader
  readonly #addressOf: FileAddress
  readonly #sources: Markup[] = []
  #files = 0

  constructor(position: number, archived: DependencyReader, addressOf: FileAddress) {
    this.position = position
    this.archived = archived
    this.#addressOf = addressOf
  }

  /** Returns the address of the next file. */
  fileAddress(file: ReferredFile): string {
    return this.#addressOf(file, this.position, this.#files++)
  }

  /** Returns a reference to a source; equal sources share one number. */
  cite(source: Markup): Markup {
    const known = this.#sources.findIndex((each) => String(each) === String(source))
    const number = known === -1 ? this.#sources.push(source) : known + 1
    return html`<sup><a href="#source-${this.position}-${number}">[${number}]</a></sup>`
  }

  /** Returns the list of all sources that were cited since the last call. */
  takeSources(): Markup | undefined {
    const sources = this.#sources.splice(0)
    if (sources.length === 0) return undefined
    const items = sources.map((each, i) => html`<li id="source-${this.position}-${i + 1}">${each}</li>`)
    return html`<ol class="sources">
      ${items}
    </ol>
`
  }
}
