import { withArchive } from '../../archive/with-archive.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { formatRun } from '../terminal/run-line.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'

export interface RunsCommandOptions extends GlobalOptions {
  readonly limit: number
}

/** `hansard runs`: prints how the last runs ended, newest first; with --json one object per line. */
export async function runsCommand(options: RunsCommandOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    for (const run of archive.runs.recent(options.limit)) {
      if (options.json === true) await writeJson(io.stdout, run)
      else await writeLine(io.stdout, formatRun(run))
    }
    return exitCodes.done
  })
}
