import { withArchive } from '../../archive/with-archive.ts'
import { defuseLine, fit } from '../terminal/terminal-text.ts'
import type { Suggestion } from './expected-value.ts'

/** More ids than anyone reads in a list below the prompt. */
const LIMIT = 100

/** The cells of a title beside an id of 37, on a terminal of 100. */
const TITLE_WIDTH = 58

/** Returns the newest conversations whose id begins so, with their titles. The archive is only read. */
export async function conversationIds(archivePath: string, start: string): Promise<Suggestion[]> {
  return await withArchive(archivePath, (archive) =>
    [...archive.conversations.newest(start, LIMIT)]
      .filter(({ id }) => isTypable(id))
      .map(({ id, name }) => ({ word: id, about: fit(defuseLine(name ?? ''), TITLE_WIDTH) })),
  )
}

/** Returns whether an id can stand on a command line: one line, without control codes, and not like an option. */
function isTypable(id: string): boolean {
  return id === defuseLine(id) && !id.startsWith('-')
}
