import type { Fields } from '../../model/entries/fields.ts'
import { unicodeEscape } from '../unicode-escape.ts'

/**
 * Returns the facts about a conversation as YAML front matter. Each value is JSON on one line, which is also YAML and
 * cannot end the block.
 *
 * @param facts keys with their values as JSON, in order
 */
export function frontMatter(facts: readonly (readonly [string, string | undefined])[], row: Fields): string {
  const lines = [...facts, ['metadata', row.get('metadata')] as const].flatMap(([key, json]) =>
    json === undefined || json === 'null' ? [] : `${key}: ${escapeMarkup(escapeForYaml(yamlValue(json)))}\n`,
  )
  return `---\n${lines.join('')}---\n\n`
}

/**
 * Returns a JSON value as YAML. A value that YAML readers refuse (duplicate keys, keys over 1,000 characters, great depth)
 * or whose digits they change becomes a string that contains the JSON.
 */
function yamlValue(json: string): string {
  const isPlain = json.startsWith('"') || !(isDeep(json) || /"(?:[^"\\]|\\.){1000}/.test(json))
  return isPlain && (json.startsWith('"') || JSON.stringify(JSON.parse(json)) === json)
    ? json
    : JSON.stringify(json)
}

/** Counts the open brackets outside of strings. A loop, since the sender chooses the depth. */
function isDeep(json: string): boolean {
  let depth = 0
  for (const [bracket] of json.matchAll(/[[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*"/g)) {
    if (bracket === '[' || bracket === '{') depth++
    else if (bracket === ']' || bracket === '}') depth--
    if (depth > 20) return true
  }
  return false
}

/** Escapes the characters that JSON allows in a string, but that YAML refuses or reads as a line break. */
function escapeForYaml(json: string): string {
  return json
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\ufffd')
    .replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, unicodeEscape)
}

/**
 * Escapes what begins HTML, a link, an image, code or a footnote in strings, since a Markdown reader without front matter
 * reads it as text. The escapes do not change the YAML values.
 */
function escapeMarkup(json: string): string {
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, (text) => text.replaceAll(MARKUP_START, unicodeEscape))
}

const MARKUP_START = /[<>[\]!`^|]|&(?=#?\w+;)|(?<=(?<!https?:)\/)\/|(?<=xmpp):/gi
