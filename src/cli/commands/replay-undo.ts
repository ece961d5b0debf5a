import { openArchive } from '../../archive/archive.ts'
import { lockArchive } from '../../archive/sqlite/archive-lock.ts'
import { undoReplay, type Undone } from '../../replay/run/undo.ts'
import { connectTarget, type TargetOptions } from '../connect/connect-target.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

export interface UndoCommandOptions extends TargetOptions {
  readonly id?: readonly string[]
  readonly label?: string
  readonly yes?: boolean
}

/** `hansard replay undo`: tells what it would delete; with --yes it does. Ends with 3 where something is kept. */
export async function replayUndoCommand(options: UndoCommandOptions, io: Io): Promise<ExitCode> {
  openArchive(options.archive).close() // what is none gets no lock beside it
  const client = connectTarget({ ...options, sameAccount: true }, io)
  const lock = lockArchive(options.archive, io.name)
  try {
    const archive = openArchive(options.archive, { mode: 'write' })
    try {
      const doIt = options.yes === true
      if (doIt) io.goOnUnread?.()
      const { id: ids, label } = options
      const counts = { 'would-delete': 0, deleted: 0, gone: 0, kept: 0 }
      for await (const one of undoReplay(client, archive, { ids, label, doIt, signal: io.signal })) {
        counts[one.what]++
        if (options.json !== true) await tell(one, options, io)
      }
      archive.checkpoint()
      if (options.json === true) {
        const { 'would-delete': wouldDelete, ...others } = counts
        await writeJson(io.stdout, { command: 'replay undo', wouldDelete, ...others })
      } else if (options.quiet !== true) await writeLine(io.stdout, summaryOf(counts, doIt))
      return counts.kept > 0 ? exitCodes.partial : exitCodes.done
    } finally {
      archive.close()
    }
  } finally {
    lock.release()
    await client.close()
  }
}

async function tell(
  { id, targetId, what, reason }: Undone,
  { quiet }: UndoCommandOptions,
  io: Io,
): Promise<void> {
  if (quiet === true && what !== 'kept') return
  const why = reason === undefined ? '' : `: ${reason}`
  await writeLine(io.stdout, defuseLine(`${words[what]} ${targetId}, the copy of ${id}${why}`))
}

const words: Readonly<Record<Undone['what'], string>> = {
  'would-delete': 'would delete',
  deleted: 'deleted',
  gone: 'already gone:',
  kept: 'kept',
}

function summaryOf(counts: Readonly<Record<Undone['what'], number>>, doIt: boolean): string {
  const { deleted, gone, kept } = counts
  if (doIt) return `${deleted} deleted, ${gone} gone already, ${kept} kept.`
  return `${counts['would-delete']} would be deleted, ${gone} gone already, ${kept} kept. Nothing was deleted; --yes does it.`
}
