import { withLockedArchive } from '../../archive/with-archive.ts'
import { HansardError } from '../../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'

export interface AckCommandOptions extends GlobalOptions {
  readonly id: string
}

/** `hansard ack ID`: acknowledges a lasting failure or an alert. */
export async function ackCommand(
  { archive: path, id, json, quiet }: AckCommandOptions,
  io: Io,
): Promise<ExitCode> {
  return await withLockedArchive(path, { holder: io.name }, async (archive) => {
    const now = new Date().toISOString()
    const done = archive.transaction(() => ({
      failure: archive.failures.acknowledge(id, now),
      alerts: archive.events.acknowledge(id, now),
      dependency: archive.dependencies.acknowledge(id, now),
      search: archive.searchIndex.unindexed.acknowledge(id, now),
    }))
    if (!Object.values(done).includes(true)) throw nothingToAcknowledge(id)
    if (json === true) await writeJson(io.stdout, { command: 'ack', id, ...done })
    else if (quiet !== true) await writeLine(io.stdout, 'Acknowledged: it no longer makes a run partial.')
    return exitCodes.done
  })
}

function nothingToAcknowledge(id: string): HansardError {
  return new HansardError('usage', `No open failure or alert for ${JSON.stringify(id)}`, {
    hint: 'See `hansard status` for open failures and alerts.',
  })
}
