import { findUnsafe, isSafeInTables, type Patch } from './unsafe-markdown.ts'

/** Maximum length in characters. A longer text was pasted, and a parser would need a hundred times its size in memory. */
const MAX_QUOTED = 64 * 1024

/** Marks the place of a footnote reference. Sanitized text does not contain it, and the parser reads it as a letter. */
export const FOOTNOTE_MARK = '\0'

/** A single line that cannot contain HTML, a link, a footnote, a URL or a heading needs no parser. */
const SAFE_LINE = /^(?!.*(?:\/\/|www\.|xmpp:|mailto:))[^<[#\n]+$/i

/** Each round can reveal what the one before hid. Text that people write needs two. */
const MAX_ROUNDS = 8

/**
 * Returns Markdown from a message as a block quote that reads as it was meant. A block quote closes whatever its text
 * left open, in every reader; anything in it that could affect the page is escaped. Returns undefined if that is not
 * possible: show the text as a code block then.
 */
export function blockQuote(text: string): string | undefined {
  if (text.length > MAX_QUOTED) return undefined
  if (SAFE_LINE.test(text)) return `> ${text}`
  let lines = text.split('\n').map((line) => (line === '' ? '>' : `> ${line}`))
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const quoted = lines.join('\n')
    const patches = findUnsafe(quoted.replaceAll(FOOTNOTE_MARK, '\ufffd'), round === 0)
    if (patches === undefined) return undefined
    if (patches.length === 0) return quoted.includes('|') && !isSafeInTables(quoted) ? undefined : quoted
    // A patch can end a line.
    lines = applyPatches(lines, patches).join('\n').split('\n')
  }
  return undefined
}

function applyPatches(lines: readonly string[], patches: readonly Patch[]): string[] {
  const ofLines: Patch[][] = []
  for (const patch of patches) (ofLines[patch.line] ??= []).push(patch)
  return lines.map((text, line) => patchLine(text, ofLines[line] ?? []))
}

function patchLine(text: string, patches: readonly Patch[]): string {
  let out = ''
  let kept = 0
  for (const { column, remove, insert } of patches.toSorted((a, b) => a.column - b.column)) {
    out += text.slice(kept, column) + insert
    kept = column + remove
  }
  return out + text.slice(kept)
}
