import { fieldsOf, type Fields } from '../model/entries/fields.ts'
import { isJson } from '../model/json/parse-json.ts'

/** JSON of the archive, known to be valid: as it is stored, as text, and its members, each made when it is first asked for. */
export class JsonValue {
  /** Text, or its bytes in UTF-8: whichever the archive handed out. */
  readonly stored: string | Buffer
  #text: string | undefined
  #fields: Fields | undefined

  /** Takes what is known to be valid. */
  constructor(stored: string | Buffer) {
    this.stored = stored
  }

  /** Takes what may be no JSON: undefined, then. */
  static check(text: string): JsonValue | undefined {
    return isJson(text) ? new JsonValue(text) : undefined
  }

  get text(): string {
    return (this.#text ??= this.stored.toString())
  }

  /** The members, as texts: all that readers need, and no digit is lost. */
  get fields(): Fields {
    return (this.#fields ??= fieldsOf(this.text))
  }
}
