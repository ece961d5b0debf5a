import type { DependencyReader } from '../format.ts'

/** Numbers the notes and files of an entry, so that they are the same on every page and in every export. */
export class EntryScope {
  readonly position: number
  readonly archived: DependencyReader
  readonly #notes = new Map<string, number>()
  #files = 0

  constructor(position: number, archived: DependencyReader) {
    this.position = position
    this.archived = archived
  }

  /** The number of a note, from 1. Equal notes share one. */
  protected numberOf(note: string): number {
    const number = this.#notes.get(note) ?? this.#notes.size + 1
    this.#notes.set(note, number)
    return number
  }

  /** The notes so far, with their numbers. */
  protected get notes(): ReadonlyMap<string, number> {
    return this.#notes
  }

  /** The number of the next file, from 0. */
  protected nextFile(): number {
    return this.#files++
  }
}
