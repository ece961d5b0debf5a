import { HansardError } from '../../errors.ts'
import { wordsOf } from './tokenizer.ts'

/** One condition of a query: these words in a row. */
export interface Clause {
  readonly words: readonly string[]
  /** Of the last word only the beginning is given. */
  readonly isPrefix: boolean
}

/** What to look for: conversations that hold all of `wanted`, and nothing of `unwanted`. */
export interface SearchQuery {
  readonly wanted: readonly Clause[]
  readonly unwanted: readonly Clause[]
}

/** More than a person types; SQLite would refuse thousands in its own words. */
const MAX_CLAUSES = 50
const MAX_WORDS = 500

/**
 * Reads what a person typed: words, "words in a row", begin*, -without. Anything is a query that has a word in it, for
 * what is no word means nothing; a word with punctuation inside (max_tokens, don’t) is words in a row.
 *
 * @throws HansardError `usage` where there is no word to look for, or more than anybody could mean
 */
export function parseQuery(text: string): SearchQuery {
  const clauses = [...text.matchAll(CLAUSE)].map(clauseOf).filter(({ words }) => words.length > 0)
  const unique = [...new Map(clauses.map((clause) => [JSON.stringify(clause), clause])).values()]
  const wanted = unique.filter(({ isUnwanted }) => !isUnwanted)
  if (wanted.length === 0) throw noWords(text, clauses.length > 0)
  const words = clauses.reduce((sum, clause) => sum + clause.words.length, 0)
  if (unique.length > MAX_CLAUSES || words > MAX_WORDS) throw tooMany()
  return { wanted: wanted.map(plain), unwanted: unique.filter(({ isUnwanted }) => isUnwanted).map(plain) }
}

/** Puts a condition into the language of FTS5. Words hold no ASCII but letters and digits, so nothing needs escaping. */
export function toFtsQuery({ words, isPrefix }: Clause): string {
  return `"${words.join(' ')}"${isPrefix ? '*' : ''}`
}

/** A minus, quoted text (to the end where the closing quote is missing) or anything up to a space, a star. */
const CLAUSE = /(?<minus>-?)(?:["“”„](?<quoted>[^"“”„]*)(?:["“”„]|$)(?<star>\*?)|(?<plain>[^\s"“”„]+))/gu

type ParsedClause = Clause & { readonly isUnwanted: boolean }

function clauseOf({ groups = {} }: RegExpExecArray): ParsedClause {
  const { minus, quoted, star, plain = '' } = groups
  return {
    words: wordsOf(quoted ?? plain),
    isPrefix: star === '*' || (quoted ?? plain).endsWith('*'),
    isUnwanted: minus === '-',
  }
}

function plain({ words, isPrefix }: ParsedClause): Clause {
  return { words, isPrefix }
}

function noWords(text: string, isOnlyUnwanted: boolean): HansardError {
  const what = JSON.stringify(text)
  return isOnlyUnwanted
    ? new HansardError('usage', `${what} says only what is not looked for`, {
        hint: 'Add a word that is: river -delta.',
      })
    : new HansardError('usage', `There is no word in ${what} to look for`, {
        hint: 'Write words, "words in a row", or the beginning of one: riv*.',
      })
}

function tooMany(): HansardError {
  return new HansardError('usage', 'The text to look for is too long', {
    hint: `Give at most ${MAX_CLAUSES} words, or a few of them "in a row".`,
  })
}
