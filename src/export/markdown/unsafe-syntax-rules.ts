import type { MarkdownIt, StateInline } from 'markdown-it'

import { WORD_JOINER } from './escape-markdown.ts'

/** How to change a bare URL so that every reader sees the same beginning and end. */
export type AddressPatch =
  /** Put `<…>` around its first characters: a link that ends there in every reader. */
  | { readonly kind: 'wrap'; readonly length: number }
  /** Write one of its first characters as an entity: text in every reader. */
  | { readonly kind: 'break'; readonly at: number; readonly entity: string }

/**
 * The beginnings of bare URLs that some readers turn into links (GFM, linkify). They read on to the next space or `<` and
 * ignore code, links and escapes on the way: `http://x\<b>` and `` http://x`<b>` `` are HTML there.
 */
const ADDRESS =
  /(https?:\/\/)|(ftp:)\/\/|(www)\.|(xmpp|(?<=[\w.+-])mailto)(?=:(?!\u2060)\S+@)|(?<!:)\/(?=\/(?:[^\s/]*\.|localhost))/iy
const NEXT_SPECIAL =
  /[\n!#$%&*+\-:<=>@[\\\]^_`{}~]|https?:\/\/|ftp:\/\/|www\.|(?:xmpp|(?<=[\w.+-])mailto)(?=:(?!\u2060)\S+@)|(?<!:)\/(?=\/(?:[^\s/]*\.|localhost))/gi

/** Markup that such a URL could swallow. (U+FFFD stands for a citation.) */
const MEANINGFUL = /[`[\]\\\ufffd]/
const PLAIN_URL = /https?:\/\/[\w.~:/?#@%=+,$-]*[\w/=#~-]/iy

/** Adds rules to a parser for what other readers may see in text: footnotes, bare URLs, and `<` that could begin HTML. */
export function addUnsafeSyntaxRules({ inline }: MarkdownIt): void {
  inline.ruler.before('text', 'address', address)
  inline.ruler.at('text', textUpToAddress)
  inline.ruler.before('link', 'footnote', footnote)
  inline.ruler.after('html_inline', 'angle', angle)
  inline.ruler.before('escape', 'backslash', backslash)
  inline.ruler.before('link', 'definition', definition)
}

/** Reads `[^` and `^[` as the beginning of a footnote, defined or not, since the footnotes of a page are ours. */
function footnote(state: StateInline, silent: boolean): boolean {
  const isReference = state.src.startsWith('[^', state.pos)
  if (!isReference && !state.src.startsWith('^[', state.pos)) return false
  if (!silent) state.push('footnote', '', 0)
  state.pos += isReference ? 2 : 1
  return true
}

/** Reads `<` before the beginning of a tag, since readers differ in what they accept as a complete tag. */
function angle(state: StateInline, silent: boolean): boolean {
  if (!/[a-z/!?]/i.test(state.src.charAt(state.pos + 1)) || state.src[state.pos] !== '<') return false
  if (!silent) state.push('angle', '', 0)
  state.pos++
  return true
}

/** Reads the end of a possible definition. Some readers begin one at a bracket several lines or lists earlier. */
function definition(state: StateInline, silent: boolean): boolean {
  if (matchAt(/\]:[ \t]*(?:$|\n?[ \t]*\S+[ \t]*(?:\n|$|["'(]))/y, state) === null) return false
  if (!silent) {
    state.push('definition', '', 0)
    state.pending += ']:'
  }
  state.pos += 2
  return true
}

/** Reads a backslash before a letter alone. markdown-it reads the letter with it, but a URL may begin there. */
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
    const patch = addressPatch(found, parts, state)
    if (patch !== undefined) state.push('address', '', 0).meta = patch
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

/** Reads text up to the next character that could be markup, like markdown-it's own rule. */
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
