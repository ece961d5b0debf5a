import type { DependencyReader } from '../format.ts'
import { EntryScope } from '../pages/entry-scope.ts'

/** A part of a page: text, or a file beside the page. */
export type PagePart = string | Attachment

/** A file beside the page. */
export interface Attachment {
  /** The path relative to the page, as its links have it. */
  readonly path: string
  /** Read these to the end before asking for the next part, which needs their number. */
  bytes(): Iterable<Uint8Array>
}

/** Numbers the footnotes and files of an entry. */
export class FootnoteScope extends EntryScope {
  readonly #folder: string

  /** @param folder the folder of the page's files, relative to the page */
  constructor(position: number, folder: string, archived: DependencyReader) {
    super(position, archived)
    this.#folder = folder
  }

  /** Returns a reference to a footnote with this text; equal texts share one footnote. */
  footnote(text: string): string {
    return this.#label(this.numberOf(text))
  }

  /**
   * Yields the footnotes, for the end of the entry. Their texts begin with two words that are not a link, so that readers
   * without footnotes do not read one as the definition of a link.
   */
  *footnotes(): Generator<string> {
    for (const [note, number] of this.notes) yield `${this.#label(number)}: ${note}\n`
    if (this.notes.size > 0) yield '\n'
  }

  /** Returns the path of the next file. The name must be safe. */
  filePath(name: string): string {
    return `${this.#folder}/${this.position}-${this.nextFile()}-${name}`
  }

  #label(note: number): string {
    return `[^${this.position}-${note}]`
  }
}
