import { memberOf, type JsonValue } from './json-value.ts'

/**
 * What is known of a conversation, as YAML that every reader of YAML takes: JSON is YAML, on one line a value, where
 * nothing can end the block.
 */
export function frontMatter(facts: Readonly<Record<string, unknown>>, row: JsonValue): string {
  const metadata = memberOf(row, 'metadata')
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}: ${yaml(JSON.stringify(value))}\n`)
  if (metadata !== undefined) lines.push(`metadata: ${yaml(metadataOf(metadata))}\n`)
  return `---\n${lines.join('')}---\n\n`
}

/**
 * Metadata as a mapping where that says the same; as a text that holds the JSON where YAML would not take it (two values
 * under one key, keys over 1,000 characters, great depth) or would change its digits.
 */
function metadataOf({ text, value }: JsonValue): string {
  const isSame = JSON.stringify(value) === text && !/"(?:[^"\\]|\\.){1000}/.test(text)
  return isSame && !/[[{]{20}/.test(text) ? text : JSON.stringify(text)
}

/** What JSON lets stand in a string and YAML does not, or takes for a line break. */
function yaml(json: string): string {
  return json
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\ufffd')
    .replaceAll(
      /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
}
