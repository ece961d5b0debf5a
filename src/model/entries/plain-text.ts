import { entryText, type TextStyle } from './entry-text.ts'
import { entryView } from './entry-view.ts'
import type { Fields } from './fields.ts'

/** Formats the content of an entry as plain text for a table cell. An entry of an unknown type becomes its JSON. */
export function plainText(json: string, fields?: Fields): string {
  return entryText(entryView(json, fields), plain)
}

const plain: TextStyle = {
  text: (text) => text,
  label: (label) => `\n[${label}]\n`,
  citation: (label) => ` [${label}]`,
  reference: (ids) => ` [${ids}]`,
  thought: (text) => `(thinking) ${text}\n`,
  json: (json) => json,
}
