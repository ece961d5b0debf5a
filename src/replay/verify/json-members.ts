import { isObjectText, member, members } from '../../model/json/json-text.ts'

/** A member of an object that is a string. */
export function stringMember(text: string, key: string): string | undefined {
  const value = isObjectText(text) ? member(text, key)?.value : undefined
  return value?.startsWith('"') === true ? (JSON.parse(value) as string) : undefined
}

/** The members of an object by their keys, of two under one key the last. */
export function membersOf(text: string): ReadonlyMap<string, string> {
  return new Map(members(text).map(({ key, value }) => [key, value]))
}

/** What a person reads of a member, if anything: the letters of a string, or anything else token for token. */
export function readableMember(text: string, key: string): string[] {
  const value = membersOf(text).get(key) ?? 'null'
  return value === 'null' || value === '""' ? [] : [stringMember(text, key) ?? value]
}

/** The type of an entry; one without is a message.input. */
export function typeIn(text: string): string {
  const given = membersOf(text).get('type') ?? 'null'
  return given === 'null' ? 'message.input' : (stringMember(text, 'type') ?? given)
}

/** Who speaks in a message; undefined where the API knows no such role. */
export function roleIn(text: string): 'user' | 'assistant' | undefined {
  const type = typeIn(text)
  const given = membersOf(text).get('role') ?? 'null'
  if (given === 'null') return type === 'message.output' ? 'assistant' : undefined
  const role = stringMember(text, 'role')
  if (role === 'assistant') return role
  return role === 'user' && type === 'message.input' ? role : undefined
}
