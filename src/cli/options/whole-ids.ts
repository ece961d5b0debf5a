import type { Archive } from '../../archive/archive.ts'
import type { StoredConversation } from '../../archive/content/conversations.ts'
import type { IdMatch } from '../../archive/content/match-ids.ts'
import { HansardError } from '../../errors.ts'
import { formatNumber, plural } from '../../model/plural.ts'

/**
 * Replaces the beginnings of ids of conversations by the ids; --id and arguments accept both. A text that names nothing in
 * the archive stays as it is.
 *
 * @throws HansardError `usage` if a text is the beginning of several ids
 */
export function wholeIds(archive: Archive, texts: readonly string[]): string[]
export function wholeIds(archive: Archive, texts: readonly string[] | undefined): string[] | undefined
export function wholeIds(archive: Archive, texts: readonly string[] | undefined): string[] | undefined {
  return texts?.map((text) => onlyMatch(text, archive.conversations.resolve(text)) ?? text)
}

/** Replaces the beginnings of ids in the options of a command. */
export function withWholeIds<Options extends { readonly id?: readonly string[] }>(
  archive: Archive,
  options: Options,
): Options {
  return options.id === undefined ? options : { ...options, id: wholeIds(archive, options.id) }
}

/**
 * Reads the conversation that an id, or the beginning of one, names.
 *
 * @throws HansardError `usage` if it names no conversation, or several
 */
export function readNamed(archive: Archive, text: string): StoredConversation {
  const id = onlyMatch(text, archive.conversations.resolve(text))
  const conversation = id === undefined ? undefined : archive.conversations.read(id)
  if (conversation !== undefined) return conversation
  throw new HansardError('usage', `No conversation ${JSON.stringify(text)} in the archive`, {
    hint: 'See `hansard list` for the ids; the first characters of one are enough, such as conv_01ab.',
  })
}

/**
 * Returns the only id that a text names; undefined if it names none.
 *
 * @throws HansardError `usage` if it names several
 */
export function onlyMatch(text: string, { count, ids }: IdMatch): string | undefined {
  if (count <= 1) return ids[0]
  const more = count > ids.length ? ` and ${formatNumber(count - ids.length)} more` : ''
  const what = `${JSON.stringify(text)} is the beginning of ${plural(count, 'id')}`
  throw new HansardError('usage', `${what}: ${ids.join(', ')}${more}`, {
    hint: 'Give more characters of the id.',
  })
}
