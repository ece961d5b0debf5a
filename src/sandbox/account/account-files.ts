import { stringMember } from '../../model/entries/fields.ts'
import { member } from '../../model/json/json-text.ts'
import type { StoryFile } from './story.ts'

/** The files of an account. */
export class Files {
  readonly #files = new Map<string, StoryFile>()
  readonly #clock: () => Date

  constructor(clock: () => Date) {
    this.#clock = clock
  }

  add(file: StoryFile): void {
    this.#files.set(stringMember(file.metadata, 'id') ?? '', file)
  }

  /** Returns a file that exists and has not expired. */
  get(id: string): StoryFile | undefined {
    const file = this.#files.get(id)
    if (file === undefined) return undefined
    const expires = member(file.metadata, 'expires_at')?.value ?? 'null'
    return expires !== 'null' && Number(expires) * 1000 <= this.#clock().getTime() ? undefined : file
  }
}
