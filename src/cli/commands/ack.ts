import { withLockedArchive } from '../../archive/with-archive.ts'
import { HansardError } from '../../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { onlyMatch } from '../options/whole-ids.ts'
import { writeResult } from '../terminal/stdout.ts'

/** `hansard ack ID`: acknowledges a lasting failure or an alert. */
export async function ackCommand(options: GlobalOptions & { id: string }, io: Io): Promise<ExitCode> {
  const { archive: path, id: text } = options
  return await withLockedArchive(path, { holder: io.name }, async (archive) => {
    const id = onlyMatch(text, archive.openIds.resolve(text)) ?? text
    const now = new Date().toISOString()
    const done = archive.transaction(() => ({
      failure: archive.failures.acknowledge(id, now),
      alerts: archive.events.acknowledge(id, now),
      dependency: archive.dependencies.acknowledge(id, now),
      search: archive.searchIndex.unindexed.acknowledge(id, now),
    }))
    if (!Object.values(done).includes(true)) {
      throw new HansardError('usage', `No open failure or alert for ${JSON.stringify(id)}`, {
        hint: 'See `hansard status` for open failures and alerts.',
      })
    }
    const lines = ['Acknowledged: it no longer makes a run partial.']
    await writeResult(options, io, { command: 'ack', id, ...done }, lines)
    return exitCodes.done
  })
}
