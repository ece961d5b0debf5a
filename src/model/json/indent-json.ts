import { COLON, COMMA, endOfToken, isClosing, isOpening, skipSpace } from './json-scanner.ts'

/** Values nested deeper than this stay on one line, so that the indentation does not outgrow the text. */
const DEEPEST_INDENT = 12

const PIECE = 64 * 1024

/** Indents a JSON text for people, and yields it in pieces. Only the white space between tokens changes. */
export function* indented(text: string): Generator<string, void, undefined> {
  let depth = 0
  let out = ''
  const line = () => (depth > DEEPEST_INDENT ? '' : `\n${'  '.repeat(depth)}`)
  let i = skipSpace(text, 0)
  while (i < text.length) {
    const code = text.charCodeAt(i)
    let end = endOfToken(text, i)
    let token = text.slice(i, end)
    if (isOpening(code)) {
      depth++
      const close = skipSpace(text, end)
      if (isClosing(text.charCodeAt(close))) {
        depth--
        end = close + 1
        token += text.charAt(close)
      } else token += line()
    } else if (isClosing(code)) {
      const isFlat = line() === ''
      depth--
      token = (isFlat ? '' : line()) + token
    } else if (code === COMMA) token += line() || ' '
    else if (code === COLON) token += ' '
    // Yield a long token by itself: joining it to others would copy it.
    if (token.length >= PIECE && out !== '') {
      yield out
      out = ''
    }
    out += token
    i = skipSpace(text, end)
    if (out.length >= PIECE || i === text.length) {
      yield out
      out = ''
    }
  }
}
