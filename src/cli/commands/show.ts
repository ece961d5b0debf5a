import type { Archive } from '../../archive/archive.ts'
import type { StoredConversation } from '../../archive/content/conversations.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { HansardError } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import type { EntryRange } from '../options/entry-range.ts'
import { readNamed } from '../options/whole-ids.ts'
import { withPager } from '../terminal/pager.ts'
import { describeLength } from '../terminal/transcript-head.ts'
import { colorsFor } from '../terminal/colors.ts'
import { jsonFor, widthOf, write, writeLines } from '../terminal/stdout.ts'

type ShowOptions = GlobalOptions & { readonly id: string; readonly entry?: EntryRange }

/** `hansard show ID`: prints a transcript; with --json the line that `export jsonl` writes. */
export async function showCommand(options: ShowOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const conversation = readNamed(archive, options.id)
    refuseMissingEntry(conversation, options.entry)
    if (options.json) return await showJson(conversation, options, io)
    let unshown = 0
    const exitCode = await withPager(options, io, (paged) =>
      showTranscript(archive, conversation, options, paged, () => unshown++),
    )
    if (unshown === 0) return exitCode
    const what = `${plural(unshown, 'text')} could not be shown: run \`hansard verify\` to find out why.`
    await writeLines(io.stderr, [what])
    return exitCodes.partial
  })
}

/** Refuses a range that begins after the last entry. */
function refuseMissingEntry({ length }: StoredConversation, range: EntryRange | undefined): void {
  if (range === undefined || range.from < length) return
  throw new HansardError('usage', `The conversation has no entry ${range.from}`, {
    hint: `It has ${describeLength(length)}; leave --entry out to show all.`,
  })
}

async function showJson(conversation: StoredConversation, { entry }: ShowOptions, io: Io): Promise<ExitCode> {
  const { lineOfConversation } = await import('../../export/jsonl-format.ts')
  const { row } = conversation
  for (const part of lineOfConversation({ row, entries: () => conversation.entries(entry) }))
    await write(io.stdout, jsonFor(io.stdout, part))
  return exitCodes.done
}

async function showTranscript(
  archive: Archive,
  conversation: StoredConversation,
  { entry }: ShowOptions,
  io: Io,
  onUnshown: () => void,
): Promise<ExitCode> {
  const { transcript } = await import('../terminal/transcript.ts')
  const parts = transcript(conversation, {
    range: entry,
    title: archive.conversations.title(conversation.id) ?? '(no title)',
    cells: widthOf(io.stdout),
    colors: colorsFor(io),
    now: io.now(),
    onUnshown,
  })
  for (const part of parts) {
    if (io.signal.aborted) return exitCodes.interrupted
    await write(io.stdout, part)
  }
  return exitCodes.done
}
