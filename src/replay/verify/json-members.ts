import { displayText, fieldsOf, stringMember } from '../../model/entries/fields.ts'

/** The readable values of these members, as far as they exist: the content of a string, otherwise the JSON text. */
export function readableMembers(text: string, ...keys: readonly string[]): string[] {
  const fields = fieldsOf(text)
  return keys.flatMap((key) => displayText(fields.get(key)) ?? [])
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
