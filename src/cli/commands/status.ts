import { statSync } from 'node:fs'

import { openArchive } from '../../archive/archive.ts'
import type { StoredRun } from '../../archive/runs.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeLine } from '../output.ts'
import { defuseLine } from '../terminal-text.ts'
import { count } from '../words.ts'

/** `hansard status` */
export async function statusCommand(options: GlobalOptions, io: Io): Promise<ExitCode> {
  const archive = openArchive(options.archive)
  try {
    const status = {
      archive: options.archive,
      bytes: statSync(options.archive).size,
      holds: archive.counts(),
      runs: archive.runs.recent(5),
      failures: archive.failures.open(),
      events: archive.events.counts(),
    }
    if (options.json === true) await writeLine(io.stdout, JSON.stringify(status))
    else for (const line of linesOf(status)) await writeLine(io.stdout, line)
    return exitCodes.done
  } finally {
    archive.close()
  }
}

type Status = {
  readonly archive: string
  readonly bytes: number
  readonly holds: ReturnType<ReturnType<typeof openArchive>['counts']>
  readonly runs: readonly StoredRun[]
  readonly failures: readonly { conversation: string; step: string; message: string; runs: number }[]
  readonly events: readonly { kind: string; count: number }[]
}

function linesOf({ archive, bytes, holds, runs, failures, events }: Status): string[] {
  return [
    `${archive}, ${(bytes / 1e6).toFixed(1)} MB`,
    `  ${count(holds.conversations, 'conversation')} (${holds.gone} gone upstream), ${count(holds.entries, 'entry')}, ${count(holds.revisions, 'revision')}`,
    runs.length === 0 ? 'No runs yet.' : 'Last runs, newest first:',
    ...runs.map((run) => `  ${lineOfRun(run)}`),
    ...events.map((event) => `${event.kind}: ${event.count}`),
    failures.length === 0 ? 'Nothing is unresolved.' : `Unresolved, tried again by every run:`,
    ...failures.map((failure) =>
      defuseLine(
        `  ${failure.conversation} (${failure.step}, ${count(failure.runs, 'run')}): ${failure.message}`,
      ),
    ),
  ]
}

function lineOfRun(run: StoredRun): string {
  const when = run.startedAt.slice(0, 16).replace('T', ' ')
  const counts = `${run.listed} listed, ${run.new} new, ${run.updated} updated, ${run.unchanged} unchanged, ${run.failed} failed`
  const end = run.outcome ?? 'did not end'
  const why = run.reason === null ? '' : ` (${defuseLine(run.reason)})`
  return `${run.id}  ${when}  ${run.command}: ${end}${why}; ${counts}; ${run.complete === 1 ? 'complete' : 'not shown to be complete'}`
}
