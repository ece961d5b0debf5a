import type { Clause, SearchQuery } from './search-query.ts'
import { locateWords, type Word } from './tokenizer.ts'

/** A short part of a text around the matches of a query. */
export interface Snippet {
  /** On a single line. */
  readonly text: string
  /** The places of the matches in `text`: start and end, in UTF-16 units. */
  readonly marks: readonly (readonly [start: number, end: number])[]
}

/** The number of characters before the first match, and in all. */
const BEFORE = 40
const LENGTH = 160

/** The number of words examined after the first match: the rest of a long text is not read. */
const MAX_WORDS_AFTER = 2000

/** Cuts a snippet out of a text, where the most different matches are close together. */
export function makeSnippet(text: string, { wanted }: SearchQuery): Snippet {
  const matches = findMatches(text, wanted)
  const best = bestMatch(matches)
  const start = best === undefined ? 0 : boundaryBefore(text, best.start - BEFORE)
  const end = Math.max(boundaryBefore(text, start + LENGTH), best?.end ?? 0)
  const inside = matches.filter((match) => match.start >= start && match.end <= end)
  return oneLine(text, start, end, mergeMarks(inside))
}

/** The number of parts of a text that are examined, for words that occur everywhere but never together. */
const MAX_PARTS = 5

interface Match {
  readonly clause: number
  readonly start: number
  readonly end: number
}

function findMatches(text: string, clauses: readonly Clause[]): Match[] {
  const longest = Math.max(...clauses.map(({ words }) => words.length))
  const matches: Match[] = []
  let recent: Word[] = []
  let left = MAX_WORDS_AFTER
  let parts = MAX_PARTS
  const words = clauses.flatMap((clause) => clause.words)
  const isWanted = (part: string) => parts > 0 && words.some((word) => part.includes(word)) && parts-- > 0
  for (const word of locateWords(text, isWanted)) {
    recent = [...recent.slice(1 - longest || recent.length), word]
    for (const [i, clause] of clauses.entries()) {
      const first = recent.at(-clause.words.length)
      if (first !== undefined && endsWith(recent, clause))
        matches.push({ clause: i, start: first.start, end: word.end })
    }
    if (matches.length > 0 && left-- === 0) break
  }
  return matches
}

function endsWith(recent: readonly Word[], { words, isPrefix }: Clause): boolean {
  return words.every((word, i) => {
    const found = recent.at(i - words.length)?.word ?? ''
    return isPrefix && i === words.length - 1 ? found.startsWith(word) : found === word
  })
}

/** Finds the match from which a snippet shows the most different clauses. */
function bestMatch(matches: readonly Match[]): Match | undefined {
  let best: Match | undefined
  let most = 0
  for (const [i, match] of matches.entries()) {
    const clauses = new Set<number>()
    for (let j = i; j < matches.length; j++) {
      const other = matches[j]
      if (other === undefined || other.end > match.start + LENGTH - BEFORE) break
      clauses.add(other.clause)
    }
    if (clauses.size > most) [best, most] = [match, clauses.size]
  }
  return best
}

/** Moves a position back, to a space if one is near, and never inside a character. */
function boundaryBefore(text: string, at: number): number {
  if (at <= 0) return 0
  if (at >= text.length) return text.length
  const space = text.slice(Math.max(0, at - 20), at).search(/\s\S*$/u)
  if (space !== -1) return Math.max(0, at - 20) + space + 1
  let boundary = at
  while (boundary > Math.max(0, at - MAX_CHARACTER_LENGTH) && isInside(text, boundary)) boundary--
  return isLow(text.charCodeAt(boundary)) ? boundary - 1 : boundary
}

/** Combining marks can be stacked without end; no real character has so many. */
const MAX_CHARACTER_LENGTH = 64

function isInside(text: string, at: number): boolean {
  return /[\udc00-\udfff\p{M}\u200d]/u.test(text.charAt(at))
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

function mergeMarks(matches: readonly Match[]): [number, number][] {
  const marks: [number, number][] = []
  for (const { start, end } of [...matches].sort((a, b) => a.start - b.start)) {
    const last = marks.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else marks.push([start, end])
  }
  return marks
}

/** Replaces each white-space character with one space, so that the marks keep their places. */
function oneLine(text: string, start: number, end: number, marks: readonly [number, number][]): Snippet {
  const before = start > 0 ? '…' : ''
  const after = end < text.length ? '…' : ''
  const shift = before.length - start
  return {
    text: `${before}${text.slice(start, end).replaceAll(/\s/g, ' ')}${after}`,
    marks: marks.map(([from, to]) => [from + shift, to + shift]),
  }
}
