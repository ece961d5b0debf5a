import { withArchive } from '../../archive/with-archive.ts'
import { lineOfConversation } from '../../export/jsonl-format.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { readNamed } from '../options/whole-ids.ts'
import { colorsFor, jsonFor, write, writeLine } from '../terminal/stdout.ts'
import { transcript } from '../terminal/transcript.ts'

/** `hansard show ID`: prints a transcript; with --json the line that `export jsonl` writes. */
export async function showCommand(options: GlobalOptions & { id: string }, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const conversation = readNamed(archive, options.id)
    if (options.json) {
      for (const part of lineOfConversation(conversation)) await write(io.stdout, jsonFor(io.stdout, part))
      return exitCodes.done
    }
    let unshown = 0
    for (const part of transcript(conversation, colorsFor(io), () => unshown++)) await write(io.stdout, part)
    if (unshown === 0) return exitCodes.done
    const what = `${plural(unshown, 'text')} could not be shown: run \`hansard verify\` to find out why.`
    await writeLine(io.stderr, what)
    return exitCodes.partial
  })
}
