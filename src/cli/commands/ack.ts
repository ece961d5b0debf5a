import type { Archive } from '../../archive/archive.ts'
import { withLockedArchive } from '../../archive/with-archive.ts'
import { HansardError } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { onlyMatch } from '../options/whole-ids.ts'
import { writeResult } from '../terminal/stdout.ts'

interface AckOptions extends GlobalOptions {
  readonly id?: string | undefined
  readonly all?: boolean
  readonly reason?: string
}

/** Number of problems of each kind that were acknowledged. */
type Acknowledged = Readonly<Record<'failures' | 'alerts' | 'dependencies' | 'texts', number>>

/** `hansard ack`: acknowledges the lasting failures and alerts of one id, of one reason, or all of them. */
export async function ackCommand(options: AckOptions, io: Io): Promise<ExitCode> {
  const { archive: path, id: text, reason, all = false } = options
  refuseConflictingOptions(options)
  return await withLockedArchive(path, { holder: io.name }, async (archive) => {
    const id = text === undefined ? undefined : (onlyMatch(text, archive.openIds.resolve(text)) ?? text)
    const now = new Date().toISOString()
    const acknowledged = archive.transaction(() =>
      id === undefined ? acknowledgeAll(archive, now, reason) : acknowledgeOne(archive, now, id),
    )
    const total = Object.values(acknowledged).reduce((sum, count) => sum + count, 0)
    if (total === 0 && !all) throw nothingFound(options)
    const result = { command: 'ack', id: id ?? null, reason: reason ?? null, all, acknowledged, total }
    await writeResult(options, io, result, [formatTotal(total)])
    return exitCodes.done
  })
}

function acknowledgeOne(archive: Archive, now: string, id: string): Acknowledged {
  return {
    failures: Number(archive.failures.acknowledge(id, now)),
    alerts: archive.events.acknowledge(id, now),
    dependencies: archive.dependencies.acknowledge(id, now),
    texts: archive.searchIndex.unindexed.acknowledge(id, now),
  }
}

function acknowledgeAll(archive: Archive, now: string, reason: string | undefined): Acknowledged {
  return {
    failures: archive.failures.acknowledgeAll(now, reason),
    alerts: archive.events.acknowledgeAll(now, reason),
    dependencies: archive.dependencies.acknowledgeAll(now, reason),
    texts: archive.searchIndex.unindexed.acknowledgeAll(now, reason),
  }
}

function formatTotal(total: number): string {
  if (total === 0) return 'Nothing to acknowledge.'
  const them = total === 1 ? 'It no longer makes' : 'They no longer make'
  return `Acknowledged ${plural(total, 'problem')}. ${them} a run partial.`
}

function nothingFound({ id, reason }: AckOptions): HansardError {
  const what = id === undefined ? `with the reason ${JSON.stringify(reason)}` : `for ${JSON.stringify(id)}`
  return new HansardError('usage', `No open failure or alert ${what}`, {
    hint: 'See `hansard status` for open failures and alerts.',
  })
}

function refuseConflictingOptions({ id, reason, all }: AckOptions): void {
  const given = [id !== undefined, reason !== undefined, all === true].filter(Boolean).length
  if (given === 1) return
  const message =
    given === 0 ? 'Nothing to acknowledge was named' : 'An id, --reason and --all cannot be combined'
  throw new HansardError('usage', message, {
    hint: 'Name an id, or use --reason with a reason that `hansard status` prints, or --all.',
  })
}
