import Reader, { type Env, type MarkdownIt, type StateInline, type Token } from 'markdown-it'

import { isSafeUrl } from '../pages/safe-url.ts'
import { linkDestination } from './safe-links.ts'
import { addUnsafeSyntaxRules, type AddressPatch } from './unsafe-syntax-rules.ts'

/** A change to a line: characters to remove at a column, and text to insert there. */
export interface Patch {
  readonly line: number
  readonly column: number
  readonly remove: number
  readonly insert: string
}

/** Nesting that no person writes, and that parsers of Markdown handle differently. */
const MAX_DEPTH = 40

/**
 * Finds what a message must not do to its page, and returns the patches that prevent it: HTML, links to anything but the
 * web and mail, images (opening a page must load nothing), definitions of links and footnotes, headings above our own.
 * Links by reference get their URL inline, because their definition becomes text. Line breaks are kept.
 *
 * @param isFirst also make the changes that are made only once: headings move two levels down
 * @returns undefined if a place to patch cannot be found in the text
 */
export function findUnsafe(text: string, isFirst: boolean): Patch[] | undefined {
  const env: Env = {}
  const tokens = commonmarkParser.parse(text, env)
  if (tokens.some(({ level }) => level > MAX_DEPTH)) return undefined
  const found = new PatchCollector(text.split('\n'), isFirst)
  for (const token of tokens) {
    found.addBlock(token)
    if (token.type === 'inline') found.addInline(token, parseInline(token.content, env))
  }
  return found.isIncomplete ? undefined : found.patches
}

/**
 * Returns whether a text is safe in a parser with tables. Cells cut code and links apart, which can reveal unsafe
 * Markdown, and a row with more cells than the header loses them.
 */
export function isSafeInTables(text: string): boolean {
  const env: Env = {}
  const isHazard = ({ type, attrs }: Token) =>
    UNSAFE_TOKENS.has(type) || (type === 'link_open' && !isSafeUrl(String(attrs?.[0]?.[1])))
  const [tokens, plain] = [tableParser.parse(text, env), commonmarkParser.parse(text, {})]
  return (
    countLetters(tokens) === countLetters(plain) &&
    countDelimiterRows(plain) === tokens.filter(({ type }) => type === 'table_open').length &&
    tokens.every((token) => !isHazard(token) && !parseInline(token.content, env, token.type).some(isHazard))
  )
}

const UNSAFE_TOKENS: ReadonlySet<string> = new Set(
  'html_block html_inline angle address definition image reference_definition footnote'.split(' '),
)

/** Counts the rows that make a table of the line before them. Other parsers find some that ours does not. */
function countDelimiterRows(tokens: readonly Token[]): number {
  const lines = tokens.flatMap(({ type, content }) => (type === 'inline' ? content.split('\n') : []))
  return lines.filter((line) => /[|:]/.test(line) && DELIMITER_ROW.test(line.trim())).length
}

const DELIMITER_ROW = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/

function countLetters(tokens: readonly Token[]): number {
  return tokens.reduce(
    (sum, { content, info }) => sum + `${info}${content}`.replaceAll(/[^\p{L}\p{N}]+/gu, '').length,
    0,
  )
}

/** Counts the footnote references that a parser finds in a block quote, which are those outside of code. */
export function countFootnotes(quoted: string): number {
  const env: Env = {}
  const isNote = ({ type }: Token) => type === 'footnote'
  return commonmarkParser
    .parse(quoted, env)
    .reduce((sum, { content, type }) => sum + parseInline(content, env, type).filter(isNote).length, 0)
}

const commonmarkParser = createParser().disable('table')
const tableParser = createParser()

/** Creates a parser that finds what any parser might, and stores in `map` where each inline token begins in its text. */
function createParser(): MarkdownIt {
  const parser = new Reader({ html: true, maxNesting: 2 * MAX_DEPTH })
  parser.core.ruler.enableOnly(['normalize', 'block'])
  parser.validateLink = () => true
  addUnsafeSyntaxRules(parser)
  parser.inline.State = class extends parser.inline.State {
    override push(...args: Parameters<StateInline['push']>): Token {
      const token = super.push(...args)
      token.map = [this.pos, this.pos]
      return token
    }
  }
  return parser
}

function parseInline(content: string, env: Env, type = 'inline'): Token[] {
  const tokens: Token[] = []
  if (type === 'inline') commonmarkParser.inline.parse(content, commonmarkParser, env, tokens)
  return tokens
}

class PatchCollector {
  readonly patches: Patch[] = []
  /** Something unsafe was found whose place in the text is unknown. */
  isIncomplete = false
  readonly #lines: readonly string[]
  readonly #isFirst: boolean

  constructor(lines: readonly string[], isFirst: boolean) {
    this.#lines = lines
    this.#isFirst = isFirst
  }

  addBlock({ type, markup, info, map }: Token): void {
    const [start, end] = map ?? [0, 0]
    if (type === 'fence' && /\s/.test(info.trim())) this.#info(start, markup)
    if (type === 'html_block') this.#html(start, end)
    else if (type === 'reference_definition') this.#before(start, '[')
    else if (type === 'heading_open') this.#heading(markup, start, end)
  }

  addInline({ content, map }: Token, children: readonly Token[]): void {
    const place = positionFinder(content, map?.[0] ?? 0, this.#lines)
    children.forEach((token, i) => {
      const at = token.map?.[0] ?? 0
      const patch: PatchAt = (position, insert, remove = 0) => {
        const found = place(position)
        if (found === undefined) this.isIncomplete = true
        else this.patches.push({ ...found, remove, insert })
      }
      if (token.type === 'html_inline' || token.type === 'angle') patch(at, '&lt;', 1)
      else if (token.type === 'footnote') patch(at, content[at] === '[' ? '&#91;' : '&#94;', 1)
      else if (token.type === 'definition') patch(at + 1, '&#58;', 1)
      else if (token.type === 'address') patchAddress(token.meta as AddressPatch, at, patch)
      // An image is a link after its `!`.
      else if (token.type === 'image') patch(at, '&#33;', 1)
      else if (token.type === 'link_open') this.#link(token, children, i, patch)
      else if (token.type === 'softbreak') patch(at, '  ')
    })
  }

  #link(token: Token, all: readonly Token[], i: number, patch: PatchAt): void {
    const at = token.map?.[0] ?? 0
    const href = String(token.attrs?.[0]?.[1])
    // The position of a link is after its bracket, that of an autolink before it.
    if (!isSafeUrl(href)) {
      if (token.info === 'auto') patch(at, '&lt;', 1)
      else patch(at - 1, '&#91;', 1)
    } else if (token.meta !== null) {
      while (all[i]?.type !== 'link_close' || all[i]?.level !== token.level) i++
      patch((all[i]?.map?.[0] ?? 0) + 1, `(${linkDestination(href)})`)
    }
  }

  /** Patches every line that begins with `<`, since each could begin the next piece of HTML. */
  #html(start: number, end: number): void {
    for (let line = start; line < end; line++)
      if (line === start || /^[>\s]*</.test(this.#lines[line] ?? '')) this.#before(line, '<', '&lt;', 1)
  }

  /** Moves the text after the fence of a code block into the block, since only the name of a language is shown. */
  #info(start: number, markup: string): void {
    const line = this.#lines[start] ?? ''
    const column = line.indexOf(markup)
    const inside = line.slice(0, column).replaceAll(/[^>\s]/g, ' ')
    this.patches.push({ line: start, column: column + markup.length, remove: 0, insert: `\n${inside}` })
  }

  #heading(markup: string, start: number, end: number): void {
    const isUnderlined = markup === '=' || markup === '-'
    const level = isUnderlined ? (markup === '=' ? 1 : 2) : markup.length
    if (level > 2 && !this.#isFirst) return
    const deeper = '#'.repeat(Math.min(6, level + 2))
    if (!isUnderlined) this.#before(start, '#', deeper.slice(level))
    else if (end - start > 2) this.#before(end - 1, markup)
    else this.#underlined(start, deeper)
  }

  /** `Title` over `-----` becomes `#### Title`. */
  #underlined(line: number, marks: string): void {
    const underline = this.#lines[line + 1] ?? ''
    const column = underline.search(/(=+|-+)[ \t]*$/)
    this.patches.push({ line: line + 1, column, remove: underline.length - column, insert: '' })
    // Before the text of a paragraph, there are only the marks of quotes and lists.
    const before = /^(?:[ \t>]|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))*/.exec(this.#lines[line] ?? '')?.[0] ?? ''
    this.patches.push({ line, column: before.length, remove: 0, insert: `${marks} ` })
  }

  /** Patches the mark that a block begins with, which is the first one on the line. */
  #before(line: number, mark: string, insert = '\\', remove = 0): void {
    const column = this.#lines[line]?.indexOf(mark) ?? -1
    if (column === -1) this.isIncomplete = true
    else this.patches.push({ line, column, remove, insert })
  }
}

type PatchAt = (position: number, insert: string, remove?: number) => void

function patchAddress(address: AddressPatch, at: number, patch: PatchAt): void {
  if (address.kind === 'break') return patch(at + address.at, address.entity, 1)
  patch(at, '<')
  patch(at + address.length, '>')
}

type FindPosition = (position: number) => Pick<Patch, 'line' | 'column'> | undefined

/** Returns a function that finds the line and column of a position in the inline content of a block. */
function positionFinder(content: string, first: number, lines: readonly string[]): FindPosition {
  const columns = content.split('\n').map((own, i) => findColumn(own, lines[first + i] ?? ''))
  const starts = [0, ...Array.from(content.matchAll(/\n/g), ({ index }) => index + 1)]
  let i = 0
  return (position) => {
    // Positions come nearly in order, so a step or two is faster than a search.
    while ((starts[i + 1] ?? Infinity) <= position) i++
    while ((starts[i] ?? 0) > position) i--
    const line = first + i
    // A line break is at the end of the source line, after white space that the content does not have.
    if (content[position] === '\n') return { line, column: lines[line]?.length ?? 0 }
    const column = columns[i]
    return column === undefined ? undefined : { line, column: column + position - (starts[i] ?? 0) }
  }
}

/** Returns the column at which a line of content begins in its source line, which may be indented differently. */
function findColumn(own: string, source: string): number | undefined {
  const indent = /^[ \t]*/.exec(own)?.[0].length ?? 0
  const column = source.lastIndexOf(own.slice(indent))
  return column === -1 ? undefined : column - indent
}
