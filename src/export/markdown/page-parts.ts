import type { Dependencies } from '../../archive/content/dependencies.ts'

/** What a page is made of: text, and files that stand beside it. */
export type PagePart = string | Attachment

/** A file beside the page, by its path as the page's links have it. */
export interface Attachment {
  readonly path: string
  /** To be read to the end before the next part is asked for, which tells their number. */
  bytes(): Iterable<Uint8Array>
}

export type DependencyReader = Pick<Dependencies, 'read'>

/** An entry on its page: numbers the sources it cites and the files it brings, so that their names stay the same. */
export class EntryScope {
  readonly position: number
  readonly archived: DependencyReader
  readonly #folder: string
  readonly #notes = new Map<string, number>()
  #files = 0

  /** @param folder where the page's files are, beside it */
  constructor(position: number, folder: string, archived: DependencyReader) {
    this.position = position
    this.archived = archived
    this.#folder = folder
  }

  /** A reference to a footnote of this text, the same for the same text. */
  cite(note: string): string {
    const number = this.#notes.get(note) ?? this.#notes.size + 1
    this.#notes.set(note, number)
    return this.#label(number)
  }

  /**
   * The footnotes, to stand behind the entry. Their texts begin with two words that are no link, so that readers which
   * do not know footnotes take none for a definition of a link.
   */
  *notes(): Generator<string> {
    for (const [note, number] of this.#notes) yield `${this.#label(number)}: ${note}\n`
    if (this.#notes.size > 0) yield '\n'
  }

  /** The path of the next file, from a name that is safe already. */
  filePath(name: string): string {
    return `${this.#folder}/${this.position}-${this.#files++}-${name}`
  }

  #label(note: number): string {
    return `[^${this.position}-${note}]`
  }
}
