import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import { withLockedArchive } from '../../archive/locked-archive.ts'
import { HansardError } from '../../errors.ts'
import { recogniseTarget } from '../../replay/recognise-target.ts'
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
  return await withLockedArchive(options.archive, { holder: io.name }, async (archive) => {
    const client = connectTarget({ ...options, sameAccount: true }, io)
    try {
      return await undo(client, archive, options, io)
    } finally {
      await client.close()
    }
  })
}

async function undo(
  client: ConversationsClient,
  archive: Archive,
  options: UndoCommandOptions,
  io: Io,
): Promise<ExitCode> {
  const target = await recogniseTarget(client, archive, { signal: io.signal })
  if (target === undefined) {
    throw new HansardError('usage', 'This archive has replayed nothing into that account', {
      hint: 'Give the key of the target; `hansard replay status` tells what was replayed where.',
    })
  }
  const doIt = options.yes === true
  if (doIt) io.goOnUnread?.()
  const { id: ids, label } = options
  const counts = { 'would-delete': 0, deleted: 0, gone: 0, kept: 0 }
  for await (const one of undoReplay(client, archive, target, { ids, label, doIt, signal: io.signal })) {
    counts[one.what]++
    if (options.json !== true) await tell(one, options, io)
  }
  archive.checkpoint()
  if (options.json === true) {
    const { 'would-delete': wouldDelete, ...others } = counts
    await writeJson(io.stdout, { command: 'replay undo', wouldDelete, ...others })
  } else if (options.quiet !== true) await writeLine(io.stdout, summaryOf(counts, doIt))
  return counts.kept > 0 ? exitCodes.partial : exitCodes.done
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
