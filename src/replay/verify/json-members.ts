import { fieldsOf, stringMember } from '../../model/entries/fields.ts'

/** The readable value of a member, if any: the content of a string, otherwise the JSON text. */
export function readableMember(text: string, key: string): string[] {
  const value = fieldsOf(text).get(key) ?? 'null'
  return value === 'null' || value === '""' ? [] : [stringMember(text, key) ?? value]
}

/** The type of an entry; message.input by default. */
export function typeIn(text: string): string {
  const given = fieldsOf(text).get('type') ?? 'null'
  return given === 'null' ? 'message.input' : (stringMember(text, 'type') ?? given)
}

/** The role of a message; undefined if the API does not know it. */
export function roleIn(text: string): 'user' | 'assistant' | undefined {
  const type = typeIn(text)
  const given = fieldsOf(text).get('role') ?? 'null'
  if (given === 'null') return type === 'message.output' ? 'assistant' : undefined
  const role = stringMember(text, 'role')
  if (role === 'assistant') return role
  return role === 'user' && type === 'message.input' ? role : undefined
}
