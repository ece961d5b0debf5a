import Reader, { type Env, type MarkdownIt, type StateInline, type Token } from 'markdown-it'

import { seeWhatOthersSee, type AddressMend } from './hazard-rules.ts'
import { destination, isSafe } from './links.ts'

/** A change of a line: so many characters taken out at a place, and others put in. */
export interface Patch {
  readonly line: number
  readonly column: number
  readonly remove: number
  readonly insert: string
}

/** Deeper than this is no text of a person's, and no reader of Markdown can be foreseen. */
const DEEPEST = 40

/**
 * Finds what a message may not do to the page it stands in, as the patches that undo it: HTML, links to anything but
 * the web and mail, images (a page loads nothing by being opened), definitions of links and footnotes, headings above
 * our own. Links by reference get their destination, as their definition becomes text, and lines stay lines. With
 * `isWhole`, also what is done once: headings go two levels down. Undefined where it can't be told.
 */
export function hazardsIn(text: string, isWhole: boolean): Patch[] | undefined {
  const env: Env = {}
  const tokens = commonmark.parse(text, env)
  if (tokens.some(({ level }) => level > DEEPEST)) return undefined
  const found = new Patches(text.split('\n'), isWhole)
  for (const token of tokens) {
    found.ofBlock(token)
    if (token.type === 'inline') found.ofInline(token, inlineTokens(token.content, env))
  }
  return found.isLost ? undefined : found.patches
}

/**
 * Tells whether a reader that knows tables sees nothing that one without does not, as cells cut code and links apart, and
 * nothing less: a row with more cells than the first loses them.
 */
export function isSafeInTables(text: string): boolean {
  const env: Env = {}
  const isHazard = ({ type, attrs }: Token) =>
    HAZARDS.has(type) || (type === 'link_open' && !isSafe(String(attrs?.[0]?.[1])))
  const [tokens, plain] = [withTables.parse(text, env), commonmark.parse(text, {})]
  return (
    lettersIn(tokens) === lettersIn(plain) &&
    delimiterRowsIn(plain) === tokens.filter(({ type }) => type === 'table_open').length &&
    tokens.every((token) => !isHazard(token) && !inlineTokens(token.content, env, token.type).some(isHazard))
  )
}

const HAZARDS: ReadonlySet<string> = new Set(
  'html_block html_inline angle address definition image reference_definition footnote'.split(' '),
)

/** Rows that make a table of the line before them; other readers find some that ours does not. */
function delimiterRowsIn(tokens: readonly Token[]): number {
  const lines = tokens.flatMap(({ type, content }) => (type === 'inline' ? content.split('\n') : []))
  return lines.filter((line) => /[|:]/.test(line) && DELIMITER_ROW.test(line.trim())).length
}

const DELIMITER_ROW = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/

function lettersIn(tokens: readonly Token[]): number {
  return tokens.reduce(
    (sum, { content, info }) => sum + `${info}${content}`.replaceAll(/[^\p{L}\p{N}]+/gu, '').length,
    0,
  )
}

/** How many references to footnotes a reader finds in a quotation: none of those that code took in. */
export function footnotesIn(quoted: string): number {
  const env: Env = {}
  const isNote = ({ type }: Token) => type === 'footnote'
  return commonmark
    .parse(quoted, env)
    .reduce((sum, { content, type }) => sum + inlineTokens(content, env, type).filter(isNote).length, 0)
}

const commonmark = reader().disable('table')
const withTables = reader()

/** A reader that finds all that any reader might, and notes where in its text each inline token begins (as `map`). */
function reader(): MarkdownIt {
  const reader = new Reader({ html: true, maxNesting: 2 * DEEPEST })
  reader.core.ruler.enableOnly(['normalize', 'block'])
  reader.validateLink = () => true
  seeWhatOthersSee(reader)
  reader.inline.State = class extends reader.inline.State {
    override push(...args: Parameters<StateInline['push']>): Token {
      const token = super.push(...args)
      token.map = [this.pos, this.pos]
      return token
    }
  }
  return reader
}

function inlineTokens(content: string, env: Env, type = 'inline'): Token[] {
  const tokens: Token[] = []
  if (type === 'inline') commonmark.inline.parse(content, commonmark, env, tokens)
  return tokens
}

class Patches {
  readonly patches: Patch[] = []
  /** A hazard was seen that could not be found in the text. */
  isLost = false
  readonly #lines: readonly string[]
  readonly #isWhole: boolean

  constructor(lines: readonly string[], isWhole: boolean) {
    this.#lines = lines
    this.#isWhole = isWhole
  }

  ofBlock({ type, markup, info, map }: Token): void {
    const [start, end] = map ?? [0, 0]
    if (type === 'fence' && /\s/.test(info.trim())) this.#info(start, markup)
    if (type === 'html_block') this.#html(start, end)
    else if (type === 'reference_definition') this.#before(start, '[')
    else if (type === 'heading_open') this.#heading(markup, start, end)
  }

  ofInline({ content, map }: Token, children: readonly Token[]): void {
    const place = placesIn(content, map?.[0] ?? 0, this.#lines)
    children.forEach((token, i) => {
      const at = token.map?.[0] ?? 0
      const patch: PatchAt = (position, insert, remove = 0) => {
        const found = place(position)
        if (found === undefined) this.isLost = true
        else this.patches.push({ ...found, remove, insert })
      }
      if (token.type === 'html_inline' || token.type === 'angle') patch(at, '&lt;', 1)
      else if (token.type === 'footnote') patch(at, content[at] === '[' ? '&#91;' : '&#94;', 1)
      else if (token.type === 'definition') patch(at + 1, '&#58;', 1)
      else if (token.type === 'address') mend(token.meta as AddressMend, at, patch)
      // An image is a link behind its mark.
      else if (token.type === 'image') patch(at, '&#33;', 1)
      else if (token.type === 'link_open') this.#link(token, children, i, patch)
      else if (token.type === 'softbreak') patch(at, '  ')
    })
  }

  #link(token: Token, all: readonly Token[], i: number, patch: PatchAt): void {
    const at = token.map?.[0] ?? 0
    const href = String(token.attrs?.[0]?.[1])
    // The reader stands behind the bracket of a link when it finds it, and before that of an autolink.
    if (!isSafe(href)) {
      if (token.info === 'auto') patch(at, '&lt;', 1)
      else patch(at - 1, '&#91;', 1)
    } else if (token.meta !== null) {
      while (all[i]?.type !== 'link_close' || all[i]?.level !== token.level) i++
      patch((all[i]?.map?.[0] ?? 0) + 1, `(${destination(href)})`)
    }
  }

  /** Every line of it, for each could begin the next piece of HTML. */
  #html(start: number, end: number): void {
    for (let line = start; line < end; line++)
      if (line === start || /^[>\s]*</.test(this.#lines[line] ?? '')) this.#before(line, '<', '&lt;', 1)
  }

  /** What stands behind the marks of a code block is not shown, but for the name of a language: it becomes a line of it. */
  #info(start: number, markup: string): void {
    const line = this.#lines[start] ?? ''
    const column = line.indexOf(markup)
    const inside = line.slice(0, column).replaceAll(/[^>\s]/g, ' ')
    this.patches.push({ line: start, column: column + markup.length, remove: 0, insert: `\n${inside}` })
  }

  #heading(markup: string, start: number, end: number): void {
    const isUnderlined = markup === '=' || markup === '-'
    const level = isUnderlined ? (markup === '=' ? 1 : 2) : markup.length
    if (level > 2 && !this.#isWhole) return
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
    // What stands before a paragraph's text is made of marks of quotes and lists.
    const before = /^(?:[ \t>]|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))*/.exec(this.#lines[line] ?? '')?.[0] ?? ''
    this.patches.push({ line, column: before.length, remove: 0, insert: `${marks} ` })
  }

  /** What a block begins with is the first of its kind on the line. */
  #before(line: number, mark: string, insert = '\\', remove = 0): void {
    const column = this.#lines[line]?.indexOf(mark) ?? -1
    if (column === -1) this.isLost = true
    else this.patches.push({ line, column, remove, insert })
  }
}

type PatchAt = (position: number, insert: string, remove?: number) => void

function mend(mend: AddressMend, at: number, patch: PatchAt): void {
  if (mend.kind === 'break') return patch(at + mend.at, mend.entity, 1)
  patch(at, '<')
  patch(at + mend.length, '>')
}

type Place = (position: number) => Pick<Patch, 'line' | 'column'> | undefined

/** Finds positions of a block's inline content in the lines it was taken from: their ends, without what marks the block. */
function placesIn(content: string, first: number, lines: readonly string[]): Place {
  const columns = content.split('\n').map((own, i) => columnOf(own, lines[first + i] ?? ''))
  const starts = lineStarts(content)
  let i = 0
  return (position) => {
    // Positions come nearly in order: a step or two beats a search.
    while ((starts[i + 1] ?? Infinity) <= position) i++
    while ((starts[i] ?? 0) > position) i--
    const line = first + i
    // A line break is where the line ends, with the white space that the block left out.
    if (content[position] === '\n') return { line, column: lines[line]?.length ?? 0 }
    const column = columns[i]
    return column === undefined ? undefined : { line, column: column + position - (starts[i] ?? 0) }
  }
}

/** Where the beginning of a line of content would stand in its source, which may have other white space before it. */
function columnOf(own: string, source: string): number | undefined {
  const indent = /^[ \t]*/.exec(own)?.[0].length ?? 0
  const column = source.lastIndexOf(own.slice(indent))
  return column === -1 ? undefined : column - indent
}

function lineStarts(content: string): number[] {
  const starts = [0]
  for (let at = content.indexOf('\n'); at !== -1; at = content.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
