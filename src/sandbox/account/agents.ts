import { stringMember } from '../../model/entries/fields.ts'
import { member, replaceAt } from '../../model/json/json-text.ts'

/** The agents of an account, every version as JSON text. */
export class Agents {
  readonly #versions = new Map<string, Map<string, string>>()

  /** Adds an agent, or another version of one. */
  add(text: string): void {
    const id = stringMember(text, 'id') ?? ''
    const versions = this.#versions.get(id) ?? new Map<string, string>()
    versions.set(member(text, 'version')?.value ?? '0', text)
    this.#versions.set(id, versions)
  }

  /** Returns a version, by default the newest. */
  get(id: string, version?: string): string | undefined {
    return version === undefined ? this.versions(id)[0] : this.#versions.get(id)?.get(version)
  }

  /** All versions, newest first. */
  versions(id: string): string[] {
    const versions = [...(this.#versions.get(id) ?? [])]
    return versions.sort(([a], [b]) => Number(b) - Number(a)).map(([, text]) => text)
  }

  /** Adds a version, and lists it in the `versions` of all versions. */
  addVersion(id: string, text: string): void {
    this.add(text)
    const numbers = JSON.stringify([...(this.#versions.get(id)?.keys() ?? [])].map(Number))
    for (const each of this.versions(id)) this.add(replaceAt(each, ['versions'], () => numbers))
  }
}
