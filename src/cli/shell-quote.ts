/** Quotes a word for sh, bash and zsh if it needs quotes. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) && !word.startsWith('~')
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
