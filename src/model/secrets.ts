import { isObjectText, replaceAt } from './json-text.ts'

/** Stands in the archive where a connector's secret stood. */
export const REDACTED = '"[redacted by hansard]"'

/**
 * Replaces connector secrets in the text of a conversation or an agent: `$.tools[*].authorization.value`, under every
 * duplicate key. An authorization that is not an object has an unknown shape and is replaced as a whole.
 */
export function redactSecrets(text: string): string {
  return replaceAt(text, ['tools', '*', 'authorization'], (authorization) => {
    if (isObjectText(authorization)) return replaceAt(authorization, ['value'], redact)
    return redact(authorization)
  })
}

function redact(value: string): string | undefined {
  return value === 'null' ? undefined : REDACTED
}

/**
 * Replaces what may be a secret in a body that is not JSON and so has no paths: every string after a key `value`, the
 * keys that may hold a token, and the rest of a string that was cut off there.
 */
export function redactUnparsed(text: string): string {
  return text.replaceAll(/("(?:value|token|authorization)"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|$)/gs, `$1${REDACTED}`)
}
