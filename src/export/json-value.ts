import { fieldsOf, type Fields } from '../model/entries/fields.ts'

/** Valid JSON from the archive: as stored, as text, and as members. Text and members are made when first needed. */
export class JsonValue {
  /** The text, or its bytes in UTF-8, whichever the archive returned. */
  readonly stored: string | Buffer
  #text: string | undefined
  #fields: Fields | undefined

  /** @param stored must be valid JSON */
  constructor(stored: string | Buffer) {
    this.stored = stored
  }

  get text(): string {
    return (this.#text ??= this.stored.toString())
  }

  /** The members as texts, so that no digit of a number is lost. */
  get fields(): Fields {
    return (this.#fields ??= fieldsOf(this.text))
  }
}
