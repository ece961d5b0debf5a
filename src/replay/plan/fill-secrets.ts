import { HansardError } from '../../errors.ts'
import { stringMember } from '../../model/entries/fields.ts'
import { replaceAt } from '../../model/json/json-text.ts'
import { KEY_MARKER, MARKER } from '../../model/secrets/secret-names.ts'
import type { PlannedConversation } from './plan.ts'

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
    const variable = stringMember(place, 'environment')
    if (variable === undefined) return undefined
    return JSON.stringify(requireSecret(variable, secretOf, 'a connector'))
  })
}

/** @throws HansardError `usage` if the secret of a connector is missing */
export function refuseMissingSecrets({ id, state, secrets }: PlannedConversation, secretOf: SecretOf): void {
  if (state === 'blocked') return
  for (const variable of secrets) requireSecret(variable, secretOf, `a connector of ${id}`)
}

function requireSecret(variable: string, secretOf: SecretOf, user: string): string {
  const secret = secretOf(variable) ?? ''
  if (secret !== '') return secret
  throw new HansardError(
    'usage',
    `The environment variable ${variable} is not set; ${user} needs its secret`,
    {
      hint: `Set ${variable}, or make the plan again with another --connector-auth.`,
    },
  )
}

/** Returns whether a body contains a marker that replaced a secret. Such a body must never be sent. */
export function holdsRedaction(body: string): boolean {
  return body.includes(MARKER) || body.includes(KEY_MARKER)
}
