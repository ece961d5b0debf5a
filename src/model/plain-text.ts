import { entryText, type TextStyle } from './entries/entry-text.ts'
import { entryView } from './entries/entry-view.ts'

/** What an entry says, as plain text for a cell of a table; its JSON, as it came, where its type is unknown. */
export function plainText(json: string): string {
  return entryText(entryView(json), plain)
}

const plain: TextStyle = {
  text: (text) => text,
  label: (label) => `\n[${label}]\n`,
  citation: (label) => ` [${label}]`,
  thought: (text) => `(thinking) ${text}\n`,
  json: (json) => json,
}
