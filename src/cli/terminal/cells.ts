import { isPlain, STYLE, textWidth } from './text-width.ts'

/** How a tab is shown. */
export const TAB = ' '.repeat(4)

/**
 * Returns how many terminal cells a text takes at most. Terminals disagree about characters that are joined of several:
 * some show a family as one emoji of two cells, others as four. So this counts each code point by itself.
 */
export function cellsOf(text: string): number {
  if (isPlain(text)) return text.length
  let cells = 0
  for (const character of text.replaceAll(STYLE, '')) cells += cellsOfCharacter(character)
  return cells
}

const VARIATION_16 = '\ufe0f'

const known = new Map<string, number>()
const MOST_KNOWN = 20_000

/** The variation selector makes an emoji of the narrow character before it. */
function cellsOfCharacter(character: string): number {
  if (character === '\t') return TAB.length
  if (character === VARIATION_16) return 1
  const found = known.get(character)
  if (found !== undefined) return found
  const cells = textWidth(character)
  if (known.size < MOST_KNOWN) known.set(character, cells)
  return cells
}
