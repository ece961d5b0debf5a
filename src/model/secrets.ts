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
 * Replaces what may be a secret in a body that is not JSON and so has no paths: whatever stands after a key `value`,
 * `token` or `authorization`, up to its end or to where the body was cut off.
 */
export function redactUnparsed(text: string): string {
  let out = ''
  let kept = 0
  for (const { 0: key, index } of text.matchAll(/"(?:value|token|authorization)"\s*:\s*/gi)) {
    const start = index + key.length
    if (start < kept || text.startsWith('null', start)) continue
    out += text.slice(kept, start) + REDACTED
    kept = endOfUnparsed(text, start)
  }
  return out + text.slice(kept)
}

/** Finds the end of a value in a text that may be broken anywhere; in doubt, too much belongs to it. */
function endOfUnparsed(text: string, start: number): number {
  const token = /"|[[{]|[\]}]|,/g
  let depth = 0
  token.lastIndex = start
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const { 0: what, index } = found
    if (what === '"') {
      token.lastIndex = endOfString(text, index)
      if (depth === 0) return token.lastIndex
    } else if (what === '[' || what === '{') depth++
    else if (depth === 0) return index
    else if (what !== ',' && --depth === 0) return index + 1
  }
  return text.length
}

function endOfString(text: string, open: number): number {
  const escapeOrQuote = /\\|"/g
  escapeOrQuote.lastIndex = open + 1
  for (let found = escapeOrQuote.exec(text); found !== null; found = escapeOrQuote.exec(text)) {
    if (found[0] === '"') return found.index + 1
    escapeOrQuote.lastIndex = found.index + 2
  }
  return text.length
}
