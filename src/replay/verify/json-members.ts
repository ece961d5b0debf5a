import { isObjectText, member, members } from '../../model/json/json-text.ts'

/** A string member of an object. */
export function stringMember(text: string, key: string): string | undefined {
  const value = isObjectText(text) ? member(text, key)?.value : undefined
  return value?.startsWith('"') === true ? (JSON.parse(value) as string) : undefined
}

/** The members of an object by key; of two with one key the last counts. */
export function membersOf(text: string): ReadonlyMap<string, string> {
  return new Map(members(text).map(({ key, value }) => [key, value]))
}

/** The readable value of a member, if any: the content of a string, otherwise the JSON text. */
export function readableMember(text: string, key: string): string[] {
  const value = membersOf(text).get(key) ?? 'null'
  return value === 'null' || value === '""' ? [] : [stringMember(text, key) ?? value]
}

/** The type of an entry; message.input by default. */
export function typeIn(text: string): string {
  const given = membersOf(text).get('type') ?? 'null'
  return given === 'null' ? 'message.input' : (stringMember(text, 'type') ?? given)
}

/** The role of a message; undefined if the API does not know it. */
export function roleIn(text: string): 'user' | 'assistant' | undefined {
  const type = typeIn(text)
  const given = membersOf(text).get('role') ?? 'null'
  if (given === 'null') return type === 'message.output' ? 'assistant' : undefined
  const role = stringMember(text, 'role')
  if (role === 'assistant') return role
  return role === 'user' && type === 'message.input' ? role : undefined
}
