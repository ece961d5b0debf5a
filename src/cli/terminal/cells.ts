import stringWidth from 'string-width'

/** How a tab is shown. */
export const TAB = ' '.repeat(4)

/** The codes that color text. */
export const STYLE = /\u001b\[\d+m/g

/**
 * Returns how many terminal cells a text takes at most. Terminals disagree about characters that are joined of several:
 * some show a family as one emoji of two cells, others as four. So this counts each code point by itself.
 */
export function cellsOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let cells = 0
  for (const character of text.replaceAll(STYLE, '')) cells += cellsOfCharacter(character)
  return cells
}

const PRINTABLE_ASCII = /^[ -~]*$/
const VARIATION_16 = '\ufe0f'

const known = new Map<string, number>()
const MOST_KNOWN = 20_000

/** The variation selector makes an emoji of the narrow character before it. */
function cellsOfCharacter(character: string): number {
  if (character === '\t') return TAB.length
  if (character === VARIATION_16) return 1
  const found = known.get(character)
  if (found !== undefined) return found
  const cells = stringWidth(character)
  if (known.size < MOST_KNOWN) known.set(character, cells)
  return cells
}
