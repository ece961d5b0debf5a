import type { Search } from '../../archive/content/search.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { plural } from '../../model/plural.ts'
import { parseQuery, type Clause } from '../../model/search/search-query.ts'

/** Says what would find something when a search found nothing. */
export function noMatchHints(search: Search, text: string, selection: Selection): string[] {
  const { wanted, unwanted } = parseQuery(text)
  const counted = (query: string, what: string, chosen: Selection) => {
    const count = search.count(query, chosen)
    return count === 0 ? [] : [`hint: ${what} finds ${plural(count, 'conversation')}.`]
  }
  const longer = wanted.map((clause) => formatClause({ ...clause, isPrefix: true })).join(' ')
  const excluded = unwanted.map((clause) => ` -${formatClause(clause)}`).join('')
  const hints = [
    ...counted(longer + excluded, longer + excluded, selection),
    ...(selection.includeGone ? [] : counted(text, '--include-gone', { ...selection, includeGone: true })),
    ...(isNarrow(selection) ? counted(text, 'The whole archive', {}) : []),
    ...(wanted.length > 1 ? wanted.flatMap((clause) => rareHint(search, clause)) : []),
  ]
  return hints.length > 0 ? hints : ['hint: Only whole words match; riv* also finds river and rivers.']
}

/** Names a word that is nowhere in the archive. */
function rareHint(search: Search, clause: Clause): string[] {
  const word = formatClause(clause)
  return search.count(word, { includeGone: true }) === 0 ? [`hint: ${word} is in no conversation.`] : []
}

/** Formats a condition as a person types it. Where characters are words, they are written without spaces. */
function formatClause({ words, isPrefix }: Clause): string {
  const isUnspaced = words.every((word) => /^[^ -~]$/u.test(word))
  const text = words.length === 1 || isUnspaced ? words.join('') : `"${words.join(' ')}"`
  return isPrefix ? `${text}*` : text
}

function isNarrow(selection: Selection): boolean {
  const given = Object.entries(selection).filter(([, value]) => value !== undefined)
  return given.some(([name]) => name !== 'limit' && name !== 'includeGone')
}
