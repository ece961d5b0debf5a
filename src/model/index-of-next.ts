/** Returns where a global pattern matches next from a position on, or the end of the text. */
export function indexOfNext(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? text.length
}
