import { withArchive } from '../../archive/with-archive.ts'
import type { ListedConversation } from '../../archive/content/conversations.ts'
import { cutTime, cutTimeUtc } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { warnOfStaleIndex } from '../terminal/stale-index-warning.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine, fit, pad } from '../terminal/terminal-text.ts'

export interface ListCommandOptions extends GlobalOptions, SelectionOptions {}

/** `hansard list`: prints one line per conversation; with --json one object per line. */
export async function listCommand(options: ListCommandOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const width = io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : Infinity
    const lineOf = chooseLayout(width)
    for (const conversation of archive.conversations.list(selectionOf(options))) {
      if (io.signal.aborted) return exitCodes.interrupted
      if (options.json === true) await writeJson(io.stdout, conversation)
      else await writeLine(io.stdout, lineOf(conversation))
    }
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    return exitCodes.done
  })
}

/** Never cuts the id, because `show` needs it. A terminal gets the columns that fit; a pipe gets all. */
function chooseLayout(width: number): (conversation: ListedConversation) => string {
  const line = (...cells: readonly string[]) => fit(defuseLine(cells.join('  ')).trimEnd(), width)
  if (width < NARROW) {
    return (conversation) =>
      `${line(conversation.id)}\n${line('', formatFacts(conversation), formatName(conversation))}`
  }
  return (conversation) => {
    const { id, model, agentId, updatedAt, entries } = conversation
    const who = width < WIDE ? [] : [pad(model ?? agentId ?? '', 37)]
    const time = updatedAt ?? ''
    const when = width < WIDE ? cutTime(time, 'day') : cutTimeUtc(time, 'minute')
    return line(
      pad(id, 37),
      pad(when, width < WIDE ? 10 : 20),
      plural(entries, 'entry').padStart(11),
      ...who,
      formatName(conversation),
    )
  }
}

const NARROW = 72
const WIDE = 120

function formatFacts({ updatedAt, entries }: ListedConversation): string {
  return `${cutTime(updatedAt ?? '', 'day')}  ${plural(entries, 'entry')}`
}

function formatName({ name, goneAt }: ListedConversation): string {
  return `${goneAt === null ? '' : '(gone) '}${name ?? ''}`
}
