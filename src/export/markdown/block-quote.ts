import { findUnsafe, isSafeInTables, type Patch } from './unsafe-markdown.ts'

/** In characters. What is longer was pasted rather than written, and a parser would need a hundred times its size. */
const MAX_QUOTED = 64 * 1024

/** Where something is cited. Text that was cleaned holds no such character; to the parser it is a letter. */
export const FOOTNOTE_MARK = '\0'

/** One line that can hold no HTML, link, note, address or heading needs no parser to say so. */
const SAFE_LINE = /^(?!.*(?:\/\/|www\.|xmpp:|mailto:))[^<[#\n]+$/i

/** Each uncovers what the one before had hidden; text that people write needs two. */
const MAX_ROUNDS = 8

/**
 * Markdown that somebody wrote, as a quotation that reads as they meant it and ends where it ends: a quotation closes
 * whatever was left open inside, in every reader. What could reach beyond it is defused. Undefined where that can't be
 * had, so that it has to be shown as plain text.
 */
export function blockQuote(text: string): string | undefined {
  if (text.length > MAX_QUOTED) return undefined
  if (SAFE_LINE.test(text)) return `> ${text}`
  let lines = text.split('\n').map((line) => (line === '' ? '>' : `> ${line}`))
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const patches = findUnsafe(lines.join('\n').replaceAll(FOOTNOTE_MARK, '\ufffd'), round === 0)
    if (patches === undefined) return undefined
    if (patches.length === 0) return unlessUnsafeInTables(lines.join('\n'))
    // A patch can end a line.
    lines = applyPatches(lines, patches).join('\n').split('\n')
  }
  return undefined
}

function unlessUnsafeInTables(quoted: string): string | undefined {
  return quoted.includes('|') && !isSafeInTables(quoted) ? undefined : quoted
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
