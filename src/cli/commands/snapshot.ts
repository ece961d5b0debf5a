import { snapshotArchive } from '../../archive/integrity/snapshot-archive.ts'
import { formatMegabytes, plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { showSnapshot } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { writeLines, writeResult } from '../terminal/stdout.ts'

export interface SnapshotCommandOptions extends GlobalOptions {
  readonly file: string
  readonly force?: boolean
}

/** `hansard snapshot FILE`: copies the archive as it is now, while a backup may run, and checks the copy. */
export async function snapshotCommand(options: SnapshotCommandOptions, io: Io): Promise<ExitCode> {
  const { archive, file, force } = options
  io.goOnUnread?.()
  const progress = new ProgressLine(options, io, showSnapshot)
  const how = { force, signal: io.signal, onProgress: progress.update }
  const { bytes, findings } = await snapshotArchive(archive, file, how).finally(progress.end)
  const isSound = findings.length === 0
  const result = { command: 'snapshot', archive, file: isSound ? file : null, bytes, findings }
  await writeResult(options, io, result, isSound ? [`${file}: ${formatMegabytes(bytes)}, checked.`] : [])
  if (isSound) return exitCodes.done
  const [first] = findings
  await writeLines(io.stderr, [
    `hansard: No snapshot: the archive is not sound (${plural(findings.length, 'finding')}, such as ${first?.what ?? ''})`,
    `hint: See \`hansard verify\`, and repair it first.`,
  ])
  return exitCodes.different
}
