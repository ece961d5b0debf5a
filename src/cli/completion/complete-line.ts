import type { Command } from 'commander'

import type { Io } from '../io.ts'
import { conversationIds } from './conversation-ids.ts'
import type { Expected, Suggestion } from './expected-value.ts'
import { LineReader } from './line-reader.ts'
import { endsInQuotes, escapeWord, isSpecial, shellWords } from './shell-words.ts'

/**
 * Returns what a completion script asks for: a line that says what is completed (`words`, `files` or `folders`), then a
 * suggestion per line. After `bash` come the word that readline completes and the line up to the cursor; after `zsh` or
 * `fish` come the words of the line, of which the last one is at the cursor. In bash and fish it may have quotes.
 */
export async function completeLine(
  program: Command,
  [shell, ...rest]: readonly string[],
  env: Io['env'],
): Promise<string[]> {
  const [replaced = '', typed = ''] = shell === 'bash' ? rest : []
  const words = shell === 'bash' ? shellWords(typed).slice(1) : [...rest]
  const last = words.pop() ?? ''
  const word = shell === 'fish' ? (shellWords(last).at(-1) ?? '') : last
  const line = new LineReader(program, words)
  const { expected, prefix, start } = line.at(word)
  if (expected === 'files' || expected === 'folders') return [expected]
  const found = typeof expected === 'string' ? await lookUp(expected, line, start, env) : expected
  const matches = found.filter((each) => each.word.startsWith(start))
  if (shell === 'bash') return ['words', ...wordsForBash(matches, { prefix, word, replaced, typed })]
  const before = shell === 'fish' ? prefix : '' // zsh replaces only what follows the prefix
  return ['words', ...matches.map((match) => `${before}${match.word}\t${match.about}`)]
}

async function lookUp(
  expected: Exclude<Expected, readonly Suggestion[]>,
  line: LineReader,
  start: string,
  env: Io['env'],
): Promise<Suggestion[]> {
  const inHome = (path: string) => path.replace(/^~(?=\/)/, env['HOME'] ?? '~')
  const profile = line.valueOf('--profile')
  if (expected !== 'profiles' && profile === '')
    return await conversationIds(inHome(line.valueOf('--archive')), start)
  const { profileNames } = await import('./profile-names.ts')
  const profiles = profileNames(inHome(line.valueOf('--config')), env)
  if (expected === 'profiles') return profiles
  return await conversationIds(profiles.find(({ word }) => word === profile)?.about ?? '', start)
}

interface BashLine {
  readonly prefix: string
  readonly word: string
  readonly replaced: string
  readonly typed: string
}

/** bash replaces only a part of a word with `=` or `:` in it, and inserts what it gets without quoting it. */
function wordsForBash(matches: readonly Suggestion[], { prefix, word, replaced, typed }: BashLine): string[] {
  const part = shellWords(replaced).at(-1) ?? ''
  const kept = word.endsWith(part) ? word.length - part.length : 0
  const isQuoted = endsInQuotes(typed)
  return matches
    .filter((match) => !isQuoted || !isSpecial(match.word))
    .map((match) => escapeWord(`${prefix}${match.word}`.slice(kept)))
}
