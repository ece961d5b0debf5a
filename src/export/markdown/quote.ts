import { hazardsIn, isSafeInTables, type Patch } from './hazards.ts'

/** In characters. What is longer was pasted rather than written, and a parser would need a hundred times its size. */
const LONGEST = 64 * 1024

/** Where something is cited. Text that was cleaned holds no such character; to the parser it is a letter. */
export const CITED = '\0'

/** One line that can hold no HTML, link, note, address or heading needs no parser to say so. */
const HARMLESS = /^(?!.*(?:\/\/|www\.|xmpp:|mailto:))[^<[#\n]+$/i

/** Each uncovers what the one before had hidden; text that people write needs two. */
const MOST_ROUNDS = 8

/**
 * Markdown that somebody wrote, as a quotation that reads as they meant it and ends where it ends: a quotation closes
 * whatever was left open inside, in every reader. What could reach beyond it is defused. Undefined where that can't be
 * had, so that it has to be shown as plain text.
 */
export function quotation(text: string): string | undefined {
  if (text.length > LONGEST) return undefined
  if (HARMLESS.test(text)) return `> ${text}`
  let lines = text.split('\n').map((line) => (line === '' ? '>' : `> ${line}`))
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const patches = hazardsIn(lines.join('\n').replaceAll(CITED, '\ufffd'), round === 0)
    if (patches === undefined) return undefined
    if (patches.length === 0) return settled(lines.join('\n'))
    // A patch can end a line.
    lines = patched(lines, patches).join('\n').split('\n')
  }
  return undefined
}

function settled(quoted: string): string | undefined {
  return quoted.includes('|') && !isSafeInTables(quoted) ? undefined : quoted
}

function patched(lines: readonly string[], patches: readonly Patch[]): string[] {
  const ofLines: Patch[][] = []
  for (const patch of patches) (ofLines[patch.line] ??= []).push(patch)
  return lines.map((text, line) => patchedLine(text, ofLines[line] ?? []))
}

function patchedLine(text: string, patches: readonly Patch[]): string {
  let out = ''
  let kept = 0
  for (const { column, remove, insert } of patches.toSorted((a, b) => a.column - b.column)) {
    out += text.slice(kept, column) + insert
    kept = column + remove
  }
  return out + text.slice(kept)
}
