import { HansardError } from '../../errors.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { isObjectText, member, replaceAt } from '../../model/json/json-text.ts'
import { KEY_MARKER, MARKER } from '../../model/secrets/secret-names.ts'

/** Returns the secret in an environment variable, or undefined if it is not set. */
export type SecretOf = (variable: string) => string | undefined

/**
 * Puts the secrets of connectors into a body right before it is sent. The plan holds the names of environment
 * variables, never a secret.
 *
 * @throws HansardError `usage` if a variable is not set
 */
export function fillSecrets(body: string, secretOf: SecretOf): string {
  return replaceAt(body, ['tools', '*', 'authorization', 'value'], (place) => {
    const variable = isObjectText(place) ? stringIn(member(place, 'environment')?.value) : null
    if (variable === null) return undefined
    const secret = secretOf(variable)
    if (secret !== undefined && secret !== '') return JSON.stringify(secret)
    throw new HansardError(
      'usage',
      `The environment variable ${variable} is not set; a connector needs its secret`,
      {
        hint: `Set ${variable}, or make the plan again with another --connector-auth.`,
      },
    )
  })
}

/** Returns whether a body contains a marker that replaced a secret. Such a body must never be sent. */
export function holdsRedaction(body: string): boolean {
  return body.includes(MARKER) || body.includes(KEY_MARKER)
}
