import { HansardError } from '../../errors.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { isObjectText, member, replaceAt } from '../../model/json/json-text.ts'
import { KEY_MARKER, MARKER } from '../../model/secrets/secret-names.ts'

/**
 * Puts the secrets of connectors into a body, at the last moment before it is sent. The plan names the environment
 * variables that hold them; it never holds a secret itself.
 *
 * @throws HansardError `usage` where a variable is not set
 */
export function fillSecrets(body: string, secretOf: (variable: string) => string | undefined): string {
  return replaceAt(body, ['tools', '*', 'authorization', 'value'], (place) => {
    const variable = isObjectText(place) ? stringIn(member(place, 'environment')?.value) : null
    if (variable === null) return undefined
    const secret = secretOf(variable)
    if (secret !== undefined && secret !== '') return JSON.stringify(secret)
    throw new HansardError('usage', `The variable ${variable} is not set, and a connector needs its secret`, {
      hint: `Set ${variable}, or plan again with another --connector-auth.`,
    })
  })
}

/** Tells whether something stands in a body that hansard put in the place of a secret. It must never be sent. */
export function holdsRedaction(body: string): boolean {
  return body.includes(MARKER) || body.includes(KEY_MARKER)
}
