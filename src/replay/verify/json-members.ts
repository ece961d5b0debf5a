import { fieldsOf, stringMember } from '../../model/entries/fields.ts'

/** What a person reads of a member, if anything: the letters of a string, or anything else token for token. */
export function wordsAt(text: string, key: string): string[] {
  const value = fieldsOf(text).get(key) ?? 'null'
  return value === 'null' || value === '""' ? [] : [stringMember(text, key) ?? value]
}

/** The type of an entry; one without is a message.input. */
export function typeIn(text: string): string {
  const given = fieldsOf(text).get('type') ?? 'null'
  return given === 'null' ? 'message.input' : (stringMember(text, 'type') ?? given)
}

/** Who speaks in a message; undefined where the API knows no such role. */
export function roleIn(text: string): 'user' | 'assistant' | undefined {
  const type = typeIn(text)
  const given = fieldsOf(text).get('role') ?? 'null'
  if (given === 'null') return type === 'message.output' ? 'assistant' : undefined
  const role = stringMember(text, 'role')
  if (role === 'assistant') return role
  return role === 'user' && type === 'message.input' ? role : undefined
}
