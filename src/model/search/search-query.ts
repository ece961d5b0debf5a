import { HansardError } from '../../errors.ts'
import { wordsOf } from './tokenizer.ts'

/** One condition of a query: these words in a row. */
export interface Clause {
  readonly words: readonly string[]
  /** The last word may be only the beginning of a word. */
  readonly isPrefix: boolean
}

/** Finds conversations that contain all of `wanted` and none of `unwanted`. */
export interface SearchQuery {
  readonly wanted: readonly Clause[]
  readonly unwanted: readonly Clause[]
}

/** More than anybody types. SQLite would refuse thousands with a message that nobody understands. */
const MAX_CLAUSES = 50
const MAX_WORDS = 500

/**
 * Parses a query that a person typed: words, "words in a row", begin*, -without. Any text that contains a word is a valid
 * query. A word with punctuation inside (max_tokens, don’t) is words in a row.
 *
 * @throws HansardError `usage` if there is no word to search for, or there are too many
 */
export function parseQuery(text: string): SearchQuery {
  const clauses = [...text.matchAll(CLAUSE)].map(parseClause).filter(({ words }) => words.length > 0)
  const unique = [...new Map(clauses.map((clause) => [JSON.stringify(clause), clause])).values()]
  const wanted = unique.filter(({ isUnwanted }) => !isUnwanted)
  if (wanted.length === 0) throw noWords(text, clauses.length > 0)
  const words = clauses.reduce((sum, clause) => sum + clause.words.length, 0)
  if (unique.length > MAX_CLAUSES || words > MAX_WORDS) throw tooMany()
  return { wanted: wanted.map(plain), unwanted: unique.filter(({ isUnwanted }) => isUnwanted).map(plain) }
}

/** Converts a condition to FTS5's syntax. The only ASCII in words is letters and digits, so nothing needs escaping. */
export function toFtsQuery({ words, isPrefix }: Clause): string {
  return `"${words.join(' ')}"${isPrefix ? '*' : ''}`
}

/** An optional minus, then quoted text (to the end if the closing quote is missing) or text up to a space, then a star. */
const CLAUSE = /(?<minus>-?)(?:["“”„](?<quoted>[^"“”„]*)(?:["“”„]|$)(?<star>\*?)|(?<plain>[^\s"“”„]+))/gu

type ParsedClause = Clause & { readonly isUnwanted: boolean }

function parseClause({ groups = {} }: RegExpExecArray): ParsedClause {
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
  const quoted = JSON.stringify(text)
  return isOnlyUnwanted
    ? new HansardError('usage', `The query ${quoted} only excludes words`, {
        hint: 'Add a word to search for: river -delta.',
      })
    : new HansardError('usage', `The query ${quoted} contains no word`, {
        hint: 'Use words, "words in a row", or the beginning of a word: riv*.',
      })
}

function tooMany(): HansardError {
  return new HansardError('usage', 'The query is too long', {
    hint: `Use at most ${MAX_CLAUSES} words, or fewer "words in a row".`,
  })
}
