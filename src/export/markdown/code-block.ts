import { indented } from '../../model/json/indent-json.ts'
import { sanitizeText } from '../../model/sanitize-text.ts'

const SLICE = 64 * 1024

/** Yields a code block for any text: its fence is longer than any run of backticks inside. */
export function* codeBlock(text: string, language: 'text' | 'json' | 'python'): Generator<string> {
  yield* writeFenced(text, language, [text])
}

/** Yields JSON as an indented code block, with each token as the API sent it. */
export function* jsonCodeBlock(text: string): Generator<string> {
  yield* writeFenced(text, 'json', indented(text))
}

function* writeFenced(text: string, language: string, parts: Iterable<string>): Generator<string> {
  const ticks = '`'.repeat(Math.max(2, longestBacktickRun(text)) + 1)
  yield `${ticks}${language}\n`
  let last = ''
  for (const part of parts) {
    for (const slice of slices(part)) yield sanitizeText(slice)
    last = part.slice(-1)
  }
  yield /[\n\r\u2028\u2029]/.test(last) || last === '' ? `${ticks}\n\n` : `\n${ticks}\n\n`
}

function longestBacktickRun(text: string): number {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}

/** Yields slices that are sanitized one at a time, so that a text of megabytes is not copied as a whole. */
function* slices(text: string): Generator<string> {
  let start = 0
  while (start < text.length) {
    let end = Math.min(start + SLICE, text.length)
    // Do not split a surrogate pair or a line break.
    if (/[\r\ud800-\udbff]/.test(text[end - 1] ?? '')) end++
    yield text.slice(start, end)
    start = end
  }
}
