import stringWidth from 'string-width'

/**
 * Makes text from elsewhere safe to show: what would steer the terminal (escape sequences, carriage returns) or turn
 * the direction of the text around it becomes visible instead. Line feeds and tabs stay.
 */
export function defuse(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(STEERING, (character) => CONTROL_PICTURES[character] ?? `\\u${hex(character)}`)
}

/**
 * The same for JSON, which stays the same JSON: such a character can only stand in a string, and has an escape there.
 * A carriage return can only stand between tokens, where a line feed means the same. The line separators of Unicode,
 * at which some readers break a line, are escaped too. The ends of lines of CSV stay.
 */
export function defuseJson(json: string): string {
  return json.replaceAll(STEERING_JSON, (character) => (character === '\r' ? '\n' : `\\u${hex(character)}`))
}

/** The same for a text that must stay on one line. */
export function defuseLine(text: string): string {
  return defuse(text).replaceAll(/[\n\t\u2028\u2029]+/g, ' ')
}

/** Cuts a line to a number of cells, with an ellipsis where something was cut. */
export function fit(line: string, cells: number): string {
  if (cells === Infinity) return line
  // Nobody's line of so few cells has more, and to measure megabytes takes seconds.
  const looked = line.slice(0, 50 * cells)
  if (looked === line && stringWidth(line) <= cells) return line
  let fitted = ''
  let width = 0
  for (const { segment } of new Intl.Segmenter().segment(looked)) {
    width += stringWidth(segment)
    if (width > cells - 1) break
    fitted += segment
  }
  return `${fitted}…`
}

/** Fills a line up to a number of cells. */
export function pad(line: string, cells: number): string {
  return line + ' '.repeat(Math.max(0, cells - stringWidth(line)))
}

const STEERING =
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const STEERING_JSON = new RegExp(`${STEERING.source}|[\u2028\u2029]`, 'g')

const CONTROL_PICTURES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 32 }, (_, code) => [String.fromCharCode(code), String.fromCodePoint(0x2400 + code)]),
)

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}
