import type { Fields } from '../../model/entries/fields.ts'

/**
 * What is known of a conversation, as YAML that every reader of YAML takes: JSON is YAML, on one line a value, where
 * nothing can end the block.
 *
 * @param facts values as JSON, in their order
 */
export function frontMatter(facts: readonly (readonly [string, string | undefined])[], row: Fields): string {
  const lines = [...facts, ['metadata', row.get('metadata')] as const].flatMap(([key, json]) =>
    json === undefined || json === 'null' ? [] : `${key}: ${escapeMarkup(escapeForYaml(yamlValue(json)))}\n`,
  )
  return `---\n${lines.join('')}---\n\n`
}

/**
 * A value as it is where YAML says the same; as a text that holds its JSON where YAML would not take it (two values under
 * one key, keys over 1,000 characters, great depth) or would change its digits.
 */
function yamlValue(json: string): string {
  const isPlain = json.startsWith('"') || !(isDeep(json) || /"(?:[^"\\]|\\.){1000}/.test(json))
  return isPlain && (json.startsWith('"') || JSON.stringify(JSON.parse(json)) === json)
    ? json
    : JSON.stringify(json)
}

/** Without its strings, JSON is as deep as it has open brackets; no recursion, as depth is the sender's choice. */
function isDeep(json: string): boolean {
  let depth = 0
  for (const [bracket] of json.matchAll(/[[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*"/g)) {
    if (bracket === '[' || bracket === '{') depth++
    else if (bracket === ']' || bracket === '}') depth--
    if (depth > 20) return true
  }
  return false
}

/** What JSON lets stand in a string and YAML does not, or takes for a line break. */
function escapeForYaml(json: string): string {
  return json
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\ufffd')
    .replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, unicodeEscape)
}

/**
 * A reader of Markdown that knows no front matter takes it for text: in strings, what begins HTML, a link, an image, code
 * or a note is written with an escape, which is the same YAML.
 */
function escapeMarkup(json: string): string {
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, (text) => text.replaceAll(MARKUP_START, unicodeEscape))
}

const MARKUP_START = /[<>[\]!`^|]|&(?=#?\w+;)|(?<=(?<!https?:)\/)\/|(?<=xmpp):/gi

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
