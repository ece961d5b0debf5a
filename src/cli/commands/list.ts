import { withArchive } from '../../archive/with-archive.ts'
import type { ListedConversation } from '../../archive/content/conversations.ts'
import { cutTime, cutTimeUtc } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { widthOf, writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine, fit, pad } from '../terminal/terminal-text.ts'

/** `hansard list`: prints one line per conversation; with --json one object per line. */
export async function listCommand(options: GlobalOptions & SelectionOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const lineOf = chooseLayout(widthOf(io.stdout))
    for (const conversation of archive.conversations.list(selectionOf(options))) {
      if (io.signal.aborted) return exitCodes.interrupted
      if (options.json) await writeJson(io.stdout, conversation)
      else await writeLine(io.stdout, lineOf(conversation))
    }
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    return exitCodes.done
  })
}

const NARROW = 72
const WIDE = 120

/** Never cuts the id, because `show` needs it. A terminal gets the columns that fit; a pipe gets all. */
function chooseLayout(width: number): (conversation: ListedConversation) => string {
  const line = (...cells: readonly string[]) => fit(defuseLine(cells.join('  ')).trimEnd(), width)
  return ({ id, model, agentId, updatedAt, entries, name, goneAt }) => {
    const isWide = width >= WIDE
    const time = updatedAt ?? ''
    const when = isWide ? cutTimeUtc(time, 'minute') : cutTime(time, 'day')
    const length = plural(entries, 'entry')
    const title = `${goneAt === null ? '' : '(gone) '}${name ?? ''}`
    if (width < NARROW) return `${line(id)}\n${line('', when, length, title)}`
    const who = isWide ? [pad(model ?? agentId ?? '', 37)] : []
    return line(pad(id, 37), pad(when, isWide ? 20 : 10), length.padStart(11), ...who, title)
  }
}
