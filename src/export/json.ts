import { fieldsOf, type Fields } from '../model/entries/fields.ts'
import type { Entry } from '../model/entry.ts'

/** JSON of the archive, known to be valid: as it is stored, as text, and parsed, each made when it is first asked for. */
export class Json {
  /** Text, or its bytes in UTF-8: whichever the archive handed out. */
  readonly stored: string | Buffer
  #text: string | undefined
  #value: Entry | undefined
  #fields: Fields | undefined

  /** Takes what is known to be valid. */
  constructor(stored: string | Buffer) {
    this.stored = stored
  }

  /** Takes what may be no JSON: undefined, then. */
  static check(text: string): Json | undefined {
    const json = new Json(text)
    try {
      json.#value = parse(text)
      return json
    } catch {
      return undefined
    }
  }

  get text(): string {
    return (this.#text ??= this.stored.toString())
  }

  get value(): Entry {
    return (this.#value ??= parse(this.text))
  }

  /** The members, as texts: all that most readers need, and no digit is lost. */
  get fields(): Fields {
    return (this.#fields ??= fieldsOf(this.text))
  }
}

/** What is valid JSON but no object says nothing, and is kept as it is. */
function parse(text: string): Entry {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? (value as Entry) : {}
}
