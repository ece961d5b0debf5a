import type { MarkdownIt, StateInline } from 'markdown-it'

import { WORD_JOINER } from './escape-markdown.ts'

/** What is to be done to an address, so that every reader sees it begin and end at the same place. */
export type AddressPatch =
  /** `<…>` around its first letters: in every reader a link that ends there. */
  | { readonly kind: 'wrap'; readonly length: number }
  /** One letter of its beginning as an entity: in every reader text. */
  | { readonly kind: 'break'; readonly at: number; readonly entity: string }

/**
 * What readers that link bare addresses (GFM; linkify) take for the beginning of one. They read on to the next space or
 * `<`, and what they have read is no code, link or escape any more: `http://x\<b>` and `` http://x`<b>` `` are HTML there.
 */
const ADDRESS =
  /(https?:\/\/)|(ftp:)\/\/|(www)\.|(xmpp|(?<=[\w.+-])mailto)(?=:(?!\u2060)\S+@)|(?<!:)\/(?=\/(?:[^\s/]*\.|localhost))/iy
const NEXT_SPECIAL =
  /[\n!#$%&*+\-:<=>@[\\\]^_`{}~]|https?:\/\/|ftp:\/\/|www\.|(?:xmpp|(?<=[\w.+-])mailto)(?=:(?!\u2060)\S+@)|(?<!:)\/(?=\/(?:[^\s/]*\.|localhost))/gi

/** Where such an address goes on over something that means something to us. (U+FFFD: a citation.) */
const MEANINGFUL = /[`[\]\\\ufffd]/
const PLAIN_URL = /https?:\/\/[\w.~:/?#@%=+,$-]*[\w/=#~-]/iy

/** Teaches a reader what others might see where it sees text: footnotes, addresses, and `<` that could begin HTML. */
export function addUnsafeSyntaxRules({ inline }: MarkdownIt): void {
  inline.ruler.before('text', 'address', address)
  inline.ruler.at('text', textUpToAddress)
  inline.ruler.before('link', 'footnote', footnote)
  inline.ruler.after('html_inline', 'angle', angle)
  inline.ruler.before('escape', 'backslash', backslash)
  inline.ruler.before('link', 'definition', definition)
}

/** Takes `[^` and `^[` for the beginning of a footnote, defined or not: the page's footnotes are ours. */
function footnote(state: StateInline, silent: boolean): boolean {
  const isReference = state.src.startsWith('[^', state.pos)
  if (!isReference && !state.src.startsWith('^[', state.pos)) return false
  if (!silent) state.push('footnote', '', 0)
  state.pos += isReference ? 2 : 1
  return true
}

/** `<` before what a tag begins with: readers differ in what they take for a whole one. */
function angle(state: StateInline, silent: boolean): boolean {
  if (!/[a-z/!?]/i.test(state.src.charAt(state.pos + 1)) || state.src[state.pos] !== '<') return false
  if (!silent) state.push('angle', '', 0)
  state.pos++
  return true
}

/** The end of what could be a definition: some readers begin one at a bracket that stands lines or lists before. */
function definition(state: StateInline, silent: boolean): boolean {
  if (matchAt(/\]:[ \t]*(?:$|\n?[ \t]*\S+[ \t]*(?:\n|$|["'(]))/y, state) === null) return false
  if (!silent) {
    state.push('definition', '', 0)
    state.pending += ']:'
  }
  state.pos += 2
  return true
}

/** A backslash before a letter is one; markdown-it takes the letter with it, and an address may begin with that. */
function backslash(state: StateInline, silent: boolean): boolean {
  if (!/^\\[a-z]/i.test(state.src.slice(state.pos, state.pos + 2))) return false
  if (!silent) state.pending += '\\'
  state.pos++
  return true
}

function address(state: StateInline, silent: boolean): boolean {
  const [found = '', ...parts] = matchAt(ADDRESS, state) ?? []
  if (found === '') return false
  if (!silent) {
    const mend = addressPatch(found, parts, state)
    if (mend !== undefined) state.push('address', '', 0).meta = mend
    state.pending += found
  }
  state.pos += found.length
  return true
}

function addressPatch(
  found: string,
  [http, ftp, www, mail]: readonly (string | undefined)[],
  state: StateInline,
): AddressPatch | undefined {
  const isHarmless = !MEANINGFUL.test(matchAt(/[^\s<]*/y, state)?.[0] ?? '')
  if (http !== undefined) {
    if (isHarmless) return undefined
    const plain = state.linkLevel === 0 ? matchAt(PLAIN_URL, state)?.[0] : undefined
    if (plain !== undefined) return { kind: 'wrap', length: plain.length }
    return { kind: 'break', at: found.length - 2, entity: '&#47;' }
  }
  if (www !== undefined) return isHarmless ? undefined : { kind: 'break', at: 3, entity: '&#46;' }
  if (mail !== undefined) return { kind: 'break', at: found.length, entity: `:${WORD_JOINER}` }
  return { kind: 'break', at: ftp === undefined ? 0 : 4, entity: '&#47;' }
}

/** As markdown-it's own rule, which reads to the next character that could mean something. */
function textUpToAddress(state: StateInline, silent: boolean): boolean {
  NEXT_SPECIAL.lastIndex = state.pos
  const end = Math.min(NEXT_SPECIAL.exec(state.src)?.index ?? state.posMax, state.posMax)
  if (end === state.pos) return false
  if (!silent) state.pending += state.src.slice(state.pos, end)
  state.pos = end
  return true
}

function matchAt(pattern: RegExp, { src, pos }: StateInline): RegExpExecArray | null {
  pattern.lastIndex = pos
  return pattern.exec(src)
}
